/* BBC micro:bit 2, nRF52833. Serial port: that of the interface chip, over USB. */
#ifndef BOARD_H
#define BOARD_H

#define BOARD_NAME "microbit_v2"
#define BOARD_TX_PIN 6u  /* P0.06 */
#define BOARD_RX_PIN 40u /* P1.08 */

#endif
