/* needs: nothing */
/* What lies in the arena is of several types, one after the other in the same bytes. */
#if defined(__GNUC__)
typedef int16_t __attribute__((may_alias)) arena_int16;
typedef int32_t __attribute__((may_alias)) arena_int32;
typedef float __attribute__((may_alias)) arena_float;
#else
typedef int16_t arena_int16;
typedef int32_t arena_int32;
typedef float arena_float;
#endif
