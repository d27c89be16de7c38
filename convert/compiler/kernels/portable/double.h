/* needs: nothing */
/* Where double is no more than float, as on an AVR, nothing that needs it can be right. */
#include <float.h>
#if DBL_MANT_DIG < 53
#error "this operator's --match ref computes in 64-bit double, and double has fewer bits here: compile the model with --match tflm or --match xnnpack, or compile this file with -mdouble=64 where the compiler has that"
#endif
