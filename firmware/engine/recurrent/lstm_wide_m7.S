// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// void lstm_wide_m7(const struct recurrent_m7 *run): samples of an LSTM layer in state format 2, the
// same words as matvec_rows_wide and lstm_step.
//
// As lstm_m7.S, but a column is a word of state and a product takes one instruction (SMLAWB, SMLAWT):
// columns go two at a time, one product a cycle. 127 instructions of the tail.
#include "kernel_m7.inc"

    .equ    LSTM_WIDE_GROUP_BYTES, 104
    .equ    LSTM_WIDE_TAIL_BYTES, 516
    // From where the pointer into the block is in the tail to the next block.
    .equ    LSTM_WIDE_BEHIND, 116

    // Two columns: 16 products in 16 cycles. The next columns' state lies at `next`.
    .macro  group next
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
    ldr.w   r2, [sp, #\next]
    mac_t   r11, lr
    ldr.w   r3, [sp, #\next + 4]
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

    // The last columns; the tail begins with x in r2 and row 0's input weight in r3.
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
    ldr.w   r1, [sp, #TAIL]
    mac_b   0, r11, lr
    ldr.w   r2, [sp, #X]
    mac_t   r11, lr
    ldr.w   r3, [r0, #8]
    bx      r1
    .endm

    .macro  tail s
    ldr.w   r12, [r0, #12]
    ldr.w   r1, [r0, #88]
    ldr.w   lr, [r0, #4]
    smmla   r3, r2, r3, lr                  // i0: bias + x input
    ldr.w   lr, [r0, #92]
    smmla   r12, r4, r12, r3                // i0: + acc scale
    ldr.w   r3, [r0, #96]
    ldr.w   r4, [r0, #20]
    smmla   r1, r2, lr, r1                  // o1: bias + x input
    smmla   r3, r11, r3, r1                 // o1: + acc scale
    ldr.w   r1, [r0, #24]
    ldr.w   r11, [r0, #16]
    smmla   r4, r2, r4, r11                 // f0: bias + x input
    ldr.w   r11, [r0, #56]
    ldr.w   lr, [r0, #84]
    smmla   r1, r5, r1, r4                  // f0: + acc scale
    ldr.w   r4, [r0, #80]
    ldr.w   r5, [r0, #52]
    smmla   r5, r2, r11, r5                 // i1: bias + x input
    ldr.w   r11, [r0, #76]
    smmla   r4, r2, r4, r11                 // g1: bias + x input
    ldr.w   r11, [r0, #60]
    smmla   r4, r10, lr, r4                 // g1: + acc scale
    ldr.w   r10, [r0, #72]
    smmla   r5, r8, r11, r5                 // i1: + acc scale
    ldr.w   r8, [r0, #68]
    ldr.w   r11, [r0, #64]
    ldr.w   lr, [r0, #44]
    smmla   r8, r2, r8, r11                 // f1: bias + x input
    ldr.w   r11, [r0, #32]
    smmla   r8, r9, r10, r8                 // f1: + acc scale
    ldr.w   r9, [r0, #28]
    smmla   r9, r2, r11, r9                 // g0: bias + x input
    ldr.w   r11, [r0, #40]
    smmla   r2, r2, lr, r11                 // o0: bias + x input
    ldr.w   r11, [r0, #48]
    ssat    lr, #12, r3, asr #16            // o1: which chord
    ldr.w   r10, [r0, #36]
    smmla   r2, r7, r11, r2                 // o0: + acc scale
    ldr.w   r7, [sp, #28]
    smmla   r6, r6, r10, r9                 // g0: + acc scale
    ldr.w   r9, [sp, #24]
    ssat    r10, #12, r5, asr #16           // i1: which chord
    ldr.w   r11, [r7, lr, lsl #3]           // o1: slope
    ldr.w   lr, [r9, lr, lsl #3]            // o1: base
    smmla   r3, r3, r11, lr                 // o1
    ldr.w   r11, [r7, r10, lsl #3]          // i1: slope
    ssat    lr, #12, r4, asr #16            // g1: which chord
    ldr.w   r10, [r9, r10, lsl #3]          // i1: base
    smmla   r5, r5, r11, r10                // i1
    lsl.w   r10, r3, #7                     // o1: Q31
    ssat    r3, #12, r12, asr #16           // i0: which chord
    ldr.w   r11, [r7, lr, lsl #3]           // g1: slope
    ldr.w   lr, [r9, lr, lsl #3]            // g1: base
    smmla   r4, r4, r11, lr                 // g1
    ldr.w   r11, [r7, r3, lsl #3]           // i0: slope
    ssat    lr, #12, r1, asr #16            // f0: which chord
    ldr.w   r3, [r9, r3, lsl #3]            // i0: base
    smmla   r12, r12, r11, r3               // i0
    ssat    r3, #12, r6, asr #16            // g0: which chord
    ldr.w   r11, [r7, lr, lsl #3]           // f0: slope
    ldr.w   lr, [r9, lr, lsl #3]            // f0: base
    smmla   r1, r1, r11, lr                 // f0
    ldr.w   r11, [r7, r3, lsl #3]           // g0: slope
    ssat    lr, #12, r8, asr #16            // f1: which chord
    ldr.w   r3, [r9, r3, lsl #3]            // g0: base
    smmla   r3, r6, r11, r3                 // g0
    mov.w   r6, #0x80000000
    add.w   r4, r6, r4, lsl #8              // g1: Q31
    ldr.w   r11, [r0, #100]
    asr.w   r4, r4, #7 + \s                 // g1: as the cell
    add.w   r3, r6, r3, lsl #8              // g0: Q31
    smull   r1, r11, r1, r11                // c0: f c
    ldr.w   r6, [r7, lr, lsl #3]            // f1: slope
    asr.w   r3, r3, #7 + \s                 // g0: as the cell
    smlal   r1, r11, r12, r3                // c0: + i g
    ldr.w   r12, [r9, lr, lsl #3]           // f1: base
    smmla   r12, r8, r6, r12                // f1
    ldr.w   r3, [r0, #108]
    ssat    r6, #12, r2, asr #16            // o0: which chord
    lsrs.w  r1, r1, #24                     // c0: the half is in the carry
    adc.w   r1, r1, r11, lsl #8             // c0: rsh 24
    smull   r12, r3, r12, r3                // c1: f c
    smlal   r12, r3, r5, r4                 // c1: + i g
    ldr.w   r4, [r7, r6, lsl #3]            // o0: slope
    ssat    r1, #31, r1                     // c0
    ldr.w   r6, [r9, r6, lsl #3]            // o0: base
    smmla   r2, r2, r4, r6                  // o0
    lsrs.w  r12, r12, #24                   // c1: the half is in the carry
    adc.w   r12, r12, r3, lsl #8            // c1: rsh 24
    str.w   r1, [r0, #100]
    ssat    r3, #12, r1, asr #16 - \s       // tanh c0: which chord
    ldr.w   r4, [sp, #20]
    ssat    r12, #31, r12                   // c1
    str.w   r12, [r0, #108]
    ldr.w   r6, [r9, r3, lsl #3]            // tanh c0: base
    cmp.w   r0, r4
    ssat    r4, #12, r12, asr #16 - \s      // tanh c1: which chord
    lsl.w   r12, r12, #\s                   // tanh c1: 2 c, Q23
    ldr.w   r3, [r7, r3, lsl #3]            // tanh c0: slope
    lsl.w   r2, r2, #7                      // o0: Q31
    ldr.w   r7, [r7, r4, lsl #3]            // tanh c1: slope
    lsl.w   r1, r1, #\s                     // tanh c0: 2 c, Q23
    smmla   r1, r1, r3, r6                  // tanh c0
    ldr.w   r3, [r9, r4, lsl #3]            // tanh c1: base
    smmla   r7, r12, r7, r3                 // tanh c1
    ldr.w   r12, [r0, #116]!
    ldr.w   r3, [sp, #36]
    mov.w   r4, #0x80000000
    ldr.w   r9, [sp, #16]
    add.w   r1, r4, r1, lsl #8              // tanh c0: Q31
    smmul   r2, r2, r1                      // h of unit 0, Q30
    add.w   r1, r4, r7, lsl #8              // tanh c1: Q31
    ldr.w   r4, [sp, #12]
    smmul   r1, r10, r1                     // h of unit 1, Q30
    lsl.w   r10, r2, #1                     // h of unit 0
    str.w   r10, [r9], #4
    lsl.w   r10, r1, #1                     // h of unit 1
    str.w   r10, [r9], #4
    str.w   r9, [sp, #16]
    asr.w   r9, r2, #7                      // h23 of unit 0
    ldr.w   r2, [sp, #32]
    str.w   r9, [r4], #4
    asr.w   r1, r1, #7                      // h23 of unit 1
    str.w   r1, [r4], #4
    str.w   r4, [sp, #12]
    ldr.w   r1, [sp, #4]
    it      ne
    bxne    r1
    b.w     lstm_wide_end
    .endm

    .section .text.lstm_wide_m7, "ax", %progbits
    .balign 8
    .global lstm_wide_m7
    .type   lstm_wide_m7, %function
    .thumb_func
lstm_wide_m7:
    enter   lstm_wide, LSTM_WIDE_GROUP_BYTES, LSTM_WIDE_BEHIND
    ldr     r1, [r0, #RUN_SHIFT]
    movw    r2, #:lower16:(lstm_wide_tails + 1)
    movt    r2, #:upper16:(lstm_wide_tails + 1)
    movw    r3, #LSTM_WIDE_TAIL_BYTES
    mla     r1, r1, r3, r2
    str     r1, [sp, #TAIL]
lstm_wide_frame:
    begin_frame lstm_wide, 0
    .balign 8
lstm_wide_block:
    first_group

    .equ    lstm_wide_odd_block, lstm_wide_block

    .balign 8
    chain   31
lstm_wide_last:
    last_group

lstm_wide_only:
    sub     r0, r0, #4
    ldr     r1, [sp, #TAIL]
    ldr     r2, [sp, #X]
    ldr     r3, [r0, #8]
    bx      r1

    .balign 8
lstm_wide_tails:
    .irp    s, 0, 1, 2, 3, 4, 5, 6, 7, 8
    tail    \s
    .endr
    .if     . - lstm_wide_tails != 9 * LSTM_WIDE_TAIL_BYTES
    .error  "LSTM_WIDE_TAIL_BYTES is not the length of a tail"
    .endif

lstm_wide_end:
    end_frame lstm_wide_frame
    .size   lstm_wide_m7, . - lstm_wide_m7
