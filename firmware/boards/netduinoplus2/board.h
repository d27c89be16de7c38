/* Netduino Plus 2, Pyboard 1.1 and others with an STM32F405. Serial port: USART1 on PB6 (sends) and
 * PB7 (receives): SC and SD on the Netduino, X9 and X10 on the Pyboard. */
#ifndef BOARD_H
#define BOARD_H

#define BOARD_NAME "netduinoplus2"
#define BOARD_USART1 0x40011000u

#endif
