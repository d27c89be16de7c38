#include "device.h"

#include <stddef.h>

#include "board.h"
#include "deployment.h"
#include "hardware.h"
#ifdef FAULT_INJECTION
#include "inject.h"
#endif
#include "memory.h"
#include "model.h"
#ifdef PROFILE
#include "profile.h"
#endif
#include "protocol.h"

#define CANARY 0x5aa5c33cu
#define CAPACITY (FRAME_HEADER + MODEL_INPUT_SIZE + FRAME_CRC) /* bytes of the longest request */
#define MOST_RUNS 1000                                         /* of one FRAME_BENCH */

/* Bytes of the longest replies: to hello, and to bench, which keeps an answer behind 8 bytes. */
#define REPLY_HELLO                                                                               \
    (26 + sizeof MODEL_SHA256 + sizeof BOARD_NAME + sizeof DEPLOYMENT_MODEL +                     \
     sizeof DEPLOYMENT_MATCH)
#define REPLY_BENCH (8 + 6 + MODEL_OUTPUT_SIZE)
#define REPLY_MOST (REPLY_BENCH > REPLY_HELLO ? REPLY_BENCH : REPLY_HELLO)

_Static_assert(CAPACITY <= UINT16_MAX && REPLY_MOST <= UINT16_MAX, "frames have 16-bit sizes");
_Static_assert(REPLY_MOST >= 4 * FAULT_WORDS, "the reply must hold a fault too");

static struct {
    uint32_t before;
    model_arena arena;
    uint32_t after;
} memory;

static uint8_t request[CAPACITY];
static struct receiver in = {.bytes = request, .capacity = CAPACITY};
static uint8_t reply[FRAME_HEADER + REPLY_MOST + FRAME_CRC];
static uint32_t frames_good, frames_damaged;
static enum model_status self_test;

/* Send what lies in `reply` from its payload to `end`. */
static void send(uint8_t type, uint32_t sequence, uint8_t *end)
{
    reply[0] = PROTOCOL_VERSION;
    reply[1] = type;
    store_u16(reply + 2, sequence);
    end = store_u32(end, protocol_crc(reply, (uint32_t)(end - reply)));
    protocol_send(reply, (uint32_t)(end - reply));
}

static void send_error(enum protocol_error error, uint32_t sequence)
{
    reply[FRAME_HEADER] = (uint8_t)error;
    send(FRAME_ERROR, sequence, reply + FRAME_HEADER + 1);
}

static uint8_t *store_text(uint8_t *to, const char *text)
{
    do
        *to++ = (uint8_t)*text;
    while (*text++ != '\0');
    return to;
}

static bool arena_intact(void)
{
    return memory.before == CANARY && memory.after == CANARY;
}

/* Run the self-test; the canaries stay as they are. */
static void test(void)
{
    self_test = model_self_test(&memory.arena);
}

static uint8_t *hello(uint8_t *to)
{
    static const union {
        float real;
        uint32_t bits;
    } scale = {.real = MODEL_OUTPUT_SCALE};

    *to++ = (uint8_t)self_test;
    *to++ = (uint8_t)hardware_counter();
    to = store_u32(to, hardware_ticks_hz());
    to = store_u32(to, MODEL_ARENA_SIZE);
    to = store_u32(to, MODEL_TABLES_SIZE);
    to = store_u16(to, MODEL_INPUT_SIZE);
    to = store_u16(to, MODEL_OUTPUT_SIZE);
    to = store_u32(to, scale.bits);
    to = store_u32(to, (uint32_t)MODEL_OUTPUT_ZERO_POINT);
    to = store_text(to, MODEL_SHA256);
    to = store_text(to, BOARD_NAME);
    to = store_text(to, DEPLOYMENT_MODEL);
    return store_text(to, DEPLOYMENT_MATCH);
}

/* Run the network on what lies in its input: ticks, best class, outputs. */
static uint8_t *answer(uint8_t *to)
{
    uint32_t start = hardware_ticks();
    const int8_t *output = model_run(&memory.arena);

    to = store_u32(to, hardware_ticks() - start);
    to = store_u16(to, (uint32_t)model_argmax(output));
    for (uint32_t i = 0; i < MODEL_OUTPUT_SIZE; i++)
        *to++ = (uint8_t)output[i];
    return to;
}

static uint8_t *infer(const uint8_t *pixels, uint8_t *to)
{
    int8_t *input = model_input(&memory.arena);

    for (uint32_t i = 0; i < MODEL_INPUT_SIZE; i++)
        input[i] = quantized_pixel[pixels[i]];
    return answer(to);
}

static uint8_t *classify(const uint8_t *tensor, uint8_t *to)
{
    int8_t *input = model_input(&memory.arena);

    for (uint32_t i = 0; i < MODEL_INPUT_SIZE; i++)
        input[i] = (int8_t)tensor[i];
    return answer(to);
}

/* Ticks of a loop of 2 * iterations instructions, and of the few around it: two such loops show
 * what a tick is. */
static uint32_t known_loop(uint32_t iterations)
{
    uint32_t start = hardware_ticks();

#if defined(__arm__)
    __asm volatile(".syntax unified\n1: subs %0, %0, #1\n bne 1b" : "+l"(iterations) : : "cc");
#else
    (void)iterations; /* the tests' own machine */
#endif
    return hardware_ticks() - start;
}

/* Loops of 2,000 and 4,000 instructions; least, most and sum (8 bytes) of the runs' ticks. */
static uint8_t *bench(uint32_t runs, uint8_t *to)
{
    uint32_t least = UINT32_MAX, most = 0;
    uint64_t sum = 0;

    to = store_u32(to, known_loop(1000));
    to = store_u32(to, known_loop(2000));
    for (uint32_t run = 0; run < runs; run++) {
        uint32_t ticks = load_u32((answer(to), to));

        least = ticks < least ? ticks : least;
        most = ticks > most ? ticks : most;
        sum += ticks;
        hardware_feed();
    }
    to = store_u32(store_u32(to, least), most);
    return store_u32(store_u32(to, (uint32_t)sum), (uint32_t)(sum >> 32));
}

#ifdef PROFILE
/* What each operator of a run takes; 0 for those that there are not. */
static uint8_t *profile(uint8_t *to)
{
    uint32_t before = 0;

    for (uint32_t i = 0; i < PROFILE_MOST; i++)
        profile_ticks[i] = 0;
    before = hardware_ticks();
    model_run(&memory.arena);
    for (uint32_t i = 0; i < PROFILE_MOST; i++) {
        to = store_u32(to, profile_ticks[i] == 0 ? 0 : profile_ticks[i] - before);
        before = profile_ticks[i];
    }
    return to;
}
#endif

static uint8_t *store_fault(uint8_t *to)
{
    const uint32_t *word = &last_fault.cause;
    bool valid = last_fault.magic == FAULT_MAGIC;

    for (uint32_t i = 0; i < FAULT_WORDS; i++)
        to = store_u32(to, valid ? word[i] : 0);
    return to;
}

static uint8_t *status(uint8_t *to)
{
    to = store_u32(to, (uint32_t)((uintptr_t)__stack_top - (uintptr_t)__stack_bottom));
    to = store_u32(to, stack_used());
    to = store_u32(to, frames_good);
    to = store_u32(to, frames_damaged);
    *to++ = arena_intact();
    return to;
}

/* The payload's length that each request has, or -1 where there is no such request. */
static int32_t expected_length(uint8_t type)
{
    switch (type) {
    case FRAME_HELLO:
    case FRAME_SELF_TEST:
    case FRAME_LAST_ERROR:
    case FRAME_STATUS:
        return 0;
    case FRAME_INFER:
    case FRAME_CLASSIFY:
        return MODEL_INPUT_SIZE;
    case FRAME_BENCH:
        return 2;
#ifdef PROFILE
    case FRAME_PROFILE:
        return 0;
#endif
#ifdef FAULT_INJECTION
    case FRAME_INJECT:
        return 1;
#endif
    default:
        return -1;
    }
}

/* Why a request is refused, or 0. */
static uint32_t refusal(uint8_t type, uint32_t length)
{
    bool runs = type == FRAME_INFER || type == FRAME_CLASSIFY || type == FRAME_BENCH;

    if (request[0] != PROTOCOL_VERSION)
        return ERROR_VERSION;
    if (expected_length(type) < 0)
        return ERROR_TYPE;
    if (length != (uint32_t)expected_length(type))
        return ERROR_LENGTH;
    if (runs && self_test != MODEL_OK)
        return ERROR_SELF_TEST;
    if (runs && !arena_intact())
        return ERROR_ARENA;
    return 0;
}

/* Do what a request asks for; returns the end of the reply's payload, NULL when it cannot. */
static uint8_t *serve(uint8_t type, const uint8_t *payload, uint8_t *to)
{
    uint32_t runs;

    switch (type) {
    case FRAME_HELLO:
        return hello(to);
    case FRAME_INFER:
        return infer(payload, to);
    case FRAME_CLASSIFY:
        return classify(payload, to);
    case FRAME_SELF_TEST:
        test();
        *to++ = (uint8_t)self_test;
        return to;
    case FRAME_BENCH:
        runs = payload[0] | (uint32_t)payload[1] << 8;
        return runs >= 1 && runs <= MOST_RUNS ? bench(runs, to) : NULL;
    case FRAME_LAST_ERROR:
        return store_fault(to);
#ifdef PROFILE
    case FRAME_PROFILE:
        return profile(to);
#endif
#ifdef FAULT_INJECTION
    case FRAME_INJECT:
        inject((enum injection)payload[0], &memory.after);
        return to;
#endif
    default:
        return status(to);
    }
}

static void handle(void)
{
    uint8_t type = request[1];
    uint32_t sequence = request[2] | (uint32_t)request[3] << 8;
    uint32_t refused = refusal(type, (uint32_t)in.size - FRAME_HEADER);
    uint8_t *end;

    if (refused != 0) {
        send_error((enum protocol_error)refused, sequence);
        return;
    }
    end = serve(type, request + FRAME_HEADER, reply + FRAME_HEADER);
    if (end == NULL)
        send_error(ERROR_LENGTH, sequence);
    else if (!arena_intact())
        send_error(ERROR_ARENA, sequence);
    else
        send(type | FRAME_REPLY, sequence, end);
}

void device_receive(uint8_t byte)
{
    switch (protocol_receive(&in, byte)) {
    case RECEIVE_FRAME:
        frames_good++;
        handle();
        break;
    case RECEIVE_DAMAGED:
        frames_damaged++;
        send_error(ERROR_DAMAGED, 0);
        break;
    case RECEIVE_MORE:
        break;
    }
}

void device_report_fault(void)
{
    send(FRAME_FAULT, 0, store_fault(reply + FRAME_HEADER));
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

/* For people with a terminal; clients take it for a damaged frame. */
static void say_hello(void)
{
    say("\r\nthimble on " BOARD_NAME ": model " DEPLOYMENT_MODEL " (" DEPLOYMENT_MATCH
        "), sha256 " MODEL_SHA256 ", ");
    say_number(MODEL_TABLES_SIZE);
    say(" bytes of tables, ");
    say_number(MODEL_ARENA_SIZE);
    say(self_test == MODEL_OK ? " of arena; self-test passed\r\n"
                              : " of arena; SELF-TEST FAILED, no answers\r\n");
    hardware_write(0);
}

void device_start(void)
{
    memory.before = CANARY;
    memory.after = CANARY;
    test();
    say_hello();
}
