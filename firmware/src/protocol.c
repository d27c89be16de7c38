#include "protocol.h"

#include "hardware.h"

uint32_t protocol_crc(const uint8_t *bytes, uint32_t size)
{
    uint32_t crc = 0xffffffffu;

    while (size-- > 0) {
        crc ^= *bytes++;
        for (int bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ (0xedb88320u & (0u - (crc & 1u)));
    }
    return ~crc;
}

uint32_t load_u32(const uint8_t *from)
{
    return from[0] | (uint32_t)from[1] << 8 | (uint32_t)from[2] << 16 | (uint32_t)from[3] << 24;
}

uint8_t *store_u16(uint8_t *to, uint32_t value)
{
    to[0] = (uint8_t)value;
    to[1] = (uint8_t)(value >> 8);
    return to + 2;
}

uint8_t *store_u32(uint8_t *to, uint32_t value)
{
    return store_u16(store_u16(to, value), value >> 16);
}

static void take(struct receiver *in, uint8_t byte)
{
    if (in->size < in->capacity)
        in->bytes[in->size] = byte;
    if (in->size <= in->capacity) /* one more than fits says: too long */
        in->size++;
}

/* Whether what has been decoded is a whole frame. */
static bool whole(const struct receiver *in)
{
    uint32_t size = (uint32_t)in->size - FRAME_CRC;

    return in->left == 0 && in->size <= in->capacity && in->size >= FRAME_HEADER + FRAME_CRC &&
           protocol_crc(in->bytes, size) == load_u32(in->bytes + size);
}

static enum receive_result finish(struct receiver *in)
{
    enum receive_result result = RECEIVE_MORE; /* 0x00 after 0x00: an empty line is no frame */

    if (in->code != 0)
        result = whole(in) ? RECEIVE_FRAME : RECEIVE_DAMAGED;
    in->size = result == RECEIVE_FRAME ? (uint16_t)(in->size - FRAME_CRC) : 0;
    in->left = 0;
    in->code = 0;
    return result;
}

enum receive_result protocol_receive(struct receiver *in, uint8_t byte)
{
    if (byte == 0)
        return finish(in);
    if (in->left > 0) {
        take(in, byte);
        in->left--;
        return RECEIVE_MORE;
    }
    if (in->code == 0)
        in->size = 0;
    else if (in->code != 0xff) /* the block before stood for a zero at its end */
        take(in, 0);
    in->code = byte;
    in->left = (uint8_t)(byte - 1);
    return RECEIVE_MORE;
}

void protocol_send(const uint8_t *bytes, uint32_t size)
{
    const uint8_t *end = bytes + size;
    bool more = true;

    hardware_write(0);
    while (more) {
        uint8_t run = 0;

        while (bytes + run < end && run < 254 && bytes[run] != 0)
            run++;
        hardware_write((uint8_t)(run + 1));
        for (uint8_t i = 0; i < run; i++)
            hardware_write(bytes[i]);
        bytes += run;
        more = bytes < end;
        if (more && run < 254)
            bytes++; /* the zero that the code stands for */
    }
    hardware_write(0);
}
