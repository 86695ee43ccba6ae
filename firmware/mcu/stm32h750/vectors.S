// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The vector table: external interrupts 0 to 149 of the STM32H750.
#include "vectors.inc"
        none    11
        handler dma1_stream0_handler
        handler dma1_stream1_handler
        none    24
        handler usart1_handler
        none    63
        handler otg_fs_handler
        none    48
