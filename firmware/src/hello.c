#include "hello.h"

#include "board.h"
#include "deployment.h"
#include "hardware.h"
#include "memory.h"
#include "network.h"
#include "protocol.h"

static CORE_FLASH uint8_t tensors[] = {DEPLOYMENT_TENSORS};
static CORE_FLASH char sha256[] = MODEL_SHA256, board[] = BOARD_NAME, model[] = DEPLOYMENT_MODEL,
                       match[] = DEPLOYMENT_MATCH;
static CORE_FLASH char greeting[] = "\r\nthimble on " BOARD_NAME ": model " DEPLOYMENT_MODEL
                                    " (" DEPLOYMENT_MATCH "), sha256 ";
static CORE_FLASH char comma[] = ", ";
static CORE_FLASH char of_tables[] = " bytes of tables, ";
static CORE_FLASH char passed[] = " of arena; self-test passed\r\n";
static CORE_FLASH char failed[] = " of arena; SELF-TEST FAILED, no answers\r\n";

static void put_text(CORE_FLASH char *text)
{
    do
        protocol_put((uint8_t)*text);
    while (*text++ != '\0');
}

void hello_put(void)
{
    protocol_put((uint8_t)network.self_test);
    protocol_put((uint8_t)hardware_counter());
    protocol_put_u32(hardware_ticks_hz());
    protocol_put_u32(network.test_ticks);
    protocol_put_u32(MODEL_ARENA_SIZE);
    protocol_put_u32(MODEL_STATE_SIZE);
    protocol_put_u32(MODEL_TABLES_SIZE);
    for (uint32_t i = 0; i < sizeof tensors; i++)
        protocol_put(tensors[i]);
    put_text(sha256);
    put_text(board);
    put_text(model);
    put_text(match);
}

static void say(CORE_FLASH char *text)
{
    while (*text != '\0')
        hardware_write((uint8_t)*text++);
}

static void say_number(uint32_t number)
{
    char digits[10];
    uint32_t count = 0;

    do
        digits[count++] = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    while (count > 0)
        hardware_write((uint8_t)digits[--count]);
}

void hello_say(void)
{
    say(greeting);
    say(sha256);
    say(comma);
    say_number(MODEL_TABLES_SIZE);
    say(of_tables);
    say_number(MODEL_ARENA_SIZE);
    say(network.self_test == MODEL_OK ? passed : failed);
    hardware_write(0);
}
