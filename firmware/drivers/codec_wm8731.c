// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// WM8731 over I2C: line in at 0 dB to ADC, DAC to line out, slave, 24 bits left-justified.
#include <stddef.h>

#include "codec.h"
#include "cycles.h"
#include "i2c.h"

enum { ADDRESS = 0x1A, SETTLE_US = 10000, TRIES = 3 };

// Register and its nine bits, in the order of the vendor's own driver.
static const uint16_t registers[][2] = {
    {0x0F, 0x000},                // reset
    {0x00, 0x017},                // left line in: 0 dB, not muted
    {0x01, 0x017},                // right line in
    {0x02, 0x000},                // headphones muted
    {0x03, 0x000}, {0x04, 0x012}, // DAC to the output, no side tone, microphone muted
    {0x05, 0x000},                // no de-emphasis, not muted, high-pass on
    {0x06, 0x062},                // power: microphone, oscillator and clock output off
    {0x07, 0x009},                // left-justified, 24 bits, slave
    {0x08, 0x000},                // 256 fs
    {0x09, 0x000},                // inactive
    {0x09, 0x001},                // active
};

static bool write_all(void) {
    for (size_t i = 0; i < sizeof registers / sizeof registers[0]; i++) {
        const uint16_t *entry = registers[i];
        uint8_t bytes[2] = {(uint8_t)(entry[0] << 1 | entry[1] >> 8), (uint8_t)(entry[1] & 0xFF)};
        if (!i2c_write(ADDRESS, bytes, sizeof bytes)) {
            return false;
        }
        cycles_wait_us(SETTLE_US);
    }
    return true;
}

static const char *open(uint32_t peripheral_hz) {
    i2c_open(peripheral_hz);
    for (int i = 0; i < TRIES; i++) {
        if (write_all()) {
            return NULL;
        }
    }
    return "codec WM8731 does not acknowledge, no sound is expected";
}

const struct codec codec_wm8731 = {.name = "WM8731", .open = open, .data_out_on_master = true};
