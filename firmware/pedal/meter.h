// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// How loud a signal gets, and how often it reaches full scale.
#ifndef METER_H
#define METER_H

#include <stddef.h>
#include <stdint.h>

struct meter {
    volatile int32_t peak;   // largest |sample| since it was set to 0, Q23
    volatile uint32_t clips; // samples at full scale, either sign; wraps
};

void meter_block(struct meter *meter, const int32_t *audio, size_t frames);

#endif
