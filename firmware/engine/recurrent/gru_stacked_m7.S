// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// void gru_stacked_m7(const struct recurrent_m7 *run): a sample of a GRU layer above the first in state
// format 1, the same words as matvec_rows and gru_step.
//
// A word is a pair of columns. A part is a round through 16 pairs, two of more than 32 columns: the first
// round begins where it leaves a multiple of 16, so that with up to 32 columns no branch is mispredicted.
    // r0 in the tail is a word behind the weights.
    .equ    ROWS, -4
#include "gru_stacked_m7.inc"

    .equ    FRAME_BYTES, VECTOR + 4 * (64 + 8) + 4

    .equ    ROUND, 16
    .equ    PAIR_BYTES, 52

    // A pair of columns, whose state is in `state`: 6 products in 6.5 cycles. `a` to `f`: the sums in the
    // order of the weights, `third` to `next`: how far the words of weights from the third on are from the
    // one before.
    .macro  pair state, other, a, b, c, d, e, f, third, fourth, fifth, sixth, next
    smlad   \a, r12, \state, \a
    weight  r12, \third
    smlad   \b, lr, \state, \b
    weight  lr, \fourth
    smlad   \c, r12, \state, \c
    ldr.w   \other, [r10], #4
    weight  r12, \fifth
    smlad   \d, lr, \state, \d
    weight  lr, \sixth
    smlad   \e, r12, \state, \e
    weight  r12, \next
    smlad   \f, lr, \state, \f
    weight  lr, 4
    .endm

    .macro  inputs_pair state, other
    pair    \state, \other, r4, r5, r7, r8, r6, r9, 8, 4, 8, 4, 4
    .endm

    .macro  state_pair state, other
    pair    \state, \other, r4, r5, r6, r7, r8, r9, 4, 4, 4, 4, 12
    .endm

    .macro  part name
    .balign 8
\name\()_round:
    .rept   ROUND / 2 - 1
    \name\()_pair r2, r3
    \name\()_pair r3, r2
    .endr
    \name\()_pair r2, r3
    cmp.w   r10, r11
    \name\()_pair r3, r2
    bne.w   \name\()_round
    .endm

    // Where a part of `pairs` begins.
    .macro  entry to, name, pairs
    movw    \to, #:lower16:(\name\()_round + 1)
    movt    \to, #:upper16:(\name\()_round + 1)
    rsb     \pairs, \pairs, #0
    and     \pairs, \pairs, #ROUND - 1
    mla     \to, \pairs, r6, \to
    .endm

    .section .text.gru_stacked_m7, "ax", %progbits
    .balign 8
    .global gru_stacked_m7
    .type   gru_stacked_m7, %function
    .thumb_func
gru_stacked_m7:
    enter   FRAME_BYTES
    mov     r6, #PAIR_BYTES
    entry   r4, inputs, r1
    entry   r5, state, r11
    strd    r4, r5, [sp, #INPUTS_ENTRY]
    ldr     r12, [r0]
    ldr     lr, [r0, #4]!

    mov     r4, #0
    mov     r6, #0
    mov     r7, #0
    mov     r9, #0

    .balign 8
gru_stacked_block:
    ldr.w   r1, [sp, #INPUTS_ENTRY]
    ldr.w   r2, [sp, #VECTOR]
    ldr.w   r3, [sp, #VECTOR]
    ldr.w   r11, [sp, #INPUTS_END]
    add.w   r10, sp, #VECTOR + 4
    mov.w   r5, #0
    mov.w   r8, #0
    bx      r1

    part    inputs

    ldr.w   r1, [sp, #STATE_ENTRY]
    str.w   r6, [sp, #A0]
    mov.w   r3, r2
    ldr.w   r11, [sp, #STATE_END]
    mov.w   r6, #0
    str.w   r9, [sp, #A1]
    mov.w   r9, #0
    bx      r1

    part    state

    units   -4
    ldr.w   r3, [r0, #UNIT0 + CARRY]
    ldr.w   r8, [r0, #UNIT1 + CARRY]
    ldr.w   r12, [r0, #BEHIND]
    uxtab   r3, r2, r3                      // q = h23 + e
    str.w   r3, [r0, #UNIT0 + CARRY]
    uxtab   r8, r5, r8                      // q = h23 + e
    str.w   r8, [r0, #UNIT1 + CARRY]
    ssat    r3, #16, r3, asr #8             // h of unit 0
    ldr.w   lr, [r0, #BEHIND + 4]!
    mov.w   r4, #0
    ssat    r8, #16, r8, asr #8             // h of unit 1
    mov.w   r6, #0
    mov.w   r7, #0
    mov.w   r9, #0
    pkhbt   r3, r3, r8, lsl #16             // both h as the matrix reads them
    str.w   r3, [r11], #4
    str.w   r11, [sp, #HIDDEN]
    bne.w   gru_stacked_block

    add     sp, sp, #FRAME_BYTES
    pop     {r4-r11, pc}
    .size   gru_stacked_m7, . - gru_stacked_m7
