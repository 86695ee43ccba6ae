// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The model that was linked into the image; of size 0 when there is none.
// model_percent is the share of the block time that a model may take: a tool that prices models
// writes up to 100,000 into the image, so that a slow one plays there, too.
#ifndef MODEL_H
#define MODEL_H

#include <stdint.h>

extern const volatile uint32_t model_percent;
extern const uint8_t model_start[];
extern const uint8_t model_end[];

#endif
