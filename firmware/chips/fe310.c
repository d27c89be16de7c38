/* FE310: 256 MHz from the 16 MHz crystal. SiFive FE310-G000 Manual v3p2, 6 (PRCI), 13 (AON: the
 * watchdog), 17 (GPIO), 18 (UART). */
#include "board.h"
#include "counter.h"
#include "hardware.h"

#define REGISTER(address) (*(volatile uint32_t *)(address))

#define WDOGCFG    REGISTER(0x10000000u)
#define WDOGFEED   REGISTER(0x10000018u)
#define WDOGKEY    REGISTER(0x1000001cu)
#define WDOGCMP    REGISTER(0x10000020u)
#define HFROSCCFG  REGISTER(0x10008000u)
#define HFXOSCCFG  REGISTER(0x10008004u)
#define PLLCFG     REGISTER(0x10008008u)
#define PLLOUTDIV  REGISTER(0x1000800cu)
#define GPIO_IOFEN REGISTER(0x10012038u)
#define GPIO_IOFS  REGISTER(0x1001203cu)
#define UART_TX    REGISTER(0x10013000u)
#define UART_RX    REGISTER(0x10013004u)
#define UART_TXC   REGISTER(0x10013008u)
#define UART_RXC   REGISTER(0x1001300cu)
#define UART_DIV   REGISTER(0x10013018u)

#define CRYSTAL_HZ 16000000u
#define PLL_HZ     256000000u
#define RING_HZ    13800000u /* of the oscillator that it wakes up with, about */

#define KEY  0x51f15eu
#define FEED 0xd09f00du

static int wait_for(volatile uint32_t *reg, uint32_t mask)
{
    for (uint32_t polls = 0; polls < 100000u; polls++)
        if (*reg & mask)
            return 1;
    return 0;
}

/* What the core runs at then. */
static uint32_t start_clocks(void)
{
    uint32_t settings = 1u << 17 | 1u << 10 | 31u << 4 | 1u; /* crystal, Q / 2, F * 64, R / 2 */

    HFROSCCFG = 1u << 30 | 16u << 16 | 4u; /* the ring, as after a reset, while the PLL changes; */
    if (wait_for(&HFROSCCFG, 1u << 31))    /* a bootloader may have gone over to that */
        PLLCFG &= ~(1u << 16);
    HFXOSCCFG = 1u << 30; /* enable */
    if (!wait_for(&HFXOSCCFG, 1u << 31))
        return RING_HZ;
    PLLOUTDIV = 1u << 8; /* by 1 */
    PLLCFG = settings;
    for (volatile int i = 0; i < 2000; i++) /* the lock means nothing for 100 microseconds */
        continue;
    if (wait_for(&PLLCFG, 1u << 31)) {
        PLLCFG = settings | 1u << 16; /* SEL */
        return PLL_HZ;
    }
    PLLCFG = settings | 1u << 18; /* BYPASS: the crystal itself */
    PLLCFG = settings | 1u << 18 | 1u << 16;
    return CRYSTAL_HZ;
}

/* A register of the watchdog takes a value only right behind the key. */
static void watchdog(volatile uint32_t *reg, uint32_t value)
{
    WDOGKEY = KEY;
    *reg = value;
}

void hardware_init(void)
{
    uint32_t hertz = start_clocks();

    GPIO_IOFS &= ~(3u << 16); /* pins 16 and 17: UART0 */
    GPIO_IOFEN |= 3u << 16;
    UART_DIV = (hertz + 57600u) / 115200u - 1u;
    UART_TXC = 1u; /* enable, 1 stop bit */
    UART_RXC = 1u; /* enable */
#ifndef MINIMAL
    watchdog(&WDOGCMP, 0xffffu);
    watchdog(&WDOGFEED, FEED);
    watchdog(&WDOGCFG, 1u << 12 | 1u << 8 | 3u); /* ENALWAYS, RSTEN, 32 kHz / 8: 16 seconds */
#endif
    counter_init(hertz);
}

int32_t hardware_read(void)
{
    uint32_t word = UART_RX;

    return word & 1u << 31 ? -1 : (int32_t)(word & 0xffu); /* empty */
}

void hardware_write(uint8_t byte)
{
    while (UART_TX & 1u << 31) /* full */
        continue;
    UART_TX = byte;
}

void hardware_feed(void)
{
    watchdog(&WDOGFEED, FEED);
}
