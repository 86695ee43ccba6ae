// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Pads of the RT1062: what they are connected to and how.
#ifndef PADS_H
#define PADS_H

#include "pins.h"
#include "registers.h"

enum { PAD_GPIO = 5, PAD_INPUT_ON = 0x10 }; // functions: ALT5; or it with an input that stays on

// Settings: how strongly it drives, hysteresis, what it rests at.
#define PAD_DRIVE      (7u << 3)
#define PAD_HYSTERESIS (1u << 16)
#define PAD_PULL_UP    (0xFu << 12) // 22 kOhm
#define PAD_PULL_DOWN  (3u << 12)   // 100 kOhm

// The pad's place in IOMUXC: EMC, AD_B0, AD_B1, B0, B1, SD_B0, SD_B1.
static inline uint32_t pad_index(uint32_t pin) {
    uint32_t bit = pin % 32u;
    switch (pin / 32u) {
    case 0:
        return 42u + bit;
    case 1:
        return 74u + bit;
    case 2:
        return bit < 12u ? 112u + bit : bit < 18u ? 106u + bit - 12u : 32u + bit - 18u;
    default:
        return bit;
    }
}

// Hands the pad to a peripheral, ALT0 to ALT7.
static inline void pad_function(uint32_t pin, uint32_t function) {
    IOMUXC_MUX(pad_index(pin)) = function;
}

static inline void pad_settings(uint32_t pin, uint32_t settings) {
    IOMUXC_PAD(pad_index(pin)) = settings;
}

#endif
