// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
#include "footswitch.h"

enum { STEADY = 0xFF };

enum footswitch_event footswitch_update(struct footswitch *footswitch, bool pressed) {
    footswitch->history = footswitch->history << 1 | (pressed ? 1u : 0u);
    uint32_t last = footswitch->history & STEADY;
    if (last == 0) {
        footswitch->down = false;
        footswitch->held_ms = 0;
    } else if (last == STEADY && !footswitch->down) {
        footswitch->down = true;
        return FOOTSWITCH_PRESS;
    }
    if (footswitch->down && ++footswitch->held_ms == FOOTSWITCH_LONG_MS) {
        return FOOTSWITCH_LONG;
    }
    return FOOTSWITCH_NONE;
}
