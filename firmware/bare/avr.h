/* An ATmega2560 without firmware: cycles from Timer 1, hexadecimal digits to USART 0.
 *
 * Registers are those of its datasheet (Microchip DS40002211). simavr ends where a program sleeps
 * with interrupts off. */
#ifndef BARE_AVR_H
#define BARE_AVR_H

#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>
#include <stdint.h>

static volatile uint16_t rounds; /* of the counter, which has 16 bits */

ISR(TIMER1_OVF_vect)
{
    rounds++;
}

static uint32_t cycles(void)
{
    uint16_t low, high;

    cli();
    low = TCNT1;
    high = rounds;
    if ((TIFR1 & (1 << TOV1)) != 0 && low < 0x8000u)
        high++;
    sei();
    return (uint32_t)high << 16 | low;
}

static void put(uint8_t byte)
{
    static const char digits[] = "0123456789abcdef";
    static uint8_t column;

    for (uint8_t part = 0; part < 2; part++) {
        while ((UCSR0A & (1 << UDRE0)) == 0)
            continue;
        UDR0 = (uint8_t)digits[part == 0 ? byte >> 4 : byte & 15];
    }
    if (++column == 32) { /* simavr shows whole lines */
        while ((UCSR0A & (1 << UDRE0)) == 0)
            continue;
        UDR0 = '\n';
        column = 0;
    }
}

static void put_bytes(const void *from, uint32_t count)
{
    for (const uint8_t *byte = from; count > 0; count--)
        put(*byte++);
}

static void start(void)
{
    UCSR0A = 1 << U2X0; /* UBRR0 is 0: as fast as it goes */
    UCSR0B = 1 << TXEN0;
    TIMSK1 = 1 << TOIE1;
    TCCR1B = 1 << CS10; /* every cycle */
    sei();
}

static void finish(void)
{
    for (uint8_t i = 0; i < 33; i++)
        put(0); /* ends the last line */
    cli();
    sleep_enable();
    for (;;)
        sleep_cpu();
}

#endif
