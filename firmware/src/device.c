#include "device.h"

#include "bench.h"
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

/* `expected` is the payload's right length. */
static void send_error(enum protocol_error error, uint32_t sequence, uint32_t expected)
{
    protocol_begin(FRAME_ERROR, sequence);
    protocol_put((uint8_t)error);
    protocol_put_u32(expected);
    protocol_end();
}

static uint32_t bench_runs(void)
{
    return head[FRAME_HEADER] | (uint32_t)head[FRAME_HEADER + 1] << 8;
}

static void put_fault(void)
{
    protocol_put_u32(last_fault.cause | CORE_NUMBER << 8);
    protocol_put_bytes(last_fault.registers, sizeof last_fault.registers);
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
        bench_run(bench_runs());
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
        bench_put();
        break;
    case FRAME_LAST_ERROR:
        put_fault();
        break;
    case FRAME_STATUS:
        put_status();
        break;
#ifdef PROFILE
    case FRAME_PROFILE:
        profile_put();
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
