/* needs: nothing */
/* Compilers like to turn loops that copy or fill into calls of memcpy and memset. There is no libc
 * here, so the functions that hold such loops ask them not to. */
#if defined(__clang__)
#define NO_LIBC __attribute__((no_builtin("memcpy", "memset")))
#elif defined(__GNUC__)
#define NO_LIBC __attribute__((optimize("no-tree-loop-distribute-patterns")))
#else
#define NO_LIBC
#endif

/* For small functions, of which a network may need only some. */
#if defined(__GNUC__)
#define HELPER __attribute__((unused)) static inline
#else
#define HELPER static inline
#endif

/* For functions that are only fast where what they are given is constant. */
#if defined(__GNUC__)
#define INLINE __attribute__((always_inline, unused)) static inline
#else
#define INLINE static inline
#endif

/* For kernels that need every register, which whoever they are put into would crowd. */
#if defined(__GNUC__) && !defined(__OPTIMIZE_SIZE__)
#define APART __attribute__((noinline))
#else
#define APART
#endif
