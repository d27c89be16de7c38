#include "inputs.h"

static const uint32_t sizes[DEPLOYMENT_INPUTS] = DEPLOYMENT_INPUT_SIZES; /* bytes */

void inputs_take(struct deployment *to, uint32_t place, uint8_t byte)
{
    uint32_t number = 0;

    while (number + 1 < DEPLOYMENT_INPUTS && place >= sizes[number])
        place -= sizes[number++];
    ((uint8_t *)deployment_input(to, number))[place] = byte;
}

#if DEPLOYMENT_STORED == STORED_UINT8

void inputs_take_stored(struct deployment *to, uint32_t place, uint8_t byte)
{
    model_input(&to->arena)[place] = deployment_stored(byte, place);
}

#elif DEPLOYMENT_STORED == STORED_FLOAT32

void inputs_take_stored(struct deployment *to, uint32_t place, uint8_t byte)
{
    static union {
        uint8_t bytes[4];
        float real;
    } value;

    value.bytes[place % 4] = byte;
    if (place % 4 == 3)
        model_input(&to->arena)[place / 4] = deployment_stored(value.real, place / 4);
}

#endif

void inputs_clear(struct deployment *to)
{
    for (uint32_t place = 0; place < INPUTS_SIZE; place++)
        inputs_take(to, place, 0);
}
