// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The model blob as it is, read in place. PEDALSMITH_MODEL is set when model.psm lies in the build folder.
        .section .model, "a", %progbits
        .balign 8
        .global model_percent
model_percent:
        .word 100, 0
        .global model_start
model_start:
#ifdef PEDALSMITH_MODEL
        .incbin "model.psm"
#endif
        .global model_end
model_end:
