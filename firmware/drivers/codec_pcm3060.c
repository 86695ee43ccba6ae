// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// PCM3060 in hardware mode: the format is set by straps; one pin, DEMP, low for no de-emphasis.
#include <stddef.h>

#include "codec.h"
#include "config.h"
#include "gpio.h"

static const char *open(uint32_t peripheral_hz) {
    (void)peripheral_hz;
    gpio_output(BOARD_PIN_CODEC_CONTROL, false);
    return NULL;
}

const struct codec codec_pcm3060 = {.name = "PCM3060", .open = open, .data_out_on_master = false};
