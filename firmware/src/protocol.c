#include "protocol.h"

#include "hardware.h"

enum { MOST = 254 }; /* bytes behind a COBS code */

static struct {
    uint8_t block[MOST]; /* what the next code stands for, but for a zero behind it */
    uint8_t count;
    uint32_t crc;
} out;

/* A CRC-32 (IEEE 802.3), not yet inverted, with one byte more. */
static uint32_t crc_with(uint32_t crc, uint8_t byte)
{
    crc ^= byte;
    for (int bit = 0; bit < 8; bit++)
        crc = (crc >> 1) ^ (0xedb88320u & (0u - (crc & 1u)));
    return crc;
}

static enum receive_result take(struct receiver *in, uint8_t byte)
{
    in->byte = (uint8_t)in->tail;
    in->tail = in->tail >> 8 | (uint32_t)byte << 24;
    if (++in->size <= FRAME_CRC)
        return RECEIVE_MORE;
    in->crc = crc_with(in->crc, in->byte);
    return RECEIVE_BYTE;
}

static enum receive_result finish(struct receiver *in)
{
    bool whole = in->left == 0 && in->size >= FRAME_HEADER + FRAME_CRC && in->tail == ~in->crc;
    bool empty = in->code == 0; /* 0x00 after 0x00: an empty line is no frame */

    in->left = 0;
    in->code = 0;
    return empty ? RECEIVE_MORE : whole ? RECEIVE_FRAME : RECEIVE_DAMAGED;
}

enum receive_result protocol_receive(struct receiver *in, uint8_t byte)
{
    uint8_t before = in->code;

    if (byte == 0)
        return finish(in);
    if (in->left > 0) {
        in->left--;
        return take(in, byte);
    }
    in->code = byte;
    in->left = (uint8_t)(byte - 1);
    if (before == 0) {
        in->size = 0;
        in->crc = 0xffffffffu;
    } else if (before != 0xff) { /* the block before stood for a zero at its end */
        return take(in, 0);
    }
    return RECEIVE_MORE;
}

static void flush(void)
{
    hardware_write((uint8_t)(out.count + 1));
    for (uint8_t i = 0; i < out.count; i++)
        hardware_write(out.block[i]);
    out.count = 0;
    hardware_feed();
}

void protocol_put(uint8_t byte)
{
    out.crc = crc_with(out.crc, byte);
    if (byte != 0)
        out.block[out.count++] = byte;
    if (byte == 0 || out.count == MOST)
        flush();
}

void protocol_put_u32(uint32_t value)
{
    for (int i = 0; i < 4; i++, value >>= 8)
        protocol_put((uint8_t)value);
}

void protocol_put_bytes(const void *bytes, uint32_t size)
{
    for (const uint8_t *byte = bytes; size > 0; size--)
        protocol_put(*byte++);
}

void protocol_begin(uint8_t type, uint32_t sequence)
{
    hardware_write(0);
    out.count = 0;
    out.crc = 0xffffffffu;
    protocol_put(PROTOCOL_VERSION);
    protocol_put(type);
    protocol_put((uint8_t)sequence);
    protocol_put((uint8_t)(sequence >> 8));
}

void protocol_end(void)
{
    protocol_put_u32(~out.crc);
    flush();
    hardware_write(0);
}
