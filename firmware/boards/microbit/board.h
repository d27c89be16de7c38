/* BBC micro:bit 1, nRF51822. Serial port: that of the interface chip, over USB. */
#ifndef BOARD_H
#define BOARD_H

#define BOARD_NAME "microbit"
#define BOARD_TX_PIN 24u
#define BOARD_RX_PIN 25u

#endif
