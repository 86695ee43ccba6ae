// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
#include "crc32.h"

#include "cold.h"

// Of the 16 values of four bits: a quarter of the speed of the usual 1 KB table, for 64 bytes.
static const uint32_t nibbles[16] = {
    0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
    0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
};

COLD uint32_t crc32_update(uint32_t crc, const uint8_t *bytes, size_t size) {
    crc = ~crc;
    while (size--) {
        crc ^= *bytes++;
        crc = crc >> 4 ^ nibbles[crc & 15];
        crc = crc >> 4 ^ nibbles[crc & 15];
    }
    return ~crc;
}
