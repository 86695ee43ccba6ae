// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The most inputs of a wide convolution of one tap that the Cortex-M7's code serves; C and assembly
// read it.
#ifndef WIDE_INPUTS_M7_H
#define WIDE_INPUTS_M7_H

#define WIDE_INPUTS_M7 16

#endif
