/* Raspberry Pi Pico, RP2040. Serial port: UART0 on GP0 (sends) and GP1 (receives), pins 1 and 2. */
#ifndef BOARD_H
#define BOARD_H

#define BOARD_NAME "pico"
#define BOARD_TX_PIN 0u
#define BOARD_RX_PIN 1u

#endif
