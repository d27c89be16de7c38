/* needs: nothing */
/* An AVR reads flash by other instructions than RAM. A constant that is FLASH stays there, and a
 * pointer to FLASH leads to it: avr-gcc's named address space of the first 64 KB, which C has with
 * its extensions (-std=gnu99, the default) and C++ has not. */
#if defined(__AVR__) && !defined(__STRICT_ANSI__) && !defined(__cplusplus)
#define FLASH __flash
#elif defined(__AVR__)
#error "compile as C with -std=gnu99 or another gnu: __flash is GNU C"
#define FLASH /* so that this is the only error */
#else
#define FLASH
#endif

/* A constant of 64 bits: of a load of it, or of its halves within a loop, avr-gcc 5 makes what it
 * does not know itself. */
#if defined(__GNUC__)
__attribute__((noinline, unused))
#endif
static uint64_t in_halves(const FLASH void *of)
{
#if defined(__AVR__)
    const FLASH uint32_t *half = of;

    return half[0] | (uint64_t)half[1] << 32;
#else
    return *(const uint64_t *)of;
#endif
}
