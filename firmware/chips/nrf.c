/* nRF51 and nRF52: clock, UART, watchdog. Nordic nRF51 Series Reference Manual 3.0, 13 (CLOCK), 29
 * (UART), 19 (WDT); nRF52833 and nRF52840 Product Specifications, the chapters of these names. */
#include "board.h"
#include "hardware.h"
#include "nrf.h"

#define CLOCK_TASKS_HFCLKSTART    REGISTER(0x40000000u)
#define CLOCK_EVENTS_HFCLKSTARTED REGISTER(0x40000100u)

#define UART_TASKS_STARTRX  REGISTER(0x40002000u)
#define UART_TASKS_STARTTX  REGISTER(0x40002008u)
#define UART_EVENTS_RXDRDY  REGISTER(0x40002108u)
#define UART_EVENTS_TXDRDY  REGISTER(0x4000211cu)
#define UART_ENABLE         REGISTER(0x40002500u)
#define UART_PSELTXD        REGISTER(0x4000250cu)
#define UART_PSELRXD        REGISTER(0x40002514u)
#define UART_RXD            REGISTER(0x40002518u)
#define UART_TXD            REGISTER(0x4000251cu)
#define UART_BAUDRATE       REGISTER(0x40002524u)

#define WDT_TASKS_START REGISTER(0x40010000u)
#define WDT_CRV         REGISTER(0x40010504u)
#define WDT_RREN        REGISTER(0x40010508u)
#define WDT_RR0         REGISTER(0x40010600u)

/* Pins are numbered as PSEL wants them: 32 * port + pin. */
#define GPIO(pin)   (0x50000000u + 0x300u * ((pin) / 32u))
#define GPIO_OUTSET REGISTER(GPIO(BOARD_TX_PIN) + 0x508u)
#define GPIO_DIRSET REGISTER(GPIO(BOARD_TX_PIN) + 0x518u)

void hardware_init(void)
{
    CLOCK_TASKS_HFCLKSTART = 1u; /* the crystal: the internal oscillator is too coarse for a UART */
    for (uint32_t polls = 0; polls < 1000000u && !CLOCK_EVENTS_HFCLKSTARTED; polls++)
        continue;

    GPIO_OUTSET = 1u << (BOARD_TX_PIN % 32u); /* the line is high when idle */
    GPIO_DIRSET = 1u << (BOARD_TX_PIN % 32u);
    UART_PSELTXD = BOARD_TX_PIN;
    UART_PSELRXD = BOARD_RX_PIN;
    UART_BAUDRATE = 0x01d7e000u; /* 115,200 */
    UART_ENABLE = 4u;
    UART_TASKS_STARTRX = 1u;
    UART_TASKS_STARTTX = 1u;

#ifndef MINIMAL
    WDT_CRV = 20u * 32768u; /* 20 seconds */
    WDT_RREN = 1u;
    WDT_TASKS_START = 1u;
#endif

    nrf_counter_init();
}

int32_t hardware_read(void)
{
    if (!UART_EVENTS_RXDRDY)
        return -1;
    UART_EVENTS_RXDRDY = 0u; /* before the byte is read, or the next one's event would be lost */
    return (int32_t)(UART_RXD & 0xffu);
}

void hardware_write(uint8_t byte)
{
    UART_TXD = byte;
    while (!UART_EVENTS_TXDRDY)
        continue;
    UART_EVENTS_TXDRDY = 0u;
}

void hardware_feed(void)
{
    WDT_RR0 = 0x6e524635u;
}
