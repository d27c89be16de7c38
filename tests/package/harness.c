/* Runs the C of a Swift package through the functions that Swift calls: inputs from standard input,
 * outputs to standard output, until there are no more. NAME, INPUT_SIZES and OUTPUT_SIZES are
 * given. */
#include <stdio.h>
#include <stdlib.h>

#include RAW_HEADER

#define JOINED(a, b)   a##b
#define CALLED(a, b)   JOINED(a, b)
#define RAW(what)      CALLED(NAME, _raw_##what)
#define COUNT(array)   (sizeof(array) / sizeof(array)[0])

static void *memory; /* the process keeps it to its end */
static const size_t input_sizes[] = {INPUT_SIZES}, output_sizes[] = {OUTPUT_SIZES};

int main(void)
{
    memory = aligned_alloc(RAW(alignment)(), (RAW(size)() + 63) / 64 * 64);

    if (memory == NULL)
        return 1;
    RAW(open)(memory);
    if (RAW(output)(memory, 0) != NULL || RAW(test)(memory) != 0)
        return 2;
    for (;;) {
        for (size_t i = 0; i < COUNT(input_sizes); i++)
            if (fread(RAW(input)(memory, (int32_t)i), 1, input_sizes[i], stdin) != input_sizes[i])
                return ferror(stdin) || i > 0 ? 3 : 0;
        RAW(run)(memory);
        for (size_t i = 0; i < COUNT(output_sizes); i++)
            fwrite(RAW(output)(memory, (int32_t)i), 1, output_sizes[i], stdout);
    }
}
