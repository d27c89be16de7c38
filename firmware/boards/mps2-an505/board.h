/* Arm MPS2 with the Cortex-M33 of AN505. Serial port: UART0, by its secure address. */
#ifndef BOARD_H
#define BOARD_H

#define BOARD_NAME "mps2-an505"
#define BOARD_UART0 0x50200000u
#define BOARD_UART_HZ 20000000u
#define BOARD_CLOCK_HZ 20000000u

#endif
