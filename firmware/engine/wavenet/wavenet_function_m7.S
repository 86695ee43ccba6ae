// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Tails behind the products of wavenet_rows_m7.S for the functions that a record brings with it
// (README.md, Functions): straight lines with two corners, or a curve. Four activations at a time take
// 25 and 44 cycles and all registers; the other row waits in the frame. The order was found by a search
// over the pairing and latency rules of the Cortex-M7.
#include "wavenet_rows_m7.inc"

    // Of a row in a-d, e-h are free.
    .macro  corners a, b, c, d, e, f, g, h
    ldr.w   r12, [sp, #FUNCTION]
    ldr.w   r3, [r12, #8]
    ldr.w   \f, [r12, #20]
    qsub    \h, \b, r3
    ldr.w   r0, [r12, #12]
    qsub    r1, \a, r0
    ldr.w   \g, [r12, #16]
    qsub    \e, \b, r0
    and.w   lr, \h, \h, asr #31
    qsub    r2, \d, r0
    bic.w   r1, r1, r1, asr #31
    bic.w   \h, \e, \e, asr #31
    smmul   \e, r1, \f
    bic.w   r2, r2, r2, asr #31
    sub.w   \b, \b, \h
    qsub    r0, \c, r0
    smmul   \h, \h, \f
    sub.w   r1, \a, r1
    smmla   \h, lr, \g, \h
    bic.w   r0, r0, r0, asr #31
    sub.w   lr, \b, lr
    qsub    \a, \a, r3
    smmul   \b, r2, \f
    smmul   \f, r0, \f
    sub.w   r2, \d, r2
    and.w   \a, \a, \a, asr #31
    sub.w   r0, \c, r0
    smmla   \e, \a, \g, \e
    add.w   \h, lr, \h, lsl #1
    qsub    lr, \c, r3
    ldr.w   r12, [r12, #4]
    qsub    r3, \d, r3
    sub.w   r1, r1, \a
    add.w   \e, r1, \e, lsl #1
    and.w   lr, lr, lr, asr #31
    smmla   r1, lr, \g, \f
    and.w   r3, r3, r3, asr #31
    smmla   \g, r3, \g, \b
    sub.w   r2, r2, r3
    lsl.w   \a, \e, r12
    sub.w   lr, r0, lr
    add.w   \f, lr, r1, lsl #1
    lsl.w   \b, \h, r12
    add.w   \g, r2, \g, lsl #1
    lsl.w   \c, \f, r12
    lsl.w   \d, \g, r12
    .endm

    .macro  curve a, b, c, d, e, f, g, h
    eor.w   r2, \d, \d, asr #31
    eor.w   \f, \a, \a, asr #31
    usat    \h, #30, \f
    eor.w   \e, \c, \c, asr #31
    usat    r12, #30, r2
    eor.w   r3, \b, \b, asr #31
    usat    r0, #30, r3
    orr.w   r3, \h, #0x400000
    usat    \g, #30, \e
    clz     \f, r3
    orr.w   r1, \g, #0x400000
    orr.w   lr, r12, #0x400000
    clz     r3, lr
    orr.w   r2, r0, #0x400000
    rsb.w   lr, r3, #27
    clz     r3, r2
    rsb.w   \e, r3, #27
    clz     r1, r1
    rsb.w   r2, r1, #27
    rsb.w   r1, \f, #27
    mov.w   \f, #144
    lsr.w   r3, r0, \e
    and.w   \a, \f, \a, asr #31
    and.w   \b, \f, \b, asr #31
    and.w   \d, \f, \d, asr #31
    and.w   \f, \f, \c, asr #31
    add.w   r3, r3, \b
    lsr.w   \c, \h, r1
    add.w   \b, \c, \a
    lsr.w   \a, \g, r2
    add.w   \f, \a, \f
    sub.w   \c, lr, #18
    lsr.w   \a, r12, lr
    rsb.w   lr, lr, #32
    add.w   \d, \a, \d
    ldr.w   \a, [sp, #FUNCTION]
    add.w   \c, \d, \c, lsl #4
    lsl.w   lr, r12, lr
    eor.w   r12, lr, #0x80000000
    sub.w   lr, r2, #18
    rsb.w   r2, r2, #32
    add.w   \d, \a, \c, lsl #4
    add.w   \f, \f, lr, lsl #4
    sub.w   lr, r1, #18
    rsb.w   r1, r1, #32
    lsl.w   \g, \g, r2
    add.w   r2, \b, lr, lsl #4
    add.w   lr, \a, \f, lsl #4
    sub.w   \f, \e, #18
    rsb.w   \e, \e, #32
    add.w   r2, \a, r2, lsl #4
    lsl.w   r1, \h, r1
    add.w   r3, r3, \f, lsl #4
    lsl.w   r0, r0, \e
    eor.w   \f, r1, #0x80000000
    ldr.w   \h, [lr, #16]
    add.w   \e, \a, r3, lsl #4
    ldr.w   r3, [r2, #20]
    ldr.w   r1, [lr, #20]
    ldr.w   \c, [r2, #16]
    smmla   r3, r3, \f, \c
    ldr.w   \a, [\e, #16]
    eor.w   r0, r0, #0x80000000
    eor.w   \g, \g, #0x80000000
    smmla   r1, r1, \g, \h
    ldr.w   \h, [\e, #20]
    ldr.w   \b, [\d, #20]
    ldr.w   \c, [r2, #8]
    ldr.w   r2, [r2, #12]
    smmla   \h, \h, r0, \a
    smmla   r3, r3, \f, r2
    ldr.w   r2, [\d, #16]
    smmla   r2, \b, r12, r2
    ldr.w   \b, [lr, #12]
    smmla   r1, r1, \g, \b
    ldr.w   lr, [lr, #8]
    smmla   \a, r3, \f, \c
    ldr.w   r3, [\d, #12]
    smmla   \f, r2, r12, r3
    ldr.w   r2, [\d, #8]
    smmla   \c, r1, \g, lr
    ldr.w   lr, [\e, #12]
    smmla   r1, \h, r0, lr
    ldr.w   \e, [\e, #8]
    smmla   \d, \f, r12, r2
    smmla   \b, r1, r0, \e
    .endm

    .macro  function name
    .balign 8
    .global wavenet_\name\()_m7
    .thumb_func
wavenet_\name\()_m7:
    scale_first
    .global wavenet_\name\()_scaled
    .thumb_func
wavenet_\name\()_scaled:
    smmul   r8, r8, r3
    str.w   r0, [sp, #STREAM]
    smmul   r9, r9, r3
    smmul   r10, r10, r3
    smmul   r11, r11, r3
    strd    r8, r9, [sp, #WAITING]
    strd    r10, r11, [sp, #WAITING + 8]
    \name   r4, r5, r6, r7, r8, r9, r10, r11
    ldrd    r8, r9, [sp, #WAITING]
    ldrd    r10, r11, [sp, #WAITING + 8]
    strd    r4, r5, [sp, #WAITING]
    strd    r6, r7, [sp, #WAITING + 8]
    \name   r8, r9, r10, r11, r4, r5, r6, r7
    ldrd    r4, r5, [sp, #WAITING]
    ldrd    r6, r7, [sp, #WAITING + 8]
    ldr.w   pc, [sp, #FINISH]
    .size   wavenet_\name\()_m7, . - wavenet_\name\()_m7
    .endm

    .section .text.wavenet_function_m7, "ax", %progbits
    function corners
    function curve
