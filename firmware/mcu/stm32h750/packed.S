// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The section .itcm, packed (cmake/image.py).
        .section .packed, "a", %progbits
        .incbin "packed.bin"
