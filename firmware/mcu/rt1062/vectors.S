// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The vector table: external interrupts 0 to 159 of the RT1062.
#include "vectors.inc"
        handler dma_channel0_handler
        none    24
        handler lpuart6_handler
        none    87
        handler usb_otg1_handler
        none    46
