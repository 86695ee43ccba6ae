// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
#include "knob.h"

enum { NOISE = 64, END = 546, SMOOTHING = 4 };

static int32_t snapped(int32_t value) {
    if (value < END) {
        return 0;
    }
    if (value > KNOB_ONE - END) {
        return KNOB_ONE;
    }
    return value > KNOB_CENTRE - END && value < KNOB_CENTRE + END ? KNOB_CENTRE : value;
}

bool knob_update(struct knob *knob, uint32_t reading) {
    uint32_t scaled = (reading & 0xFFFFu) << 8;
    if (!knob->begun) {
        *knob = (struct knob){.filtered = scaled, .value = -1, .begun = true};
    }
    int32_t step = ((int32_t)scaled - (int32_t)knob->filtered) >> SMOOTHING;
    knob->filtered = (uint32_t)((int32_t)knob->filtered + step);
    int32_t value = snapped((int32_t)(knob->filtered >> 9));
    int32_t change = value - knob->value;
    bool exact = value == 0 || value == KNOB_ONE || value == KNOB_CENTRE;
    if (change == 0 || (!exact && change < NOISE && change > -NOISE)) {
        return false;
    }
    knob->value = value;
    return true;
}
