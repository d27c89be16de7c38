/* needs: nothing */
/* An AVR reads flash by other instructions than RAM. A constant that is FLASH stays there, and a
 * pointer to FLASH leads to it: avr-gcc's named address space of the first 64 KB, which C has with
 * its extensions (-std=gnu99, the default) and C++ has not. */
#if defined(__AVR__)
#define FLASH __flash
#else
#define FLASH
#endif
