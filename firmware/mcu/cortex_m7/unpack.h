// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Unpacks the code of an image that keeps it packed, in the format of zlib (RFC 1950 and 1951).
#ifndef UNPACK_H
#define UNPACK_H

#include <stdbool.h>
#include <stdint.h>

// Fills `to` to `to_end` from the packed bytes `from` to `from_end`. False when they are damaged:
// both must come out even, and the check sum must be right. Whatever they are, nothing else is
// written or read. Takes 2 KB of stack and calls no function that may be among the code.
bool unpack(const uint8_t *from, const uint8_t *from_end, uint8_t *to, const uint8_t *to_end);

#endif
