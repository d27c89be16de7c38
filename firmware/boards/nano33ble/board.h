/* Arduino Nano 33 BLE, nRF52840. Serial port: the header's TX and RX. */
#ifndef BOARD_H
#define BOARD_H

#define BOARD_NAME "nano33ble"
#define BOARD_TX_PIN 35u /* P1.03 */
#define BOARD_RX_PIN 42u /* P1.10 */

#endif
