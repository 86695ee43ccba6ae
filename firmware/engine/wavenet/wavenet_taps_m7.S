// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The products of a layer's rows, by pairs of columns: from wherever wavenet_rows_m7.S enters a chain
// to the tail that its frame names.
#include "wavenet_rows_m7.inc"

    // Two columns of two rows and four frames. Their first frame is in r12, the weights in r2, r3.
    // `columns` pairs in a frame, `pair` of them; `next` is where the next tap's pointer is, or AT.
    .macro  pair_of columns, pair, next
    smlad   r4, r2, r12, r4
    ldr.w   lr, [r1, #4 * (\columns + \pair)]
    smlad   r8, r3, r12, r8
    ldr.w   r12, [r1, #4 * (2 * \columns + \pair)]
    smlad   r5, r2, lr, r5
    .if     \columns >= 4 && \pair % 2 == 0
    pld     [r1, #32 * \columns - 4 - 16 * \pair]
    .endif
    smlad   r9, r3, lr, r9
    ldr.w   lr, [r1, #4 * (3 * \columns + \pair)]
    smlad   r6, r2, r12, r6
    .if     \pair + 1 == \columns
    ldr.w   r1, [sp, #\next]
    .endif
    smlad   r7, r2, lr, r7
    ldr.w   r2, [r0, #4]!
    smlad   r10, r3, r12, r10
    .if     \next == HEAD && \pair + 1 == \columns
    ldr.w   r12, [sp, #END]
    .elseif \next == AT && \pair + 1 == \columns
    add.w   r1, r1, #4
    .elseif \pair + 1 == \columns
    ldr.w   r12, [r1]
    .else
    ldr.w   r12, [r1, #4 * (\pair + 1)]
    .endif
    smlad   r11, r3, lr, r11
    ldr.w   r3, [r0, #4]!
    .endm

    .macro  tap columns, next
    .set    pair, 0
    .rept   \columns
    pair_of \columns, pair, \next
    .set    pair, pair + 1
    .endr
    .endm

    // Up to `most` taps; ends with the head sum's place in r1, two parameters in r2 and r3, and END in
    // r12.
    .macro  chain columns, most
    .balign 8
    .type   wavenet_chain_\columns, %function
wavenet_chain_\columns:
    .set    left, \most
    .rept   \most - 1
    .set    next, TAPS + 4 * (17 - left)
    tap     \columns, next
    .set    left, left - 1
    .endr
    tap     \columns, HEAD
    .global wavenet_taps_\columns
    .thumb_func
wavenet_taps_\columns:
    ldr.w   pc, [sp, #TAIL]
    .endm

    // Up to 16 taps, one each time around, which costs a mispredicted branch.
    .macro  chain_around columns
    .balign 8
    .global wavenet_around_\columns
    .thumb_func
wavenet_around_\columns:
    around_taps
    tap     \columns, AT
    next_tap
    .endm

    .section .text.wavenet_taps_m7, "ax", %progbits
    chain_around 1
    chain_around 2
    chain   3, 3
    chain   4, 15
    chain_around 5
    chain   6, 3
    // More taps than those chains have.
    chain_around 3
    chain_around 6

    .section .text.cached.wavenet_taps_m7, "ax", %progbits
    chain_around 7
    chain_around 8
    chain   8, 3
