/* STM32F100: 24 MHz, its most, from the internal oscillator through the PLL. ST RM0041, 6.3 (RCC),
 * 7.2 (GPIO). */
#include "board.h"
#include "counter.h"
#include "hardware.h"
#include "stm32.h"

#define RCC_CR      REGISTER(0x40021000u)
#define RCC_CFGR    REGISTER(0x40021004u)
#define RCC_APB2ENR REGISTER(0x40021018u)
#define GPIOA_CRH   REGISTER(0x40010804u)

#define HSI_HZ 8000000u
#define PLL_HZ 24000000u

/* Switch to the PLL; returns 0 when it does not start, and the core stays on the HSI. */
static int start_pll(void)
{
    RCC_CFGR = 4u << 18;                          /* PLLMUL 6, from HSI / 2 */
    RCC_CR |= 1u << 24;                           /* PLLON */
    if (!stm32_wait(&RCC_CR, 1u << 25, 1u << 25)) /* PLLRDY */
        return 0;
    RCC_CFGR |= 2u;                                 /* SW: PLL */
    return stm32_wait(&RCC_CFGR, 3u << 2, 2u << 2); /* SWS: PLL */
}

void hardware_init(void)
{
    uint32_t hertz = start_pll() ? PLL_HZ : HSI_HZ;

    RCC_APB2ENR |= 1u << 14 | 1u << 2;                    /* USART1, GPIOA */
    GPIOA_CRH = (GPIOA_CRH & ~(0xffu << 4)) | 0x4bu << 4; /* PA9: output, USART1; PA10: input */
    stm32_start(hertz);
    counter_init(hertz);
}
