// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The clock tree: 600 MHz core, 150 MHz peripherals' bus, 12.288 MHz audio, 24 MHz UART and I2C.
#ifndef CLOCK_H
#define CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct clock_state {
    uint32_t core_hz;
    uint32_t peripheral_hz; // of UART and I2C
    const char *fault;      // NULL, or in words what replaced the wanted clock
    bool silent;            // the converters have no clock: audio must not be started
};

// Runs the core at 600 MHz and the audio at 256 times 48 kHz exactly, from the 24 MHz crystal.
//
// Without the higher core voltage at 528 MHz; without PLL_ARM at 120 MHz, which passes dry sound.
struct clock_state clock_start(void);

#endif
