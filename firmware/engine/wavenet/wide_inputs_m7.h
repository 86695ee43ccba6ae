// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Inputs of a wide convolution of one tap that the Cortex-M7's code has room for; C and assembly
// read it.
#ifndef WIDE_INPUTS_M7_H
#define WIDE_INPUTS_M7_H

#ifdef ENGINE_WITHOUT_WAVENET_16
#define WIDE_INPUTS_M7 12
#else
#define WIDE_INPUTS_M7 16
#endif

#endif
