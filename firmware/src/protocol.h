/* Frames on the serial port, as firmware/protocol.py has them.
 *
 *     0x00  COBS( version, type, sequence (2 bytes), payload, CRC-32 (4 bytes) )  0x00
 *
 * The first zero ends whatever was on the line before, so that no damage reaches into a good frame.
 * Numbers are little-endian. The CRC-32 (IEEE 802.3) covers everything before it. A reply has the
 * request's sequence number; what nobody asked for has 0. Source of COBS: S. Cheshire and
 * M. Baker, "Consistent Overhead Byte Stuffing", IEEE/ACM Transactions on Networking 7(2), 1999. */
#ifndef PROTOCOL_H
#define PROTOCOL_H

#include <stdbool.h>
#include <stdint.h>

#define PROTOCOL_VERSION 1

enum frame_type {
    FRAME_HELLO = 1,      /* who are you? */
    FRAME_INFER = 2,      /* pixels, uint8: quantize and classify them */
    FRAME_CLASSIFY = 3,   /* a quantized tensor, int8: classify it */
    FRAME_SELF_TEST = 4,  /* check tables and golden vectors again */
    FRAME_BENCH = 5,      /* number of runs (2 bytes): measure them */
    FRAME_LAST_ERROR = 6, /* what went wrong, before the last reset too */
    FRAME_STATUS = 7,     /* stack, arena and frames so far */
    FRAME_REPLY = 0x80,   /* added to the request's type */
    FRAME_FAULT = 0xfe,   /* the core has stopped; a fault_record */
    FRAME_ERROR = 0xff    /* a protocol_error, 1 byte */
};

enum protocol_error {
    ERROR_DAMAGED = 1,   /* a frame came with a wrong CRC or broken COBS; send it again */
    ERROR_VERSION = 2,   /* another version than that in this reply's first byte */
    ERROR_TYPE = 3,      /* no such request */
    ERROR_LENGTH = 4,    /* a payload of the wrong length or value */
    ERROR_SELF_TEST = 5, /* the self-test failed: there are no answers */
    ERROR_ARENA = 6      /* something wrote over the arena's canaries: there are no answers */
};

enum {
    FRAME_HEADER = 4, /* bytes */
    FRAME_CRC = 4     /* bytes */
};

/* A frame while it arrives. Zeroed, it waits for the first byte. */
struct receiver {
    uint8_t *bytes;    /* decoded: header, payload and CRC */
    uint16_t capacity; /* bytes */
    uint16_t size;     /* bytes so far; above the capacity: too long */
    uint8_t left;      /* bytes until the next COBS code */
    uint8_t code;      /* the COBS code before; 0 at the start of a frame */
};

enum receive_result {
    RECEIVE_MORE,    /* the frame goes on */
    RECEIVE_FRAME,   /* a whole frame lies in `bytes`; `size` is without the CRC */
    RECEIVE_DAMAGED, /* a frame ended that is none */
};

/* Take one byte from the line. After a frame or damage, the next byte begins a new one. */
enum receive_result protocol_receive(struct receiver *in, uint8_t byte);

/* Encode `size` bytes as a frame, and send it by hardware_write. */
void protocol_send(const uint8_t *bytes, uint32_t size);

/* CRC-32 (IEEE 802.3) of `size` bytes. */
uint32_t protocol_crc(const uint8_t *bytes, uint32_t size);

/* Little-endian numbers at any address. */
uint32_t load_u32(const uint8_t *from);
uint8_t *store_u16(uint8_t *to, uint32_t value); /* returns what is behind */
uint8_t *store_u32(uint8_t *to, uint32_t value);

#endif
