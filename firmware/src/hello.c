#include "hello.h"

#include "board.h"
#include "deployment.h"
#include "hardware.h"
#include "network.h"
#include "protocol.h"

static const uint8_t tensors[] = {DEPLOYMENT_TENSORS};

void hello_put(void)
{
    protocol_put((uint8_t)network.self_test);
    protocol_put((uint8_t)hardware_counter());
    protocol_put_u32(hardware_ticks_hz());
    protocol_put_u32(network.test_ticks);
    protocol_put_u32(MODEL_ARENA_SIZE);
    protocol_put_u32(MODEL_STATE_SIZE);
    protocol_put_u32(MODEL_TABLES_SIZE);
    protocol_put_bytes(tensors, sizeof tensors);
    protocol_put_text(MODEL_SHA256);
    protocol_put_text(BOARD_NAME);
    protocol_put_text(DEPLOYMENT_MODEL);
    protocol_put_text(DEPLOYMENT_MATCH);
}

static void say(const char *text)
{
    while (*text != '\0')
        hardware_write((uint8_t)*text++);
}

static void say_number(uint32_t number)
{
    char digits[11];
    char *first = digits + sizeof digits - 1;

    *first = '\0';
    do
        *--first = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    say(first);
}

void hello_say(void)
{
    say("\r\nthimble on " BOARD_NAME ": model " DEPLOYMENT_MODEL " (" DEPLOYMENT_MATCH
        "), sha256 " MODEL_SHA256 ", ");
    say_number(MODEL_TABLES_SIZE);
    say(" bytes of tables, ");
    say_number(MODEL_ARENA_SIZE);
    say(network.self_test == MODEL_OK ? " of arena; self-test passed\r\n"
                                      : " of arena; SELF-TEST FAILED, no answers\r\n");
    hardware_write(0);
}
