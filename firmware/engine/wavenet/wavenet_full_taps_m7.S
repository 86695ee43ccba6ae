// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The products of wavenet_long_taps_m7.S where weights have 32 bits, too, as many in as many cycles: a
// column is 8 in 8, the six loads beside them, two of which are weights.
#include "wavenet_rows_m7.inc"

    // A column of two rows and four frames. The first word is in r12, the weights in r2, r3.
    // `columns` in a frame, `column` of them.
    .macro  column_of columns, column
    smmla   r4, r12, r2, r4
    ldr.w   lr, [r1, #4 * (\columns + \column)]
    smmla   r8, r12, r3, r8
    ldr.w   r12, [r1, #4 * (2 * \columns + \column)]
    smmla   r5, lr, r2, r5
    smmla   r9, lr, r3, r9
    ldr.w   lr, [r1, #4 * (3 * \columns + \column)]
    smmla   r6, r12, r2, r6
    .if     \column + 1 == \columns
    ldr.w   r1, [sp, #AT]
    .elseif \columns >= 8 && \column % 2 == 0
    pld     [r1, #32 * \columns - 4 - 16 * \column]
    .endif
    smmla   r10, r12, r3, r10
    .if     \column + 1 == \columns
    add.w   r1, r1, #4
    .else
    ldr.w   r12, [r1, #4 * (\column + 1)]
    .endif
    smmla   r7, lr, r2, r7
    ldr.w   r2, [r0, #4]!
    smmla   r11, lr, r3, r11
    ldr.w   r3, [r0, #4]!
    .endm

    // Ends as the chains of wavenet_taps_m7.S do.
    .macro  full_taps columns
    .balign 8
    .global wavenet_full_\columns
    .thumb_func
wavenet_full_\columns:
    around_taps
    .set    column, 0
    .rept   \columns
    column_of \columns, column
    .set    column, column + 1
    .endr
    next_tap
    .endm

    .section .text.wavenet_full_taps_m7, "ax", %progbits
    full_taps 4
    full_taps 8

    .section .text.cached.wavenet_full_taps_m7, "ax", %progbits
    full_taps 2
    full_taps 6
    full_taps 10
    full_taps 12
    full_taps 16
