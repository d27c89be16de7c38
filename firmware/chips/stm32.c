/* USART1 and IWDG. ST RM0090 (STM32F405), 30.6 and 21.4; RM0041 (STM32F100), 23.6 and 18.4: the
 * registers are the same, at another base address. */
#include "stm32.h"

#include "board.h"
#include "hardware.h"

#define USART_SR  REGISTER(BOARD_USART1 + 0x00u)
#define USART_DR  REGISTER(BOARD_USART1 + 0x04u)
#define USART_BRR REGISTER(BOARD_USART1 + 0x08u)
#define USART_CR1 REGISTER(BOARD_USART1 + 0x0cu)

#define IWDG_KR  REGISTER(0x40003000u)
#define IWDG_PR  REGISTER(0x40003004u)
#define IWDG_RLR REGISTER(0x40003008u)

void stm32_start(uint32_t usart_clock_hz)
{
    USART_BRR = (usart_clock_hz + 57600u) / 115200u;
    USART_CR1 = 1u << 13 | 1u << 3 | 1u << 2; /* UE, TE, RE */
#ifndef MINIMAL
    IWDG_KR = 0xccccu;                        /* start */
    IWDG_KR = 0x5555u;                        /* allow the next two */
    IWDG_PR = 6u;                             /* LSI (17 to 47 kHz, by part) / 256 */
    IWDG_RLR = 0xfffu;                        /* 4,096 of these: 22 seconds or more */
#endif
}

int stm32_wait(volatile uint32_t *reg, uint32_t mask, uint32_t value)
{
    for (uint32_t polls = 0; polls < 100000u; polls++)
        if ((*reg & mask) == value)
            return 1;
    return 0;
}

int32_t hardware_read(void)
{
    return (USART_SR & 1u << 5) ? (int32_t)(USART_DR & 0xffu) : -1; /* RXNE */
}

void hardware_write(uint8_t byte)
{
    while (!(USART_SR & 1u << 7)) /* TXE */
        continue;
    USART_DR = byte;
}

void hardware_feed(void)
{
    IWDG_KR = 0xaaaau;
}
