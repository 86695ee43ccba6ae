// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// SGTL5000 of the PJRC audio shield over I2C: line in to ADC, DAC to line out and headphones,
// slave, 48 kHz, I2S with 24 bits. It acknowledges only while it gets its master clock.
#include <stddef.h>

#include "codec.h"
#include "cycles.h"
#include "i2c.h"

enum { ADDRESS = 0x0A, CLOCK_US = 1000, RAMP_US = 400000, TRIES = 3, POWERED_AFTER = 8 };

// Register and its 16 bits, in the order of the vendor's own library.
static const uint16_t registers[][2] = {
    {0x30, 0x4060}, // start-up supplies off
    {0x26, 0x006C}, // charge pump from VDDIO
    {0x28, 0x01F2}, // ground at 1.575 V, less bias current
    {0x2C, 0x0F22}, // line out's ground at 1.65 V
    {0x3C, 0x4446}, // short-circuit detectors
    {0x24, 0x0137}, // all muted, zero crossings
    {0x30, 0x40FF}, // all analog parts on
    {0x02, 0x0073}, // I2S, DAC and ADC on
    // POWERED_AFTER so many
    {0x2E, 0x1D1D}, // line out 1.29 Vpp at full scale
    {0x04, 0x0008}, // 48 kHz, 256 fs
    {0x06, 0x0010}, // I2S, 24 bits, 64 clocks a frame
    {0x0A, 0x0010}, // ADC to I2S, I2S to DAC
    {0x0E, 0x0000}, // DAC not muted
    {0x10, 0x3C3C}, // DAC 0 dB
    {0x22, 0x7F7F}, // headphones down
    {0x24, 0x0036}, // line out not muted
    {0x20, 0x0055}, // line in 1.33 Vpp at full scale
    {0x24, 0x0036}, // line in
    {0x20, 0x0055},
    {0x2E, 0x1D1D},
    {0x24, 0x0026}, // headphones not muted
    {0x22, 0x4040}, // headphones -20 dB
    {0x0E, 0x0001}, // no high-pass before the model
};

static bool write_all(void) {
    for (size_t i = 0; i < sizeof registers / sizeof registers[0]; i++) {
        const uint16_t *entry = registers[i];
        uint8_t bytes[4] = {0, (uint8_t)entry[0], (uint8_t)(entry[1] >> 8), (uint8_t)entry[1]};
        if (i == POWERED_AFTER) {
            cycles_wait_us(RAMP_US); // the capacitors at its ground charge
        }
        if (!i2c_write(ADDRESS, bytes, sizeof bytes)) {
            return false;
        }
    }
    return true;
}

static const char *open(uint32_t peripheral_hz) {
    i2c_open(peripheral_hz);
    cycles_wait_us(CLOCK_US);
    for (int i = 0; i < TRIES; i++) {
        if (write_all()) {
            return NULL;
        }
    }
    return "codec SGTL5000 does not acknowledge, no sound is expected";
}

const struct codec codec_sgtl5000 = {.name = "SGTL5000", .open = open, .data_out_on_master = true};
