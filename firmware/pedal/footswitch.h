// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// A footswitch without its bounces.
#ifndef FOOTSWITCH_H
#define FOOTSWITCH_H

#include <stdbool.h>
#include <stdint.h>

#include "cold.h"

#define FOOTSWITCH_LONG_MS 2000

enum footswitch_event { FOOTSWITCH_NONE, FOOTSWITCH_PRESS, FOOTSWITCH_LONG };

struct footswitch {
    uint32_t history; // last 32 readings
    uint32_t held_ms;
    bool down;
};

// Takes a reading, once a millisecond. A press is told after 8 equal readings, a long press once
// when it has lasted FOOTSWITCH_LONG_MS.
COLD enum footswitch_event footswitch_update(struct footswitch *footswitch, bool pressed);

#endif
