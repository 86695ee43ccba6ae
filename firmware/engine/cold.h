// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Code that need not be in ITCM, for the linker script of a board that has little of it.
#ifndef COLD_H
#define COLD_H

// Runs when a model is loaded, and not with every block: compilers make it small and put it into
// .text.unlikely, which stays in flash.
#define COLD __attribute__((cold))

// Runs with every block of a network that few have, from behind the instruction cache. In assembly
// such code is in sections .text.cached.<name>; it and what is in ITCM may only branch to each
// other through registers, or a linker's veneer takes r12.
#ifdef __arm__
#define CACHED __attribute__((section(".text.cached")))
#else
#define CACHED
#endif

#endif
