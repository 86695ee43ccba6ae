// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Takes off what does not change: a first-order high-pass, -3 dB at 7.5 Hz at 48 kHz.
#ifndef DC_H
#define DC_H

#include <stddef.h>
#include <stdint.h>

struct dc {
    int64_t mean; // Q39
};

void dc_process(struct dc *dc, int32_t *audio, size_t frames);

#endif
