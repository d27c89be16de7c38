/* Frames on the serial port, as firmware/protocol.py has them.
 *
 *     0x00  COBS( version, type, sequence (2 bytes), payload, CRC-32 (4 bytes) )  0x00
 *
 * The first zero ends whatever was on the line before, so that no damage reaches into a good frame.
 * Numbers are little-endian. The CRC-32 (IEEE 802.3) covers everything before it. A reply has the
 * request's sequence number; what nobody asked for has 0. Source of COBS: S. Cheshire and
 * M. Baker, "Consistent Overhead Byte Stuffing", IEEE/ACM Transactions on Networking 7(2), 1999.
 *
 * Frames pass byte by byte in both directions, so their length costs no RAM. */
#ifndef PROTOCOL_H
#define PROTOCOL_H

#include <stdbool.h>
#include <stdint.h>

#define PROTOCOL_VERSION 2

enum frame_type {
    FRAME_HELLO = 1,      /* who are you? */
    FRAME_INFER = 2,      /* an input in raw form: quantize it, run */
    FRAME_CLASSIFY = 3,   /* the model's inputs, one after the other, in their own types: run */
    FRAME_SELF_TEST = 4,  /* check tables and golden vectors again; begins a sequence */
    FRAME_BENCH = 5,      /* number of runs (2 bytes): measure them on zeros; begins a sequence */
    FRAME_LAST_ERROR = 6, /* what went wrong, before the last reset too */
    FRAME_STATUS = 7,     /* stack, arena and frames so far */
    FRAME_RESET = 8,      /* begin a sequence: what the network keeps is as after a reset */
    FRAME_REPLY = 0x80,   /* added to the request's type */
    FRAME_FAULT = 0xfe,   /* the core has stopped: its cause, number of the core above 8 bits, its registers */
    FRAME_ERROR = 0xff    /* a protocol_error (1 byte), the payload's right length (4 bytes) */
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
    uint32_t size; /* decoded bytes so far, header and CRC among them */
    uint32_t crc;  /* of all of them but the last four */
    uint32_t tail; /* the last four: the frame's CRC, if it ends here */
    uint8_t left;  /* bytes until the next COBS code */
    uint8_t code;  /* the COBS code before; 0 at the start of a frame */
    uint8_t byte;  /* of RECEIVE_BYTE: that at size - FRAME_CRC - 1 */
};

enum receive_result {
    RECEIVE_MORE,    /* the frame goes on */
    RECEIVE_BYTE,    /* the frame goes on, with a byte of its header or payload */
    RECEIVE_FRAME,   /* what came was a whole frame, with `tail` for its CRC */
    RECEIVE_DAMAGED, /* a frame ended that is none */
};

/* Take one byte from the line. After a frame or damage, the next byte begins a new one. */
enum receive_result protocol_receive(struct receiver *in, uint8_t byte);

/* Send a frame, piece by piece, by hardware_write. Beginning one gives up what was not ended. */
void protocol_begin(uint8_t type, uint32_t sequence);
void protocol_put(uint8_t byte);
void protocol_put_u32(uint32_t value);
void protocol_put_bytes(const void *bytes, uint32_t size);
void protocol_end(void);

#endif
