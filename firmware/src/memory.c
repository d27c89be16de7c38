#include "memory.h"

#define PAINT 0xa5a5a5a5u

__attribute__((section(".noinit"))) struct fault_record last_fault;
/* FAULT_MAGIC when this firmware painted the stack. */
__attribute__((section(".noinit"))) static uint32_t stack_painted;

static void fill(volatile uint32_t *from, const volatile uint32_t *to, uint32_t value)
{
    while (from < to)
        *from++ = value;
}

void memory_start(void)
{
    const volatile uint32_t *from = __data_load;

    for (volatile uint32_t *to = __data_start; to < __data_end; to++)
        *to = *from++;
    fill(__bss_start, __bss_end, 0);
}

void fault_begin(enum fault_cause cause)
{
    fill(&last_fault.magic, (const volatile uint32_t *)(&last_fault + 1), 0);
    last_fault.cause = cause;
    last_fault.magic = FAULT_MAGIC;
}

/* Leaves what lies above its own frame. */
static void paint_stack(void)
{
    fill(__stack_bottom, (volatile uint32_t *)__builtin_frame_address(0) - 16, PAINT);
    stack_painted = FAULT_MAGIC;
}

void stack_start(void)
{
    if (last_fault.magic != FAULT_MAGIC)
        fault_begin(FAULT_NONE);
    if (last_fault.cause == FAULT_NONE && stack_painted == FAULT_MAGIC && !stack_is_left())
        fault_begin(FAULT_STACK);
    paint_stack();
}

bool stack_is_left(void)
{
    return *__stack_bottom == PAINT;
}

uint32_t stack_used(void)
{
    const volatile uint32_t *word = __stack_bottom;

    while (word < __stack_top && *word == PAINT)
        word++;
    return (uint32_t)((uintptr_t)__stack_top - (uintptr_t)word);
}
