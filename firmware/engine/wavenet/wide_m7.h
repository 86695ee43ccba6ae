// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The Cortex-M7's inner loops of a wide convolution.
#ifndef WIDE_M7_H
#define WIDE_M7_H

#include "wide.h"

// Plays frames in whole tiles from `in`, the tiles of the input or, of several taps, the words that
// were heard of it; 0 when there is no kernel for the convolution.
int wide_run_m7(const struct wide *wide, const int32_t *in, int32_t *out, uint32_t frames);

#endif
