/* STM32F405: 168 MHz from the internal oscillator through the PLL, so that it runs on any board
 * whatever its crystal. ST RM0090, 7.3 (RCC), 3.9 (FLASH), 8.4 (GPIO). */
#include "board.h"
#include "counter.h"
#include "hardware.h"
#include "stm32.h"

#define RCC_CR      REGISTER(0x40023800u)
#define RCC_PLLCFGR REGISTER(0x40023804u)
#define RCC_CFGR    REGISTER(0x40023808u)
#define RCC_AHB1ENR REGISTER(0x40023830u)
#define RCC_APB2ENR REGISTER(0x40023844u)
#define FLASH_ACR   REGISTER(0x40023c00u)
#define GPIOB_MODER REGISTER(0x40020400u)
#define GPIOB_AFRL  REGISTER(0x40020420u)

#define HSI_HZ 16000000u
#define PLL_HZ 168000000u

/* Switch to the PLL; returns 0 when it does not start, and the core stays on the HSI. */
static int start_pll(void)
{
    RCC_PLLCFGR = 7u << 24 | 0u << 16 | 336u << 6 | 16u; /* Q 7, P 2, N 336, M 16, from the HSI */
    RCC_CR |= 1u << 24;                                  /* PLLON */
    if (!stm32_wait(&RCC_CR, 1u << 25, 1u << 25))        /* PLLRDY */
        return 0;
    FLASH_ACR = 1u << 10 | 1u << 9 | 1u << 8 | 5u; /* caches, prefetch, 5 wait states */
    RCC_CFGR = 4u << 13 | 5u << 10 | 2u;           /* APB2 / 2, APB1 / 4, SW: PLL */
    return stm32_wait(&RCC_CFGR, 3u << 2, 2u << 2); /* SWS: PLL */
}

void hardware_init(void)
{
    int fast = start_pll();

    RCC_AHB1ENR |= 1u << 1; /* GPIOB */
    RCC_APB2ENR |= 1u << 4; /* USART1 */
    GPIOB_AFRL = (GPIOB_AFRL & ~(0xffu << 24)) | 0x77u << 24;    /* PB6, PB7: AF7, USART1 */
    GPIOB_MODER = (GPIOB_MODER & ~(0xfu << 12)) | 0xau << 12;    /* alternate function */
    stm32_start(fast ? PLL_HZ / 2 : HSI_HZ);
    counter_init(fast ? PLL_HZ : HSI_HZ);
}
