/* Sipeed Longan Nano, GD32VF103CB. Serial port: USART0 on PA9 (T0, sends) and PA10 (R0, receives). */
#ifndef BOARD_H
#define BOARD_H

#define BOARD_NAME "longan-nano"
#define BOARD_USART1 0x40013800u /* GigaDevice counts from 0 */

#endif
