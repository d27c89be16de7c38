/* GD32VF103: 108 MHz from the internal oscillator through the PLL. Its peripherals are those of an
 * STM32F1. GigaDevice GD32VF103 User Manual, 5.3 (RCU), 7.5 (GPIO). */
#include "board.h"
#include "counter.h"
#include "hardware.h"
#include "stm32.h"

#define RCU_CTL    REGISTER(0x40021000u)
#define RCU_CFG0   REGISTER(0x40021004u)
#define RCU_APB2EN REGISTER(0x40021018u)
#define GPIOA_CTL1 REGISTER(0x40010804u)

#define OSCILLATOR_HZ 8000000u
#define PLL_HZ        108000000u

/* Switch to the PLL; returns 0 when it does not start, and the core stays on the oscillator. */
static int start_pll(void)
{
    uint32_t settings = 1u << 29 | 10u << 18 | 4u << 8; /* PLLMF: 27 * 4 MHz; APB1 / 2 */

    RCU_CFG0 = settings;
    RCU_CTL |= 1u << 24;                         /* PLLEN */
    if (!stm32_wait(&RCU_CTL, 1u << 25, 1u << 25)) /* PLLSTB */
        return 0;
    RCU_CFG0 = settings | 2u;                         /* SCS: PLL */
    return stm32_wait(&RCU_CFG0, 3u << 2, 2u << 2); /* SCSS: PLL */
}

void hardware_init(void)
{
    uint32_t hertz = start_pll() ? PLL_HZ : OSCILLATOR_HZ;

    RCU_APB2EN |= 1u << 14 | 1u << 2; /* USART0, GPIOA */
    GPIOA_CTL1 = (GPIOA_CTL1 & ~0xff0u) | 0x4b0u; /* PA9: alternate, 50 MHz; PA10: input */
    stm32_start(hertz);
    counter_init(hertz);
}
