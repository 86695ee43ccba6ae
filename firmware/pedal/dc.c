// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
#include "dc.h"

enum { FRACTION = 16, SHIFT = 10 };

void dc_process(struct dc *dc, int32_t *audio, size_t frames) {
    for (size_t i = 0; i < frames; i++) {
        int64_t y = audio[i] - (dc->mean >> FRACTION);
        dc->mean += (y << FRACTION) >> SHIFT;
        audio[i] = y > INT32_MAX ? INT32_MAX : y < INT32_MIN ? INT32_MIN : (int32_t)y;
    }
}
