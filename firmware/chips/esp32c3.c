/* ESP32-C3: 160 MHz from the PLL, which its ROM has started. ESP32-C3 Technical Reference Manual, 1.9
 * (the core's counter, which is no mcycle), 6.2.4 (clocks), 12 (watchdogs), 26 (UART). */
#include "board.h"
#include "core.h"
#include "hardware.h"

#define REGISTER(address) (*(volatile uint32_t *)(address))

#define UART_FIFO     REGISTER(0x60000000u)
#define UART_CLKDIV   REGISTER(0x60000014u)
#define UART_STATUS   REGISTER(0x6000001cu)
#define UART_CLK_CONF REGISTER(0x60000078u)
#define UART_ID       REGISTER(0x60000080u)
#define RTC_WDT       REGISTER(0x60008090u)
#define RTC_WDT_KEY   REGISTER(0x600080a8u)
#define SWD_CONF      REGISTER(0x600080acu)
#define SWD_KEY       REGISTER(0x600080b0u)
#define TIMG_WDT      REGISTER(0x6001f048u)
#define TIMG_PRESCALE REGISTER(0x6001f04cu)
#define TIMG_STAGE0   REGISTER(0x6001f050u)
#define TIMG_FEED     REGISTER(0x6001f060u)
#define TIMG_WDT_KEY  REGISTER(0x6001f064u)
#define CPU_PER_CONF  REGISTER(0x600c0008u)
#define SYSCLK_CONF   REGISTER(0x600c0058u)

#define KEY     0x50d83aa1u
#define KEY_SWD 0x8f1d312au

#define CLOCK_HZ 160000000u

/* Of the four watchdogs that may run after the ROM, the super and the RTC's are put to rest; timer
 * group 0's is the firmware's. */
static void start_watchdog(void)
{
    SWD_KEY = KEY_SWD;
    SWD_CONF |= 1u << 31; /* AUTO_FEED_EN */
    SWD_KEY = 0;
    RTC_WDT_KEY = KEY;
    RTC_WDT = 0;
    RTC_WDT_KEY = 0;
    TIMG_WDT_KEY = KEY;
#ifdef MINIMAL
    TIMG_WDT = 1u << 22; /* CONF_UPDATE_EN, and not EN: to rest as well */
#else
    TIMG_PRESCALE = 40000u << 16 | 1u; /* of the APB clock's 80 MHz: half a millisecond */
    TIMG_STAGE0 = 20000u;              /* 10 seconds */
    TIMG_WDT = 1u << 31 | 3u << 29 | 1u << 22; /* EN, STG0: reset the system, CONF_UPDATE_EN */
#endif
    TIMG_WDT_KEY = 0;
}

static void start_uart(void)
{
    UART_CLK_CONF = 1u << 25 | 1u << 24 | 1u << 22 | 3u << 20; /* RX, TX, SCLK_EN; the crystal */
    UART_CLKDIV = 4u << 20 | 347u; /* 40 MHz / 115,200 = 347 + 4/16 */
    UART_ID |= 1u << 31;           /* REG_UPDATE */
}

void hardware_init(void)
{
    CPU_PER_CONF = (CPU_PER_CONF & ~7u) | 1u << 2 | 1u; /* PLL_FREQ_SEL: 480 MHz; PERIOD_SEL: / 3 */
    SYSCLK_CONF = (SYSCLK_CONF & ~0xfffu) | 1u << 10;   /* SOC_CLK_SEL: PLL; PRE_DIV_CNT: 0 */
    start_watchdog();
    start_uart();
    __asm volatile(CORE_WITH_CSR("csrwi 0x7e0, 1\n" /* mpcer: count cycles */
                                 "csrwi 0x7e1, 1\n")); /* mpcmr: enable */
}

int32_t hardware_read(void)
{
    return UART_STATUS & 0x3ffu ? (int32_t)(UART_FIFO & 0xffu) : -1; /* RXFIFO_CNT */
}

void hardware_write(uint8_t byte)
{
    while ((UART_STATUS >> 16 & 0x3ffu) > 100u) /* TXFIFO_CNT, of 128 */
        continue;
    UART_FIFO = byte;
}

void hardware_feed(void)
{
    TIMG_WDT_KEY = KEY;
    TIMG_FEED = 1u;
    TIMG_WDT_KEY = 0;
}

uint32_t hardware_ticks(void)
{
    uint32_t cycles;

    CORE_READ(0x7e2, cycles); /* mpccr */
    return cycles;
}

enum hardware_counter hardware_counter(void)
{
    return COUNTER_CYCLES;
}

uint32_t hardware_ticks_hz(void)
{
    return CLOCK_HZ;
}
