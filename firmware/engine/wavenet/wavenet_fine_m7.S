// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The tail of wavenet_table_full_m7.S for a fine tanh, whose words are what a 1x1 reads: a shift finds
// the chord, and another what is left of v. 97 slots behind the first row's scaling in 53 cycles, 8 of
// which are pairs of stores; the order was found by a search over the pairing and latency rules of the
// Cortex-M7.
#include "wavenet_rows_m7.inc"

    .section .text.wavenet_fine_m7, "ax", %progbits
    .balign 8
    .global wavenet_fine_m7
    .thumb_func
wavenet_fine_m7:
    scale_first
    .global wavenet_fine_scaled
    .thumb_func
wavenet_fine_scaled:
    asr.w   r2, r4, #18
    smmul   r11, r11, r3
    smmul   r1, r9, r3
    lsl.w   r4, r4, #13
    ldr.w   r9, [sp, #SLOPES]
    str.w   r0, [sp, #STREAM]
    smmul   r10, r10, r3
    ldr.w   lr, [r12, r2, lsl #3]
    ldr.w   r0, [r9, r2, lsl #3]
    smmul   r2, r8, r3
    asr.w   r8, r5, #18
    lsl.w   r5, r5, #13
    ldr.w   r3, [r9, r8, lsl #3]
    smmla   r4, r4, r0, lr
    asr.w   r0, r11, #18
    ldr.w   r8, [r12, r8, lsl #3]
    smmla   r8, r5, r3, r8
    ldr.w   r5, [r9, r0, lsl #3]
    asr.w   lr, r10, #18
    lsl.w   r10, r10, #13
    ldr.w   r0, [r12, r0, lsl #3]
    lsl.w   r11, r11, #13
    asr.w   r3, r7, #18
    smmla   r11, r11, r5, r0
    ldr.w   r0, [r9, lr, lsl #3]
    asr.w   r5, r1, #18
    lsl.w   r7, r7, #13
    ldr.w   lr, [r12, lr, lsl #3]
    smmla   r10, r10, r0, lr
    ldr.w   r0, [r9, r3, lsl #3]
    asr.w   lr, r6, #18
    ldr.w   r3, [r12, r3, lsl #3]
    smmla   r7, r7, r0, r3
    ldr.w   r0, [r9, r5, lsl #3]
    ldr.w   r5, [r12, r5, lsl #3]
    lsl.w   r1, r1, #13
    smmla   r1, r1, r0, r5
    ldr.w   r5, [r9, lr, lsl #3]
    ldr.w   lr, [r12, lr, lsl #3]
    asr.w   r3, r2, #18
    lsl.w   r6, r6, #13
    ldr.w   r0, [sp, #STREAM]
    smmla   r6, r6, r5, lr
    ldr.w   r5, [sp, #HEAD]
    ldr.w   r9, [r9, r3, lsl #3]
    ldr.w   r3, [r12, r3, lsl #3]
    lsl.w   r2, r2, #13
    ldr.w   lr, [r0, #4]                    // head scale of row 0
    smmla   r2, r2, r9, r3
    ldr.w   r9, [r5, #8]
    smmla   r9, r4, lr, r9
    ldr.w   r3, [r5, #12]
    ldr.w   r12, [r5, #20]
    smmla   r3, r8, lr, r3
    strd    r9, r3, [r5, #8]
    ldr.w   r3, [r5, #16]
    smmla   r9, r7, lr, r12
    ldr.w   r12, [sp, #TO]
    smmla   r3, r6, lr, r3
    strd    r3, r9, [r5, #16]
    strd    r4, r8, [r12, #8]
    ldr.w   r3, [r5, #24]
    ldr.w   r9, [r0, #16]                   // head scale of row 1
    strd    r2, r1, [r12, #24]
    strd    r6, r7, [r12, #16]
    smmla   r6, r2, r9, r3
    ldr.w   r3, [r5, #28]
    strd    r10, r11, [r12, #32]!
    str.w   r12, [sp, #TO]
    ldr.w   r7, [r5, #32]
    smmla   r1, r1, r9, r3
    ldr.w   lr, [r0, #32]                   // mixin of row 1
    ldr.w   r8, [r5, #36]
    smmla   r10, r10, r9, r7
    strd    r6, r1, [r5, #24]
    ldr.w   r6, [sp, #X + 8]
    smmla   r11, r11, r9, r8
    strd    r10, r11, [r5, #32]!
    str.w   r5, [sp, #HEAD]
    ldr.w   r8, [sp, #X + 0]
    ldr.w   r7, [sp, #X + 12]
    ldr.w   r9, [r0, #28]                   // bias of row 1
    ldr.w   r5, [r0, #24]                   // mixin of row 0
    smmla   r10, r6, lr, r9
    ldr.w   r3, [r0, #20]                   // bias of row 0
    smmla   r11, r7, lr, r9
    ldr.w   r1, [sp, #FIRST]
    smmla   r4, r8, r5, r3
    smmla   r7, r7, r5, r3
    ldr.w   r12, [sp, #X + 4]
    smmla   r6, r6, r5, r3
    ldr.w   r2, [r0, #36]
    smmla   r5, r12, r5, r3
    smmla   r8, r8, lr, r9
    ldr.w   r3, [r0, #40]!
    smmla   r9, r12, lr, r9
    ldr.w   r12, [r1, #0]
    beq.w   wavenet_rows_onward
    ldr.w   pc, [sp, #CHAIN]
