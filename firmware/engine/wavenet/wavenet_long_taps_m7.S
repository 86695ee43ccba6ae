// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The products of a layer's rows over a history of 32 bits, a multiplication each: from where
// wavenet_rows_m7.S enters a chain to the tail that its frame names, a tap each time around. A pair
// of columns is 16 products in 16 cycles, the ten loads beside them.
#include "wavenet_rows_m7.inc"

    // Two columns of two rows and four frames. The first word is in r12, the weights in r2, r3.
    // `columns` pairs in a frame, `pair` of them.
    .macro  pair_of columns, pair
    smlawb  r4, r12, r2, r4
    ldr.w   lr, [r1, #8 * (\columns + \pair)]
    smlawb  r8, r12, r3, r8
    ldr.w   r12, [r1, #8 * (2 * \columns + \pair)]
    smlawb  r5, lr, r2, r5
    smlawb  r9, lr, r3, r9
    ldr.w   lr, [r1, #8 * (3 * \columns + \pair)]
    smlawb  r6, r12, r2, r6
    .if     \columns >= 4
    pld     [r1, #64 * \columns - 4 - 32 * \pair]
    .endif
    smlawb  r10, r12, r3, r10
    ldr.w   r12, [r1, #8 * \pair + 4]
    smlawb  r7, lr, r2, r7
    smlawb  r11, lr, r3, r11
    ldr.w   lr, [r1, #8 * (\columns + \pair) + 4]
    smlawt  r4, r12, r2, r4
    smlawt  r8, r12, r3, r8
    ldr.w   r12, [r1, #8 * (2 * \columns + \pair) + 4]
    smlawt  r5, lr, r2, r5
    smlawt  r9, lr, r3, r9
    ldr.w   lr, [r1, #8 * (3 * \columns + \pair) + 4]
    smlawt  r6, r12, r2, r6
    .if     \pair + 1 == \columns
    ldr.w   r1, [sp, #AT]
    .endif
    smlawt  r10, r12, r3, r10
    .if     \pair + 1 < \columns
    ldr.w   r12, [r1, #8 * (\pair + 1)]
    .else
    add.w   r1, r1, #4
    .endif
    smlawt  r7, lr, r2, r7
    ldr.w   r2, [r0, #4]!
    smlawt  r11, lr, r3, r11
    ldr.w   r3, [r0, #4]!
    .endm

    // Ends as the chains of wavenet_taps_m7.S do.
    .macro  long_taps columns
    .balign 8
    .global wavenet_long_\columns
    .thumb_func
wavenet_long_\columns:
    around_taps
    .set    pair, 0
    .rept   \columns
    pair_of \columns, pair
    .set    pair, pair + 1
    .endr
    next_tap
    .endm

    .section .text.wavenet_long_taps_m7, "ax", %progbits
    long_taps 1
    long_taps 2
    long_taps 3
    long_taps 4
    long_taps 5
    long_taps 6

    .section .text.cached.wavenet_long_taps_m7, "ax", %progbits
    long_taps 7
    long_taps 8
