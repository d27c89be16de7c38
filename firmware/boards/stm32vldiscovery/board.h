/* STM32VLDISCOVERY, STM32F100RB. Serial port: USART1 on PA9 (sends) and PA10 (receives). */
#ifndef BOARD_H
#define BOARD_H

#define BOARD_NAME "stm32vldiscovery"
#define BOARD_USART1 0x40013800u

#endif
