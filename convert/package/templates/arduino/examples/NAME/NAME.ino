/* {{title}}: real numbers in, {{answers}} out.
 * Made by: {{command}}
 *
 * What goes in is made up, from a fixed seed, so that what comes out is known:
 *
{{printed_comment}} */
#include <{{name}}.h>
<!-- if labels -->
#include <{{name}}_labels.h>
<!-- end -->
#include <thimble_quantize.h>

{{memory}}

static void show(const char *name, int32_t index, float real)
{
    Serial.print(name);
    Serial.print(F("["));
    Serial.print(index);
    Serial.print(F("] = "));
    Serial.println(real, 3);
}

<!-- if labels -->
static void show_label(int32_t index)
{
    Serial.print(F("label: "));
    Serial.println((const __FlashStringHelper *){{name}}_label(index));
}

<!-- end -->
{{functions}}

void setup()
{
    uint32_t seed = 1;

    Serial.begin(115200);
    while (!Serial) {
    }
    if ({{name}}_self_test({{arguments}}) != {{macro}}_OK) {
        Serial.println(F("self-test: failed"));
        return;
    }
    Serial.println(F("self-test: ok"));
{{run}}
}

void loop()
{
}
