// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The audio codec: one file a chip, each with the functions below under its own name.
#ifndef CODEC_H
#define CODEC_H

#include <stdbool.h>
#include <stdint.h>

struct codec {
    const char *name;
    // Makes the codec ready; called when the audio interface has its pins and before its frames
    // run. Returns NULL, or in words what the codec did not do; sound may then be missing, nothing
    // else.
    const char *(*open)(uint32_t peripheral_hz);
    // The codec's data output is wired to the block of the interface that makes the clocks.
    bool data_out_on_master;
};

extern const struct codec codec_ak4556;
extern const struct codec codec_pcm3060;
extern const struct codec codec_sgtl5000;
extern const struct codec codec_wm8731;

#endif
