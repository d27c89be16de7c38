/* QEMU's RISC-V machine "virt": an NS16550A, and nothing else that is needed. It has no watchdog. */
#include "board.h"
#include "counter.h"
#include "hardware.h"

#define UART_DATA (*(volatile uint8_t *)(BOARD_UART0 + 0u))
#define UART_LCR  (*(volatile uint8_t *)(BOARD_UART0 + 3u))
#define UART_LSR  (*(volatile uint8_t *)(BOARD_UART0 + 5u))

void hardware_init(void)
{
    UART_LCR = 3u; /* 8 bits */
    counter_init(BOARD_CLOCK_HZ);
}

int32_t hardware_read(void)
{
    return UART_LSR & 1u ? (int32_t)UART_DATA : -1; /* data ready */
}

void hardware_write(uint8_t byte)
{
    while (!(UART_LSR & 1u << 5)) /* transmitter empty */
        continue;
    UART_DATA = byte;
}

void hardware_feed(void)
{
}
