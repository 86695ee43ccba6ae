// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// ENGINE_M7, 1: for a Cortex-M7, whose assembly takes the place of C; 0: C alone.
#ifndef M7_H
#define M7_H

#if defined(__ARM_ARCH_7EM__) && !defined(ENGINE_PORTABLE)
#define ENGINE_M7 1
#else
#define ENGINE_M7 0
#endif

#endif
