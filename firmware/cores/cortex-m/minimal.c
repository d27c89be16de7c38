/* From reset to main in a minimal image. No interrupt is ever enabled, and a fault stops the core. */
#include "memory.h"
#include "start.h"

int main(void);
void reset_handler(void);
void stop(void);

/* ARMv6-M and ARMv7-M Architecture Reference Manuals, B1.5: what else goes wrong is a HardFault. */
__attribute__((section(".vectors"), used)) static const handler vectors[] = {
    (handler)(uintptr_t)__stack_top,
    reset_handler,
    stop, /* NMI */
    stop, /* HardFault */
};

void reset_handler(void)
{
    memory_start();
    core_start(vectors);
    main();
}

void stop(void)
{
    for (;;)
        continue;
}
