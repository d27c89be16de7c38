/* {{title}}: real numbers in, {{answers}} out. Made by: {{command}}
 *
 * What goes in is made up, from a fixed seed, so that what comes out is known:
 *
{{printed_comment}} */
#include <stdio.h>

#include "{{name}}.h"
<!-- if labels -->
#include "{{name}}_labels.h"
<!-- end -->
#include "thimble_quantize.h"

{{memory}}

/* With three places, by whole numbers, because not every printf knows real ones. */
static void show(const char *name, int32_t index, float real)
{
    int32_t all = thimble_quantize(real, 0.001f, 0, -2000000000, 2000000000);
    uint32_t size = all < 0 ? (uint32_t)-all : (uint32_t)all;

    printf("%s[%ld] = %s%lu.%03lu\n", name, (long)index, all < 0 ? "-" : "",
           (unsigned long)(size / 1000), (unsigned long)(size % 1000));
}

<!-- if labels -->
static void show_label(int32_t index)
{
    printf("label: %s\n", {{name}}_label(index));
}

<!-- end -->
{{functions}}

static int run(void)
{
    uint32_t seed = 1;

    if ({{name}}_self_test({{arguments}}) != {{macro}}_OK) {
        printf("self-test: failed\n");
        return 1;
    }
    printf("self-test: ok\n");
{{run}}
    return 0;
}

<!-- if app_main -->
void app_main(void)
{
    (void)run();
}
<!-- end -->
<!-- if main -->
int main(void)
{
    return run();
}
<!-- end -->
