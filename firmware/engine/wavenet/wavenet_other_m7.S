// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Tails behind the products of wavenet_rows_m7.S for the activations that have none of their own: SiLU, a
// leaky one of another lift than 10, none at all, and the end that these share with
// wavenet_function_m7.S: the head sum and activations of 32 bits or of 16 for the 1x1. Eight activations
// take 35 cycles of SiLU and 12 of a leaky one, their end 22, the begin of the next rows 13. The order was
// found by a search over the pairing and latency rules of the Cortex-M7.
#include "wavenet_rows_m7.inc"

    .section .text.wavenet_other_m7, "ax", %progbits
    // v S(v) by the table.
    .balign 8
    .global wavenet_silu_m7
    .thumb_func
wavenet_silu_m7:
    scale_first
    .global wavenet_silu_scaled
    .thumb_func
wavenet_silu_scaled:
    smmul   lr, r8, r3
    ldr.w   r1, [sp, #SLOPES]
    smmul   r2, r10, r3
    smmul   r8, r11, r3
    smmul   r3, r9, r3
    ssat    r10, #12, r2, asr #16
    str.w   r0, [sp, #STREAM]
    ssat    r0, #12, r6, asr #16
    ssat    r9, #12, r7, asr #16
    ldr.w   r11, [r1, r10, lsl #3]
    ldr.w   r10, [r12, r10, lsl #3]
    smmla   r10, r2, r11, r10
    ldr.w   r11, [r1, r9, lsl #3]
    ldr.w   r9, [r12, r9, lsl #3]
    smmla   r9, r7, r11, r9
    ldr.w   r11, [r1, r0, lsl #3]
    ldr.w   r0, [r12, r0, lsl #3]
    lsl.w   r10, r10, #7
    smmla   r0, r6, r11, r0
    lsl.w   r11, r9, #7
    smmul   r10, r2, r10
    ssat    r2, #12, r5, asr #16
    smmul   r7, r7, r11
    ssat    r11, #12, r4, asr #16
    lsl.w   r0, r0, #7
    ldr.w   r9, [r12, r2, lsl #3]
    ldr.w   r2, [r1, r2, lsl #3]
    smmul   r6, r6, r0
    ldr.w   r0, [r1, r11, lsl #3]
    ldr.w   r11, [r12, r11, lsl #3]
    smmla   r2, r5, r2, r9
    ssat    r9, #12, r8, asr #16
    smmla   r0, r4, r0, r11
    ldr.w   r11, [r1, r9, lsl #3]
    ldr.w   r9, [r12, r9, lsl #3]
    lsl.w   r2, r2, #7
    lsl.w   r0, r0, #7
    smmla   r11, r8, r11, r9
    ssat    r9, #12, r3, asr #16
    smmul   r4, r4, r0
    smmul   r5, r5, r2
    ssat    r0, #12, lr, asr #16
    ldr.w   r2, [r1, r9, lsl #3]
    ldr.w   r9, [r12, r9, lsl #3]
    lsl.w   r11, r11, #7
    ldr.w   r12, [r12, r0, lsl #3]
    ldr.w   r0, [r1, r0, lsl #3]
    smmla   r1, r3, r2, r9
    smmla   r2, lr, r0, r12
    smmul   r11, r8, r11
    lsl.w   r1, r1, #7
    lsl.w   r2, r2, #7
    smmul   r9, r3, r1
    smmul   r8, lr, r2
    ldr.w   pc, [sp, #FINISH]

    // Of sums that are not scaled, SCALED is how they end. Clipped to `bits` as they are lowered.
    .macro  leaky name, bits, lower:vararg
    .balign 8
    .global wavenet_leaky_\name
    .thumb_func
wavenet_leaky_\name:
    ssat    r1, #\bits, r4\lower
    cmp.w   r0, r12
    ssat    r2, #\bits, r5\lower
    smmla   r4, r4, r3, r1
    ssat    r12, #\bits, r6\lower
    smmla   r5, r5, r3, r2
    ssat    r1, #\bits, r7\lower
    ldr.w   lr, [r0, #12]                   // slope of row 1
    smmla   r6, r6, r3, r12
    ssat    r2, #\bits, r8\lower
    smmla   r7, r7, r3, r1
    ssat    r12, #\bits, r9\lower
    smmla   r8, r8, lr, r2
    ssat    r1, #\bits, r10\lower
    smmla   r9, r9, lr, r12
    ssat    r2, #\bits, r11\lower
    smmla   r10, r10, lr, r1
    str.w   r0, [sp, #STREAM]
    smmla   r11, r11, lr, r2
    ldr.w   pc, [sp, #SCALED]
    .endm

    leaky   9, 30
    leaky   8, 31
    leaky   7, 30, , asr #1
    leaky   6, 29, , asr #2

    .balign 8
    .global wavenet_linear_m7
    .thumb_func
wavenet_linear_m7:
    cmp.w   r0, r12
    str.w   r0, [sp, #STREAM]
    ldr.w   pc, [sp, #SCALED]

    // The head sum, and activations of 32 bits.
    .balign 8
    .global wavenet_finish_long
    .thumb_func
wavenet_finish_long:
    ldr.w   r3, [sp, #HEAD]
    ldr.w   r0, [sp, #STREAM]
    ldr.w   r12, [sp, #TO]
    ldr.w   lr, [r0, #4]                    // head scale of row 0
    strd    r8, r9, [r12, #24]
    strd    r4, r5, [r12, #8]
    strd    r6, r7, [r12, #16]
    strd    r10, r11, [r12, #32]!
    str.w   r12, [sp, #TO]
    ldr.w   r12, [r3, #8]
    smmla   r1, r4, lr, r12
    ldr.w   r2, [r3, #20]
    smmla   r12, r7, lr, r2
    ldr.w   r7, [r3, #12]
    smmla   r5, r5, lr, r7
    ldr.w   r7, [r0, #16]                   // head scale of row 1
    strd    r1, r5, [r3, #8]
    ldr.w   r5, [r3, #28]
    ldr.w   r1, [r3, #32]
    smmla   r10, r10, r7, r1
    ldr.w   r4, [r3, #24]
    smmla   r1, r8, r7, r4
    ldr.w   r2, [r3, #36]
    smmla   r8, r11, r7, r2
    ldr.w   r4, [r3, #16]
    smmla   r4, r6, lr, r4
    strd    r4, r12, [r3, #16]
    smmla   r6, r9, r7, r5
    strd    r1, r6, [r3, #24]
    strd    r10, r8, [r3, #32]!
    str.w   r3, [sp, #HEAD]
    b.w     wavenet_rows_further

    // The head sum, and the upper 16 bits of activations.
    .balign 8
    .global wavenet_finish_upper
    .thumb_func
wavenet_finish_upper:
    ldr.w   r1, [sp, #HEAD]
    ldr.w   r12, [sp, #TO]
    pkhtb   lr, r9, r5, asr #16
    ldr.w   r0, [sp, #STREAM]
    pkhtb   r2, r11, r7, asr #16
    pkhtb   r3, r8, r4, asr #16
    strd    r3, lr, [r12, #8]
    pkhtb   r3, r10, r6, asr #16
    ldr.w   lr, [r0, #4]                    // head scale of row 0
    strd    r3, r2, [r12, #16]!
    str.w   r12, [sp, #TO]
    ldr.w   r12, [r1, #8]
    smmla   r4, r4, lr, r12
    ldr.w   r3, [r1, #12]
    smmla   r2, r5, lr, r3
    ldr.w   r12, [r1, #24]
    strd    r4, r2, [r1, #8]
    ldr.w   r2, [r1, #20]
    ldr.w   r5, [r0, #16]                   // head scale of row 1
    smmla   r4, r7, lr, r2
    ldr.w   r3, [r1, #28]
    smmla   r7, r8, r5, r12
    ldr.w   r8, [r1, #36]
    smmla   r11, r11, r5, r8
    ldr.w   r12, [r1, #32]
    smmla   r8, r10, r5, r12
    ldr.w   r12, [r1, #16]
    smmla   r6, r6, lr, r12
    smmla   r12, r9, r5, r3
    strd    r7, r12, [r1, #24]
    strd    r6, r4, [r1, #16]
    strd    r8, r11, [r1, #32]!
    str.w   r1, [sp, #HEAD]
    b.w     wavenet_rows_further
    .size   wavenet_silu_m7, . - wavenet_silu_m7
