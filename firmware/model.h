// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The model that was linked into the image; of size 0 when there is none.
#ifndef MODEL_H
#define MODEL_H

#include <stdint.h>

extern const uint8_t model_start[];
extern const uint8_t model_end[];

#endif
