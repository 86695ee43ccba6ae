// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The sections of code in RAM, packed (cmake/image.py).
        .section .packed.itcm, "a", %progbits
        .incbin "packed.itcm"
        .section .packed.cached, "a", %progbits
        .incbin "packed.cached"
