/* Compilers like to turn loops that copy or fill into calls of memcpy and memset. There is no libc
 * here, so the functions that hold such loops ask them not to. */
#if defined(__clang__)
#define NO_LIBC __attribute__((no_builtin("memcpy", "memset")))
#elif defined(__GNUC__)
#define NO_LIBC __attribute__((optimize("no-tree-loop-distribute-patterns")))
#else
#define NO_LIBC
#endif
