// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Knobs: an analog-to-digital converter that reads all of them again and again on its own.
#ifndef ANALOG_H
#define ANALOG_H

#include <stdint.h>

#define ANALOG_PINS 8

// Starts reading `count` (1..ANALOG_PINS) pins. Returns NULL, or in words what failed; the readings
// then stay at half way.
const char *analog_open(const uint32_t *pins, uint32_t count);

// The latest reading of pin `index`, 0..65535.
uint16_t analog_read(uint32_t index);

#endif
