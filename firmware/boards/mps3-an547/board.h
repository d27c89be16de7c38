/* Arm MPS3 with the Cortex-M55 of AN547. Serial port: UART0, by its secure address. */
#ifndef BOARD_H
#define BOARD_H

#define BOARD_NAME "mps3-an547"
#define BOARD_UART0 0x59303000u
#define BOARD_UART_HZ 25000000u
#define BOARD_CLOCK_HZ 32000000u

#endif
