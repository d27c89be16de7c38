/* Arm MPS2 with the Cortex-M3 of AN385, which runs code for a Cortex-M0 too. Serial port: UART0. */
#ifndef BOARD_H
#define BOARD_H

#define BOARD_NAME "mps2-m0"
#define BOARD_UART0 0x40004000u
#define BOARD_UART_HZ 25000000u
#define BOARD_CLOCK_HZ 25000000u

#endif
