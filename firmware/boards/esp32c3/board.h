/* ESP32-C3-DevKitM-1 and others with an ESP32-C3. Serial port: UART0 on GPIO21 (sends) and GPIO20
 * (receives), which is that of the interface chip, over USB. */
#ifndef BOARD_H
#define BOARD_H

#define BOARD_NAME "esp32c3"

#endif
