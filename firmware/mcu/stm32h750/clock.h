// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The clock tree: 480 MHz core, 240 MHz buses, 120 MHz peripherals, 49.152 MHz audio.
#ifndef CLOCK_H
#define CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct clock_state {
    uint32_t core_hz;
    uint32_t peripheral_hz; // all APB buses
    const char *fault;      // NULL, or in words what replaced the wanted clock
    bool silent;            // the converters have no clock: audio must not be started
};

// Runs the core at 480 MHz and PLL3 at 1024 times 48 kHz, both from the 16 MHz crystal.
//
// Without the crystal both run from the internal oscillator, 1 % less exact; without the highest
// core voltage at 400 MHz; without PLL1 at 64 MHz, which passes dry sound and no model.
struct clock_state clock_start(void);

#endif
