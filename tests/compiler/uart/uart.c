/* The UART of an AVR, or of QEMU's RISC-V machine "virt" with a program's start; standard output
 * where there is an operating system. */
#include "uart.h"

#if defined(__AVR__)
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>

void put(char c)
{
    while ((UCSR0A & _BV(UDRE0)) == 0)
        continue;
    UDR0 = (uint8_t)c;
}

static void start_uart(void)
{
    UCSR0B = _BV(TXEN0);
}

/* The emulator stops where nothing could wake the core. */
static void stop(void)
{
    cli();
    sleep_enable();
    sleep_cpu();
}
#elif defined(__riscv)
int main(void);

/* At the image's very start, where the machine begins. */
__attribute__((naked, used, section(".vectors"))) static void start(void)
{
    __asm volatile("la sp, __stack_top\n\t"
                   "j main\n");
}

void put(char c)
{
    *(volatile uint8_t *)0x10000000u = (uint8_t)c; /* NS16550A: transmit */
}

static void start_uart(void)
{
}

static void stop(void)
{
    *(volatile uint32_t *)0x100000u = 0x5555; /* the machine's test finisher: pass */
}
#else
#include <stdio.h>
#include <stdlib.h>

void put(char c)
{
    putchar(c);
}

static void start_uart(void)
{
}

static void stop(void)
{
    exit(0);
}
#endif

static void say(const char *text)
{
    while (*text != '\0')
        put(*text++);
}

void hex(const void *of, uint16_t size)
{
    const uint8_t *bytes = (const uint8_t *)of;

    for (uint16_t i = 0; i < size; i++) {
        put("0123456789abcdef"[bytes[i] >> 4]);
        put("0123456789abcdef"[bytes[i] & 15]);
    }
}

void begin(void)
{
    start_uart();
    say("begin.");
}

void end(void)
{
    say("end.\n");
    stop();
    for (;;)
        continue;
}
