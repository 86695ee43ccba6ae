// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// void lstm_wide_m7(const struct recurrent_m7 *run): samples of an LSTM layer in state format 2, the
// same words as matvec_rows_wide and lstm_step.
//
// As lstm_m7.S, but a column is a word of state and a product takes one instruction (SMLAWB, SMLAWT):
// columns go two at a time, one product a cycle. 130 instructions of the tail.
    .equ    WORDS_MAX, 128
#include "kernel_m7.inc"

    .equ    LSTM_WIDE_GROUP_BYTES, 104
    // Of up to 48 columns; more are too slow for a board anyway, or a layer above others.
    .equ    CHAIN_GROUPS, 23
    // From where the pointer into the block is in the tail to the next block.
    .equ    LSTM_WIDE_BEHIND, 0

    // Two columns: 16 products in 16 cycles. The next columns' state lies at `next` from `state` on.
    .macro  group next, state
    mac_b   0, r4, r12
    weight  lr, 4
    mac_t   r4, r12
    mac_b   0, r5, lr
    weight  r12, 4
    mac_t   r5, lr
    mac_b   0, r6, r12
    weight  lr, 4
    mac_t   r6, r12
    mac_b   0, r7, lr
    weight  r12, 4
    mac_t   r7, lr
    mac_b   0, r8, r12
    weight  lr, 4
    mac_t   r8, r12
    mac_b   0, r9, lr
    weight  r12, 4
    mac_t   r9, lr
    mac_b   0, r10, r12
    weight  lr, 4
    mac_t   r10, r12
    weight  r12, 4
    mac_b   0, r11, lr
    ldr.w   r2, [\state, #\next]
    mac_t   r11, lr
    ldr.w   r3, [\state, #\next + 4]
    .endm

    // The first two columns of a block.
    .macro  first_group
    mac_b   1, r4, r12
    weight  lr, 4
    mac_t   r4, r12
    ldr.w   r1, [sp, #CHAIN]
    mac_b   1, r5, lr
    weight  r12, 4
    mac_t   r5, lr
    mac_b   1, r6, r12
    weight  lr, 4
    mac_t   r6, r12
    mac_b   1, r7, lr
    weight  r12, 4
    mac_t   r7, lr
    mac_b   1, r8, r12
    weight  lr, 4
    mac_t   r8, r12
    mac_b   1, r9, lr
    weight  r12, 4
    mac_t   r9, lr
    mac_b   1, r10, r12
    weight  lr, 4
    mac_t   r10, r12
    weight  r12, 4
    mac_b   1, r11, lr
    ldr.w   r2, [sp, #FIRST + 8]
    mac_t   r11, lr
    ldr.w   r3, [sp, #FIRST + 8 + 4]
    bx      r1
    .endm

    // The last columns; the tail begins with row 0's bias in r1, x in r2, row 0's input weight in r3 and
    // its scale in r12.
    .macro  last_group
    mac_b   0, r4, r12
    weight  lr, 4
    mac_t   r4, r12
    mac_b   0, r5, lr
    weight  r12, 4
    mac_t   r5, lr
    mac_b   0, r6, r12
    weight  lr, 4
    mac_t   r6, r12
    mac_b   0, r7, lr
    weight  r12, 4
    mac_t   r7, lr
    mac_b   0, r8, r12
    weight  lr, 4
    mac_t   r8, r12
    mac_b   0, r9, lr
    weight  r12, 4
    mac_t   r9, lr
    mac_b   0, r10, r12
    weight  lr, 4
    mac_t   r10, r12
    ldr.w   r1, [r0, #4]
    mac_b   0, r11, lr
    ldr.w   r2, [sp, #X]
    mac_t   r11, lr
    ldr.w   r3, [r0, #8]
    ldr.w   r12, [r0, #12]
    .endm

    .macro  tail
    ldr.w   lr, [r0, #24]
    smmla   r1, r2, r3, r1                  // i0: bias + x input
    ldr.w   r3, [r0, #20]
    smmla   r12, r4, r12, r1                // i0: + acc scale
    ldr.w   r1, [r0, #16]
    smmla   r1, r2, r3, r1                  // f0: bias + x input
    ldr.w   r3, [r0, #88]
    smmla   r1, r5, lr, r1                  // f0: + acc scale
    ldr.w   r4, [r0, #92]
    ldr.w   lr, [r0, #96]
    ldr.w   r5, [r0, #44]
    smmla   r3, r2, r4, r3                  // o1: bias + x input
    ldr.w   r4, [r0, #32]
    smmla   r3, r11, lr, r3                 // o1: + acc scale
    ldr.w   lr, [r0, #40]
    ldr.w   r11, [r0, #28]
    smmla   r4, r2, r4, r11                 // g0: bias + x input
    ldr.w   r11, [r0, #36]
    smmla   lr, r2, r5, lr                  // o0: bias + x input
    ldr.w   r5, [r0, #48]
    smmla   r4, r6, r11, r4                 // g0: + acc scale
    ldr.w   r6, [r0, #56]
    smmla   lr, r7, r5, lr                  // o0: + acc scale
    ldr.w   r5, [r0, #52]
    smmla   r5, r2, r6, r5                  // i1: bias + x input
    ldr.w   r6, [r0, #60]
    ldr.w   r7, [r0, #68]
    ldr.w   r11, [r0, #72]
    smmla   r5, r8, r6, r5                  // i1: + acc scale
    ldr.w   r6, [r0, #64]
    ldr.w   r8, [r0, #80]
    smmla   r6, r2, r7, r6                  // f1: bias + x input
    ldr.w   r7, [r0, #76]
    smmla   r6, r9, r11, r6                 // f1: + acc scale
    ssat    r9, #12, r12, asr #16           // i0: which chord
    ldr.w   r11, [r0, #84]
    smmla   r2, r2, r8, r7                  // g1: bias + x input
    ldr.w   r7, [sp, #SLOPES]
    ldr.w   r8, [sp, #BASES]
    smmla   r2, r10, r11, r2                // g1: + acc scale
    ssat    r10, #12, r5, asr #16           // i1: which chord
    ldr.w   r11, [r7, r9, lsl #3]           // i0: slope
    ldr.w   r9, [r8, r9, lsl #3]            // i0: base
    smmla   r12, r12, r11, r9               // i0
    ldr.w   r9, [r7, r10, lsl #3]           // i1: slope
    ssat    r11, #12, r2, asr #16           // g1: which chord
    ldr.w   r10, [r8, r10, lsl #3]          // i1: base
    smmla   r5, r5, r9, r10                 // i1
    ssat    r9, #12, r3, asr #16            // o1: which chord
    ldr.w   r10, [r7, r11, lsl #3]          // g1: slope
    ldr.w   r11, [r8, r11, lsl #3]          // g1: base
    smmla   r2, r2, r10, r11                // g1
    ldr.w   r10, [r7, r9, lsl #3]           // o1: slope
    ssat    r11, #12, r4, asr #16           // g0: which chord
    ldr.w   r9, [r8, r9, lsl #3]            // o1: base
    smmla   r3, r3, r10, r9                 // o1
    ssat    r9, #12, r6, asr #16            // f1: which chord
    ldr.w   r10, [r7, r11, lsl #3]          // g0: slope
    ldr.w   r11, [r8, r11, lsl #3]          // g0: base
    lsl.w   r3, r3, #7                      // o1: Q31
    smmla   r4, r4, r10, r11                // g0
    ldr.w   r10, [r7, r9, lsl #3]           // f1: slope
    ssat    r11, #12, r1, asr #16           // f0: which chord
    ldr.w   r9, [r8, r9, lsl #3]            // f1: base
    smmla   r6, r6, r10, r9                 // f1
    mov.w   r9, #0x80000000
    add.w   r2, r9, r2, lsl #8              // g1: Q31
    ldr.w   r10, [r7, r11, lsl #3]          // f0: slope
    add.w   r4, r9, r4, lsl #8              // g0: Q31
    ldr.w   r9, [r8, r11, lsl #3]           // f0: base
    smmla   r1, r1, r10, r9                 // f0
    ldr.w   r9, [r0, #100]
    ldr.w   r10, [sp, #CELL_SHIFT]
    ldr.w   r11, [sp, #GATE_SHIFT]
    asr.w   r2, r2, r11                     // g1: as the cell
    asr.w   r4, r4, r11                     // g0: as the cell
    ldr.w   r11, [r0, #108]
    smull   r1, r9, r1, r9                  // c0: f c
    smlal   r1, r9, r12, r4                 // c0: + i g
    ldr.w   r4, [sp, #END]
    ssat    r12, #12, lr, asr #16           // o0: which chord
    smull   r6, r11, r6, r11                // c1: f c
    lsrs.w  r1, r1, #24                     // c0: the half is in the carry
    smlal   r6, r11, r5, r2                 // c1: + i g
    adc.w   r2, r1, r9, lsl #8              // c0: rsh 24
    ldr.w   r1, [sp, #CHORD_SHIFT]
    lsrs.w  r5, r6, #24                     // c1: the half is in the carry
    ldr.w   r6, [r7, r12, lsl #3]           // o0: slope
    ssat    r2, #31, r2                     // c0
    adc.w   r5, r5, r11, lsl #8             // c1: rsh 24
    ssat    r5, #31, r5                     // c1
    ldr.w   r12, [r8, r12, lsl #3]          // o0: base
    asr.w   r9, r5, r1                      // tanh c1: chord
    asr.w   r1, r2, r1                      // tanh c0: chord
    ssat    r1, #12, r1                     // tanh c0: which chord
    str.w   r5, [r0, #108]
    ssat    r9, #12, r9                     // tanh c1: which chord
    smmla   r12, lr, r6, r12                // o0
    lsl.w   lr, r2, r10                     // tanh c0: 2 c, Q23
    ldr.w   r6, [r8, r1, lsl #3]            // tanh c0: base
    str.w   r2, [r0, #100]
    ldr.w   r1, [r7, r1, lsl #3]            // tanh c0: slope
    ldr.w   r7, [r7, r9, lsl #3]            // tanh c1: slope
    ldr.w   r2, [sp, #FIRST]
    smmla   r1, lr, r1, r6                  // tanh c0
    ldr.w   lr, [r8, r9, lsl #3]            // tanh c1: base
    mov.w   r6, #0x80000000
    ldr.w   r8, [sp, #HIDDEN]
    lsl.w   r5, r5, r10                     // tanh c1: 2 c, Q23
    smmla   lr, r5, r7, lr                  // tanh c1
    add.w   r1, r6, r1, lsl #8              // tanh c0: Q31
    ldr.w   r5, [sp, #WIDE]
    lsl.w   r12, r12, #7                    // o0: Q31
    smmul   r1, r12, r1                     // h of unit 0, Q30
    add.w   lr, r6, lr, lsl #8              // tanh c1: Q31
    ldr.w   r12, [r0, #116]!
    lsl.w   r6, r1, #1                      // h of unit 0
    smmul   r3, r3, lr                      // h of unit 1, Q30
    str.w   r6, [r8], #4
    asr.w   r1, r1, #7                      // h23 of unit 0
    lsl.w   lr, r3, #1                      // h of unit 1
    str.w   r1, [r5], #4
    asr.w   r1, r3, #7                      // h23 of unit 1
    str.w   lr, [r8], #4
    str.w   r1, [r5], #4
    ldr.w   r1, [sp, #BLOCK]
    cmp.w   r0, r4
    str.w   r8, [sp, #HIDDEN]
    ldr.w   r3, [sp, #FIRST + 4]
    str.w   r5, [sp, #WIDE]
    it      ne
    bxne    r1
    .endm

    .section .text.cached.lstm_wide_m7, "ax", %progbits
    .balign 8
    .global lstm_wide_m7
    .type   lstm_wide_m7, %function
    .thumb_func
lstm_wide_m7:
    enter   lstm_wide, LSTM_WIDE_GROUP_BYTES, LSTM_WIDE_BEHIND
    cell_shifts
    enter_long lstm_wide, CHAIN_GROUPS
lstm_wide_frame:
    begin_frame lstm_wide, 0
    .balign 8
lstm_wide_block:
    first_group

    .equ    lstm_wide_odd_block, lstm_wide_block

    .balign 8
    long_chain lstm_wide, CHAIN_GROUPS
    .balign 8
    chain   CHAIN_GROUPS
lstm_wide_last:
    last_group
lstm_wide_tail:
    tail
    end_frame lstm_wide_frame

lstm_wide_only:
    sub     r0, r0, #4
    ldr     r1, [r0, #4]
    ldr     r2, [sp, #X]
    ldr     r3, [r0, #8]
    ldr     r12, [r0, #12]
    b.w     lstm_wide_tail
    .size   lstm_wide_m7, . - lstm_wide_m7
