// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// void gru_stacked_wide_m7(const struct recurrent_m7 *run): a sample of a GRU layer above the first in
// state format 2, the same words as matvec_rows_wide and gru_step.
//
// A word is a column, a product takes one instruction (SMLAWB, SMLAWT), and columns go by pairs, whose
// weights are one word: the first state word of a pair in r2, the second one in r3.
    // r0 in the tail is behind the weights.
    .equ    ROWS, 0
#include "gru_stacked_m7.inc"

    .equ    FRAME_BYTES, VECTOR + 4 * (128 + 6) + 4

    // A pair of columns: 12 products in 12 cycles. `a` to `f`: the sums in the order of the weights, `third`
    // to `next`: how far the words of weights from the third on are from the one before.
    .macro  pair a, b, c, d, e, f, third, fourth, fifth, sixth, next
    smlawb  \a, r2, r12, \a
    ldr.w   r3, [r10], #4
    smlawb  \b, r2, r1, \b
    cmp.w   r10, r11
    smlawt  \a, r3, r12, \a
    weight  r12, 4 + \third
    smlawt  \b, r3, r1, \b
    weight  lr, \fourth
    smlawb  \c, r2, r12, \c
    smlawt  \c, r3, r12, \c
    weight  r12, \fifth
    smlawb  \d, r2, lr, \d
    smlawt  \d, r3, lr, \d
    weight  lr, \sixth
    smlawb  \e, r2, r12, \e
    ldr.w   r1, [r0, #\next + 4]
    smlawb  \f, r2, lr, \f
    ldr.w   r2, [r10], #4
    smlawt  \e, r3, r12, \e
    weight  r12, \next
    smlawt  \f, r3, lr, \f
    .endm

    .section .text.cached.gru_stacked_wide_m7, "ax", %progbits
    .balign 8
    .global gru_stacked_wide_m7
    .type   gru_stacked_wide_m7, %function
    .thumb_func
gru_stacked_wide_m7:
    enter   FRAME_BYTES
    ldr     r12, [r0]
    ldr     r1, [r0, #4]

    mov     r4, #0
    mov     r6, #0
    mov     r7, #0
    mov     r9, #0

    .balign 8
gru_stacked_wide_block:
    ldr.w   r2, [sp, #VECTOR]
    ldr.w   r11, [sp, #INPUTS_END]
    add.w   r10, sp, #VECTOR + 4
    mov.w   r5, #0
    mov.w   r8, #0

    .balign 8
inputs:
    pair    r4, r5, r7, r8, r6, r9, 8, 4, 8, 4, 4
    bne.w   inputs

    ldr.w   r11, [sp, #STATE_END]
    str.w   r6, [sp, #A0]
    mov.w   r6, #0
    str.w   r9, [sp, #A1]
    mov.w   r9, #0

    .balign 8
state:
    pair    r4, r5, r6, r7, r8, r9, 4, 4, 4, 4, 12
    bne.w   state

    units   0
    lsl.w   r3, r3, #1                      // h of unit 0
    ldr.w   r12, [r0, #BEHIND]!
    lsl.w   r8, r8, #1                      // h of unit 1
    mov.w   r4, #0
    ldr.w   r1, [r0, #4]
    mov.w   r6, #0
    mov.w   r7, #0
    mov.w   r9, #0
    strd    r3, r8, [r11], #8
    str.w   r11, [sp, #HIDDEN]
    bne.w   gru_stacked_wide_block

    add     sp, sp, #FRAME_BYTES
    pop     {r4-r11, pc}
    .size   gru_stacked_wide_m7, . - gru_stacked_wide_m7
