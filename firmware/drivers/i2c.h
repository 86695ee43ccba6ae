// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Writes to chips on an I2C bus, 100 or 400 kHz, as its only master.
#ifndef I2C_H
#define I2C_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// `kernel_hz` is the clock of the interface; it sets the bus timing.
void i2c_open(uint32_t kernel_hz);

// Sends `count` (1..255) bytes to the 7-bit `address`. False when the chip does not acknowledge or
// the bus hangs; the bus is free again in either case. Takes at most 10 ms.
bool i2c_write(uint32_t address, const uint8_t *bytes, size_t count);

#endif
