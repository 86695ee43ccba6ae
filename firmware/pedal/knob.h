// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// A knob as the converter reads it, made steady.
#ifndef KNOB_H
#define KNOB_H

#include <stdbool.h>
#include <stdint.h>

#include "cold.h"

#define KNOB_ONE    32767 // fully clockwise
#define KNOB_CENTRE 16384

struct knob {
    uint32_t filtered; // 16-bit reading, Q8
    int32_t value;     // 0..KNOB_ONE
    bool begun;
};

// Takes a 16-bit reading, once a millisecond; true when `value` changed. Readings are averaged over
// 16 ms; changes below 1/500 of the way are noise and ignored, and both ends and the centre have a
// stretch of 1/60 of the way where they are reached exactly.
COLD bool knob_update(struct knob *knob, uint32_t reading);

#endif
