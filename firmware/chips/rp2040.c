/* RP2040: 125 MHz from the 12 MHz crystal. RP2040 Datasheet, 2.14 (RESETS), 2.15 (CLOCKS), 2.16
 * (XOSC), 2.18 (PLL), 2.19.6 (IO_BANK0), 4.2 (UART, a PL011), 4.7 (WATCHDOG), 2.13 (PSM). */
#include "board.h"
#include "counter.h"
#include "hardware.h"

#define REGISTER(address) (*(volatile uint32_t *)(address))

#define RESETS_RESET_CLR REGISTER(0x4000f000u) /* RESET, through its clear-bits alias */
#define RESETS_DONE      REGISTER(0x4000c008u)
#define XOSC_CTRL        REGISTER(0x40024000u)
#define XOSC_STATUS      REGISTER(0x40024004u)
#define XOSC_STARTUP     REGISTER(0x4002400cu)
#define PLL_CS           REGISTER(0x40028000u)
#define PLL_PWR_CLR      REGISTER(0x4002b004u) /* PWR, through its clear-bits alias */
#define PLL_FBDIV_INT    REGISTER(0x40028008u)
#define PLL_PRIM         REGISTER(0x4002800cu)
#define CLK_REF_CTRL     REGISTER(0x40008030u)
#define CLK_REF_SELECTED REGISTER(0x40008038u)
#define CLK_SYS_CTRL     REGISTER(0x4000803cu)
#define CLK_SYS_SELECTED REGISTER(0x40008044u)
#define CLK_PERI_CTRL    REGISTER(0x40008048u)
#define GPIO_CTRL(pin)   REGISTER(0x40014004u + 8u * (pin))
#define UART_DR          REGISTER(0x40034000u)
#define UART_FR          REGISTER(0x40034018u)
#define UART_IBRD        REGISTER(0x40034024u)
#define UART_FBRD        REGISTER(0x40034028u)
#define UART_LCR_H       REGISTER(0x4003402cu)
#define UART_CR          REGISTER(0x40034030u)
#define WATCHDOG_CTRL    REGISTER(0x40058000u)
#define WATCHDOG_LOAD    REGISTER(0x40058004u)
#define WATCHDOG_TICK    REGISTER(0x4005802cu)
#define PSM_WDSEL        REGISTER(0x40010008u)

#define CLOCK_HZ      125000000u
#define WATCHDOG_MOST 0xffffffu /* counted down by 2 each microsecond (erratum E1): 8.4 seconds */

static void release(uint32_t blocks)
{
    RESETS_RESET_CLR = blocks;
    while ((RESETS_DONE & blocks) != blocks)
        continue;
}

static void start_clocks(void)
{
    XOSC_STARTUP = 47u;                   /* * 256 cycles: a millisecond */
    XOSC_CTRL = 0xfabu << 12 | 0xaa0u;    /* enable, 1 to 15 MHz */
    while (!(XOSC_STATUS & 1u << 31))     /* STABLE */
        continue;
    CLK_REF_CTRL = 2u;                    /* the crystal */
    while (!(CLK_REF_SELECTED & 1u << 2))
        continue;

    release(1u << 12);                    /* PLL_SYS */
    PLL_CS = 1u;                          /* REFDIV */
    PLL_FBDIV_INT = 125u;                 /* VCO: 1,500 MHz */
    PLL_PWR_CLR = 1u << 5 | 1u << 0;      /* VCOPD, PD */
    while (!(PLL_CS & 1u << 31))          /* LOCK */
        continue;
    PLL_PRIM = 6u << 16 | 2u << 12;       /* / 6 / 2 */
    PLL_PWR_CLR = 1u << 3;                /* POSTDIVPD */

    CLK_SYS_CTRL = 1u;                    /* SRC: auxiliary, which is PLL_SYS */
    while (!(CLK_SYS_SELECTED & 1u << 1))
        continue;
    CLK_PERI_CTRL = 1u << 11;             /* enable, from CLK_SYS */
}

void hardware_init(void)
{
    start_clocks();
    release(1u << 5 | 1u << 8 | 1u << 22); /* IO_BANK0, PADS_BANK0, UART0 */
    GPIO_CTRL(BOARD_TX_PIN) = 2u;          /* UART */
    GPIO_CTRL(BOARD_RX_PIN) = 2u;
    UART_IBRD = 67u; /* 125 MHz / 16 / 115,200 = 67 + 52/64 */
    UART_FBRD = 52u;
    UART_LCR_H = 3u << 5 | 1u << 4;        /* 8 bits, FIFOs */
    UART_CR = 1u << 9 | 1u << 8 | 1u << 0; /* receive, transmit, enable */

#ifndef MINIMAL
    WATCHDOG_TICK = 1u << 9 | 12u;         /* enable, a microsecond of the crystal */
    PSM_WDSEL = 0x1fffcu;                  /* reset all but the oscillators */
    WATCHDOG_LOAD = WATCHDOG_MOST;
    WATCHDOG_CTRL = 1u << 30 | 7u << 24;   /* enable, pause while debugging */
#endif
    counter_init(CLOCK_HZ);
}

int32_t hardware_read(void)
{
    return (UART_FR & 1u << 4) ? -1 : (int32_t)(UART_DR & 0xffu); /* RXFE */
}

void hardware_write(uint8_t byte)
{
    while (UART_FR & 1u << 5) /* TXFF */
        continue;
    UART_DR = byte;
}

void hardware_feed(void)
{
    WATCHDOG_LOAD = WATCHDOG_MOST;
}
