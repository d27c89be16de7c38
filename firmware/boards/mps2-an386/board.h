/* Arm MPS2 with the Cortex-M4 of AN386. Serial port: UART0. */
#ifndef BOARD_H
#define BOARD_H

#define BOARD_NAME "mps2-an386"
#define BOARD_UART0 0x40004000u
#define BOARD_UART_HZ 25000000u
#define BOARD_CLOCK_HZ 25000000u

#endif
