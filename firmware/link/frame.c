// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
#include "frame.h"

#include "crc32.h"

enum { RUN_MOST = 255 };

static bool whole(const struct frame_reader *reader) {
    const size_t least = sizeof(struct link_header) + FRAME_CRC_BYTES;
    if (reader->broken || reader->left || reader->count < least) {
        return false;
    }
    const uint8_t *crc = reader->bytes + reader->count - FRAME_CRC_BYTES;
    uint32_t told =
        crc[0] | (uint32_t)crc[1] << 8 | (uint32_t)crc[2] << 16 | (uint32_t)crc[3] << 24;
    return told == crc32_update(0, reader->bytes, reader->count - FRAME_CRC_BYTES);
}

static void put(struct frame_reader *reader, uint8_t byte) {
    if (reader->count < sizeof reader->bytes) {
        reader->bytes[reader->count++] = byte;
    } else {
        reader->broken = true;
    }
}

enum frame_seen frame_take(struct frame_reader *reader, uint8_t byte) {
    if (byte == 0) {
        enum frame_seen seen = !reader->begun  ? FRAME_NOTHING
                               : whole(reader) ? FRAME_GOOD
                                               : FRAME_BAD;
        reader->begun = false;
        return seen;
    }
    if (!reader->begun) {
        reader->begun = true;
        reader->broken = false;
        reader->count = 0;
        reader->code = byte;
        reader->left = (uint8_t)(byte - 1);
    } else if (reader->left) {
        put(reader, byte);
        reader->left--;
    } else {
        // A run of less than 254 bytes stands for a zero behind them.
        if (reader->code != RUN_MOST) {
            put(reader, 0);
        }
        reader->code = byte;
        reader->left = (uint8_t)(byte - 1);
    }
    return FRAME_NOTHING;
}

size_t frame_encode(uint8_t *buffer, size_t count) {
    uint8_t *raw = buffer + FRAME_AT;
    uint32_t crc = crc32_update(0, raw, count);
    for (uint32_t i = 0; i < FRAME_CRC_BYTES; i++) {
        raw[count++] = (uint8_t)(crc >> 8 * i);
    }
    uint8_t *out = buffer;
    *out++ = 0;
    uint8_t *code = out++;
    *code = 1;
    for (size_t i = 0; i < count; i++) {
        if (*code == RUN_MOST) {
            code = out++;
            *code = 1;
        }
        uint8_t byte = raw[i];
        if (byte) {
            *out++ = byte;
            (*code)++;
        } else {
            code = out++;
            *code = 1;
        }
    }
    *out++ = 0;
    return (size_t)(out - buffer);
}
