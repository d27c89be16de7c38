/* The smallest image with a network: its inputs come in, one after the other in the model's own types,
 * the network runs, its outputs go out, and all over again. Nothing frames them but time: a pause of
 * half a second or more begins an input anew, so that a byte lost or too many spoils no later one. */
#include <stdbool.h>
#include <stddef.h>

#include "deployment.h"
#include "hardware.h"

/* Looks at the port that find nothing and are a pause: of 8 to 40 cycles each, 80 to 400 ms. */
#define PAUSE (hardware_ticks_hz() / 100u)

static const size_t input_sizes[] = DEPLOYMENT_INPUT_SIZES; /* bytes */
static const size_t output_sizes[] = DEPLOYMENT_OUTPUT_SIZES;

/* Whoever reads from it has written it before. */
__attribute__((section(".noinit"))) static struct deployment own;

/* The next byte, or -1 after a pause. */
static int32_t next(void)
{
    int32_t byte;

    for (uint32_t looks = PAUSE; looks > 0; looks--)
        if ((byte = hardware_read()) >= 0)
            return byte;
    return -1;
}

/* Receive so many bytes; whether no pause came between them. */
static bool receive(uint8_t *to, size_t size)
{
    for (; size > 0; size--) {
        int32_t byte = next();

        if (byte < 0)
            return false;
        *to++ = (uint8_t)byte;
    }
    return true;
}

static void send(const uint8_t *from, size_t size)
{
    for (; size > 0; size--)
        hardware_write(*from++);
}

int main(void)
{
    hardware_init();
#if MODEL_STATE_SIZE > 0
    model_reset(&own.state);
#endif
    for (;;) {
        for (size_t i = 0; i < DEPLOYMENT_INPUTS;)
            i = receive(deployment_input(&own, (uint32_t)i), input_sizes[i]) ? i + 1 : 0;
        deployment_run(&own);
        for (size_t i = 0; i < DEPLOYMENT_OUTPUTS; i++)
            send(own.outputs[i], output_sizes[i]);
    }
}
