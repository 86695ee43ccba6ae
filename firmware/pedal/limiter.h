// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Soft limiter before the DAC: up to -2.5 dBFS the words stay as they are; above, the slope falls
// evenly to 0 at +1.9 dBFS, where full scale is reached. Memoryless, so it adds no delay.
#ifndef LIMITER_H
#define LIMITER_H

#include <stddef.h>
#include <stdint.h>

// In and out Q23; out is within 24 bits.
void limiter_process(int32_t *audio, size_t frames);

#endif
