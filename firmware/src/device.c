#include "device.h"

#include "hardware.h"
#include "hello.h"
#ifdef FAULT_INJECTION
#include "inject.h"
#endif
#include "inputs.h"
#include "memory.h"
#include "network.h"
#ifdef PROFILE
#include "profile.h"
#endif
#include "protocol.h"

#define MOST_RUNS  1000 /* of one FRAME_BENCH */
#define BENCH_SIZE 2    /* bytes of its payload, the longest but for inputs */
#define UNKNOWN    UINT32_MAX

static struct receiver in;
static uint8_t head[FRAME_HEADER + BENCH_SIZE]; /* the request's first bytes */
static uint32_t frames_good, frames_damaged;

/* What FRAME_BENCH measured, in ticks. */
static struct {
    uint32_t loops[2]; /* of 2,000 and 4,000 instructions */
    uint32_t least, most;
    uint64_t sum;
} measured;

/* `expected` is the payload's right length. */
static void send_error(enum protocol_error error, uint32_t sequence, uint32_t expected)
{
    protocol_begin(FRAME_ERROR, sequence);
    protocol_put((uint8_t)error);
    protocol_put_u32(expected);
    protocol_end();
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

static uint32_t bench_runs(void)
{
    return head[FRAME_HEADER] | (uint32_t)head[FRAME_HEADER + 1] << 8;
}

static void bench(void)
{
    measured.loops[0] = known_loop(1000);
    measured.loops[1] = known_loop(2000);
    measured.least = UINT32_MAX;
    measured.most = 0;
    measured.sum = 0;
    for (uint32_t runs = bench_runs(); runs > 0; runs--) {
        network_measure();
        measured.least = network.ticks < measured.least ? network.ticks : measured.least;
        measured.most = network.ticks > measured.most ? network.ticks : measured.most;
        measured.sum += network.ticks;
        hardware_feed();
    }
}

#ifdef PROFILE
/* What each operator of a run takes; 0 for those that there are not. */
static void put_profile(void)
{
    uint32_t before = network.start;

    for (uint32_t i = 0; i < PROFILE_MOST; i++) {
        protocol_put_u32(profile_ticks[i] == 0 ? 0 : profile_ticks[i] - before);
        before = profile_ticks[i];
    }
}
#endif

static void put_fault(void)
{
    const uint32_t *word = &last_fault.cause;
    bool valid = last_fault.magic == FAULT_MAGIC;

    for (uint32_t i = 0; i < FAULT_WORDS; i++)
        protocol_put_u32(valid ? word[i] : 0);
}

static void put_status(void)
{
    protocol_put_u32((uint32_t)((uintptr_t)__stack_top - (uintptr_t)__stack_bottom));
    protocol_put_u32(stack_used());
    protocol_put_u32(frames_good);
    protocol_put_u32(frames_damaged);
    protocol_put(network_intact());
}

/* The payload's length that each request has, UNKNOWN where there is no such request. */
static uint32_t expected_length(uint8_t type)
{
    switch (type) {
    case FRAME_HELLO:
    case FRAME_SELF_TEST:
    case FRAME_LAST_ERROR:
    case FRAME_STATUS:
    case FRAME_RESET:
        return 0;
    case FRAME_INFER:
        return DEPLOYMENT_STORED == STORED_NONE ? UNKNOWN : INPUTS_STORED_SIZE;
    case FRAME_CLASSIFY:
        return INPUTS_SIZE;
    case FRAME_BENCH:
        return BENCH_SIZE;
#ifdef PROFILE
    case FRAME_PROFILE:
        return 0;
#endif
#ifdef FAULT_INJECTION
    case FRAME_INJECT:
        return 1;
#endif
    default:
        return UNKNOWN;
    }
}

/* Why a request is refused, or 0. */
static uint32_t refusal(uint8_t type)
{
    bool runs = type == FRAME_INFER || type == FRAME_CLASSIFY || type == FRAME_BENCH;

    if (head[0] != PROTOCOL_VERSION)
        return ERROR_VERSION;
    if (expected_length(type) == UNKNOWN)
        return ERROR_TYPE;
    if (in.size - FRAME_HEADER - FRAME_CRC != expected_length(type))
        return ERROR_LENGTH;
    if (type == FRAME_BENCH && (bench_runs() == 0 || bench_runs() > MOST_RUNS))
        return ERROR_LENGTH;
    if (runs && network.self_test != MODEL_OK)
        return ERROR_SELF_TEST;
    return 0;
}

/* Do what a request asks the network to do; whether there was anything. */
static bool work(uint8_t type)
{
    switch (type) {
    case FRAME_INFER:
    case FRAME_CLASSIFY:
        network_run(in.tail);
        break;
    case FRAME_SELF_TEST:
        network_test();
        break;
    case FRAME_BENCH:
        bench();
        break;
    case FRAME_RESET:
        network_reset();
        break;
#ifdef PROFILE
    case FRAME_PROFILE:
        profile_clear();
        network_measure();
        break;
#endif
#ifdef FAULT_INJECTION
    case FRAME_INJECT:
        inject((enum injection)head[FRAME_HEADER], &network.after);
        break;
#endif
    default:
        return false;
    }
    return true;
}

/* Put what a request asks for into the frame that has begun. */
static void put_reply(uint8_t type)
{
    switch (type) {
    case FRAME_HELLO:
        hello_put();
        break;
    case FRAME_INFER:
    case FRAME_CLASSIFY:
        protocol_put_u32(network.ticks);
        protocol_put_u32(network.steps);
        network_put_outputs();
        break;
    case FRAME_SELF_TEST:
        protocol_put((uint8_t)network.self_test);
        break;
    case FRAME_BENCH:
        protocol_put_bytes(&measured, sizeof measured); /* little-endian, as all the cores are */
        break;
    case FRAME_LAST_ERROR:
        put_fault();
        break;
    case FRAME_STATUS:
        put_status();
        break;
#ifdef PROFILE
    case FRAME_PROFILE:
        put_profile();
        break;
#endif
    default:
        break;
    }
}

static void handle(void)
{
    uint8_t type = head[1];
    uint32_t sequence = head[2] | (uint32_t)head[3] << 8;
    uint32_t refused = refusal(type);

    if (refused == 0 && work(type) && !network_intact())
        refused = ERROR_ARENA;
    if (refused != 0) {
        send_error((enum protocol_error)refused, sequence, expected_length(type));
        return;
    }
    protocol_begin(type | FRAME_REPLY, sequence);
    put_reply(type);
    protocol_end();
}

/* Take the byte at `place` of a request. */
static void take(uint32_t place, uint8_t byte)
{
    if (place < sizeof head)
        head[place] = byte;
    if (place < FRAME_HEADER)
        return;
    place -= FRAME_HEADER;
    if (head[1] == FRAME_CLASSIFY && place < INPUTS_SIZE)
        inputs_take(&network.own, place, byte);
#if DEPLOYMENT_STORED != STORED_NONE
    if (head[1] == FRAME_INFER && place < INPUTS_STORED_SIZE)
        inputs_take_stored(&network.own, place, byte);
#endif
}

void device_receive(uint8_t byte)
{
    switch (protocol_receive(&in, byte)) {
    case RECEIVE_BYTE:
        take(in.size - FRAME_CRC - 1, in.byte);
        break;
    case RECEIVE_FRAME:
        frames_good++;
        handle();
        break;
    case RECEIVE_DAMAGED:
        frames_damaged++;
        send_error(ERROR_DAMAGED, 0, 0);
        break;
    case RECEIVE_MORE:
        break;
    }
}

void device_report_fault(void)
{
    protocol_begin(FRAME_FAULT, 0);
    put_fault();
    protocol_end();
}

void device_start(void)
{
    network_start();
    network_test();
    hello_say();
}
