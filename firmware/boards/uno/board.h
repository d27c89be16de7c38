/* Arduino Uno, ATmega328P. Serial port: that of the USB interface, on USART0. */
#ifndef BOARD_H
#define BOARD_H

#define BOARD_NAME "uno"
#define BOARD_HZ   16000000ul

#endif
