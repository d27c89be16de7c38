/* needs: nothing */
/* An AVR reads flash and RAM by different instructions. A pointer to MEMX has 24 bits and leads to
 * either; a constant that is MEMX stays in flash. */
#if defined(__AVR__)
#define MEMX __memx
#else
#define MEMX
#endif
