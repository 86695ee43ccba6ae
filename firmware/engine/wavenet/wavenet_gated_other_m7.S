// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Tails of gated layers of other activations than those of wavenet_gated_m7.S: a row's four values go
// through the activation's own tail, which takes what is in the gate's registers along for nothing,
// while the gate's sums wait in the frame. Few layers are of this kind: code is short rather than fast.
#include "wavenet_rows_m7.inc"

    .section .text.wavenet_gated_other_m7, "ax", %progbits
    .balign 8
    .global wavenet_gated_other
    .thumb_func
wavenet_gated_other:
    scale_first
    .global wavenet_gated_other_scaled
    .thumb_func
wavenet_gated_other_scaled:
    str.w   r0, [sp, #STREAM]
    strd    r8, r9, [sp, #GATES]
    strd    r10, r11, [sp, #GATES + 8]
    ldr.w   pc, [sp, #INNER]

    // LeakyReLU of another lift than 10, clipped to `bits` as it is lowered; below its bend is 0.
    .macro  leaky lift, bits, lower:vararg
    .balign 8
    .global wavenet_gated_leaky_\lift
    .thumb_func
wavenet_gated_leaky_\lift:
    scale_first
    ldr.w   r12, [r0]                       // slope
    usat    r1, #\bits, r4\lower
    smmla   r4, r4, r12, r1
    usat    r2, #\bits, r5\lower
    smmla   r5, r5, r12, r2
    usat    r1, #\bits, r6\lower
    smmla   r6, r6, r12, r1
    usat    r2, #\bits, r7\lower
    smmla   r7, r7, r12, r2
    b.w     wavenet_gated_scale
    .endm

    leaky   9, 29
    leaky   8, 30
    leaky   7, 29, , asr #1
    leaky   6, 28, , asr #2

    // Sigmoid by the table, Q31.
    .balign 8
    .global wavenet_gated_sigmoid
    .thumb_func
wavenet_gated_sigmoid:
    ldr.w   lr, [sp, #SLOPES]
    .irp    v, r4, r5, r6, r7
    ssat    r1, #12, \v, asr #16
    ldr.w   r2, [lr, r1, lsl #3]
    ldr.w   r1, [r12, r1, lsl #3]
    smmla   \v, \v, r2, r1
    .endr
    lsl.w   r4, r4, #7
    lsl.w   r5, r5, #7
    lsl.w   r6, r6, #7
    lsl.w   r7, r7, #7

    // Where the activation's tail goes on, and one of no activation begins.
    .balign 8
    .global wavenet_gated_finish
    .thumb_func
wavenet_gated_finish:
    ldr.w   r0, [sp, #STREAM]
    ldrd    r8, r9, [sp, #GATES]
    ldrd    r10, r11, [sp, #GATES + 8]
    ldr.w   r3, [r0, #8]                    // scale of the gate
wavenet_gated_scale:
    smmul   r8, r8, r3
    smmul   r9, r9, r3
    smmul   r10, r10, r3
    smmul   r11, r11, r3
    b.w     wavenet_gated_gates
    .size   wavenet_gated_other, . - wavenet_gated_other
