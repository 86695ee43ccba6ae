// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Code that runs when a model is loaded, and not with every block: compilers make it small and put
// it into .text.unlikely, which a linker script leaves in flash while the rest goes to ITCM.
#ifndef COLD_H
#define COLD_H

#define COLD __attribute__((cold))

#endif
