/* ATmega328P and ATmega2560: USART0, Timer 1, watchdog. Registers have the same names in the
 * datasheets of both (Microchip DS40002061, DS40002211). */
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/wdt.h>

#include "board.h"
#include "hardware.h"
#include "memory.h"

static volatile uint16_t wraps; /* of Timer 1, which has 16 bits */

#ifndef MINIMAL
ISR(TIMER1_OVF_vect)
{
    wraps++;
}
#endif

void hardware_init(void)
{
    /* Twice the speed: 16 MHz / 8 / (16 + 1) are 117,647 baud, 2.1 % above 115,200. */
    UCSR0A = 1u << U2X0;
    UBRR0 = (uint16_t)((BOARD_HZ + 4 * 115200ul) / (8 * 115200ul) - 1);
    UCSR0C = 1u << UCSZ01 | 1u << UCSZ00; /* 8N1 */
    UCSR0B = 1u << RXEN0 | 1u << TXEN0;

#ifndef MINIMAL
    TCCR1A = 0;
    TCCR1B = 1u << CS10; /* every cycle */
    TIMSK1 = 1u << TOIE1;

    wdt_reset();
    WDTCSR = 1u << WDCE | 1u << WDE; /* unlocks it for four cycles */
    WDTCSR = 1u << WDIE | 1u << WDE | 1u << WDP3 | 1u << WDP0; /* 8 seconds; first an interrupt */
    sei();
#endif
}

int32_t hardware_read(void)
{
    if ((UCSR0A & 1u << RXC0) == 0)
        return -1;
    return UDR0;
}

void hardware_write(uint8_t byte)
{
    while ((UCSR0A & 1u << UDRE0) == 0)
        continue;
    UDR0 = byte;
}

/* Also looks after the stack, for which an AVR has no guard. */
void hardware_feed(void)
{
    wdt_reset();
    if (!core_is_stopped && !stack_is_left())
        core_stack_is_used();
}

uint32_t hardware_ticks(void)
{
    uint8_t interrupts = SREG;
    uint16_t low, high;

    cli();
    low = TCNT1;
    high = wraps;
    if ((TIFR1 & 1u << TOV1) != 0 && low < 0x8000u) /* it wrapped, and the interrupt waits */
        high++;
    SREG = interrupts;
    return (uint32_t)high << 16 | low;
}

enum hardware_counter hardware_counter(void)
{
    return COUNTER_SYSTICK;
}

uint32_t hardware_ticks_hz(void)
{
    return BOARD_HZ;
}
