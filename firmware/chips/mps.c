/* Arm MPS2 and MPS3 FPGA images. Arm AN386, AN500, AN547; Cortex-M System Design Kit TRM, 4.3
 * (APB UART). They have no watchdog that resets the core, and their clocks are fixed. */
#include "board.h"
#include "counter.h"
#include "hardware.h"

#define UART_DATA    (*(volatile uint32_t *)(BOARD_UART0 + 0x00u))
#define UART_STATE   (*(volatile uint32_t *)(BOARD_UART0 + 0x04u))
#define UART_CTRL    (*(volatile uint32_t *)(BOARD_UART0 + 0x08u))
#define UART_BAUDDIV (*(volatile uint32_t *)(BOARD_UART0 + 0x10u))

#define STATE_TX_FULL 1u
#define STATE_RX_FULL 2u

void hardware_init(void)
{
    UART_BAUDDIV = BOARD_UART_HZ / 115200u;
    UART_CTRL = 3u; /* transmit and receive */
    counter_init(BOARD_CLOCK_HZ);
}

int32_t hardware_read(void)
{
    return (UART_STATE & STATE_RX_FULL) ? (int32_t)(UART_DATA & 0xffu) : -1;
}

void hardware_write(uint8_t byte)
{
    while (UART_STATE & STATE_TX_FULL)
        continue;
    UART_DATA = byte;
}

void hardware_feed(void)
{
}
