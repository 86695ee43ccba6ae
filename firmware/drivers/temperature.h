// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The sensor on the chip, by the figures that the factory measured for this very chip.
#ifndef TEMPERATURE_H
#define TEMPERATURE_H

#include <stdbool.h>
#include <stdint.h>

// The chip's temperature in hundredths of a degree Celsius. Never waits: the first call starts the
// sensor, the next move it on. Returns false, and leaves `hundredths` as it is, until the sensor
// has measured once, and always on a chip without the factory's figures.
bool temperature_read(int32_t *hundredths);

#endif
