// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// AK4556: no control bus; one pin, PDN, which must see a falling edge after power-up.
#include <stddef.h>

#include "codec.h"
#include "config.h"
#include "cycles.h"
#include "gpio.h"

enum { PULSE_US = 1000 };

static const char *open(uint32_t peripheral_hz) {
    (void)peripheral_hz;
    gpio_output(BOARD_PIN_CODEC_CONTROL, true);
    cycles_wait_us(PULSE_US);
    gpio_write(BOARD_PIN_CODEC_CONTROL, false);
    cycles_wait_us(PULSE_US);
    gpio_write(BOARD_PIN_CODEC_CONTROL, true);
    return NULL;
}

const struct codec codec_ak4556 = {.name = "AK4556", .open = open, .data_out_on_master = false};
