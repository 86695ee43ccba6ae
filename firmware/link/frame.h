// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Frames of protocol.h to and from bytes on the line.
#ifndef FRAME_H
#define FRAME_H

#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol.h"

#define FRAME_CRC_BYTES 4
// Header, body and CRC.
#define FRAME_MOST (sizeof(struct link_header) + LINK_BODY_BYTES + FRAME_CRC_BYTES)
// Where the header lies before encoding: the code bytes that COBS adds find room before it.
#define FRAME_AT 8
// Room for a frame with a body of that many bytes.
#define FRAME_ROOM(body) (FRAME_AT + sizeof(struct link_header) + (body) + FRAME_CRC_BYTES + 1)

_Static_assert(1 + 1 + FRAME_MOST / 254 <= FRAME_AT, "COBS would overtake what it reads");

enum frame_seen { FRAME_NOTHING, FRAME_GOOD, FRAME_BAD };

struct frame_reader {
    alignas(4) uint8_t bytes[FRAME_MOST]; // of a good frame: header, body, CRC
    uint32_t count;
    uint8_t code, left; // of the run at hand: its code byte and what is missing of it
    bool begun, broken;
};

// Takes a byte off the line. FRAME_GOOD: `bytes` holds a frame of `count` bytes, CRC included,
// until the next call. FRAME_BAD: what came since the last zero byte was none.
enum frame_seen frame_take(struct frame_reader *reader, uint8_t byte);

// Encodes what lies in `buffer` from FRAME_AT on, `count` bytes of header and body, with room for
// CRC and a zero behind them. Returns how many bytes from the buffer's start on go onto the line.
size_t frame_encode(uint8_t *buffer, size_t count);

#endif
