/* Arduino Mega 2560, ATmega2560. Serial port: that of the USB interface, on USART0. */
#ifndef BOARD_H
#define BOARD_H

#define BOARD_NAME "mega2560"
#define BOARD_HZ   16000000ul

#endif
