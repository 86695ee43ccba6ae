// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// void gru_wide_m7(const struct recurrent_m7 *run): samples of the first GRU layer in state format 2,
// the same words as matvec_rows_wide and gru_step.
//
// As gru_m7.S and lstm_wide_m7.S. 99 instructions of the tail.
    .equ    WORDS_MAX, 64
#include "kernel_m7.inc"

    .equ    GRU_WIDE_GROUP_BYTES, 80
    // Of up to 48 columns; more are too slow for a board anyway.
    .equ    CHAIN_GROUPS, 23
    // From where the pointer into the block is in the tail to the next block.
    .equ    GRU_WIDE_BEHIND, 124

    // Two columns: 12 products in 12 cycles. The next columns' state lies at `next` from `state` on.
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
    weight  r12, 12
    mac_b   0, r9, lr
    ldr.w   r2, [\state, #\next]
    mac_t   r9, lr
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
    weight  r12, 12
    mac_b   1, r9, lr
    ldr.w   r2, [sp, #FIRST + 8]
    mac_t   r9, lr
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
    ldr.w   r2, [sp, #X]
    mac_t   r9, lr
    ldr.w   r3, [r0, #16]
    .endm

    .macro  tail
    ldr.w   r1, [r0, #64]
    ldr.w   r12, [r0, #44]
    ldr.w   r10, [r0, #80]
    ldr.w   r11, [r0, #36]
    ldr.w   lr, [r0, #60]
    smmla   r12, r6, r12, r11               // u0: bias + acc scale
    smmla   r1, r2, r1, lr                  // r1: bias + x input
    ldr.w   lr, [r0, #12]
    smmla   r3, r2, r3, lr                  // z0: bias + x input
    ldr.w   lr, [r0, #20]
    ldr.w   r6, [r0, #28]
    ldr.w   r11, [r0, #72]
    smmla   r9, r9, r10, r11                // u1: bias + acc scale
    ldr.w   r10, [r0, #68]
    smmla   r3, r4, lr, r3                  // z0: + acc scale
    ldr.w   r4, [r0, #32]
    smmla   r1, r8, r10, r1                 // r1: + acc scale
    ldr.w   r8, [r0, #24]
    ldr.w   r10, [r0, #52]
    smmla   r6, r2, r6, r8                  // r0: bias + x input
    smmla   r4, r5, r4, r6                  // r0: + acc scale
    ldr.w   r5, [sp, #28]
    ssat    r6, #12, r1, asr #16            // r1: which chord
    ldr.w   r8, [r0, #48]
    ldr.w   lr, [r0, #56]
    smmla   r8, r2, r10, r8                 // z1: bias + x input
    ssat    r10, #12, r4, asr #16           // r0: which chord
    ldr.w   r11, [sp, #24]
    smmla   r7, r7, lr, r8                  // z1: + acc scale
    ldr.w   r8, [r5, r6, lsl #3]            // r1: slope
    ldr.w   lr, [r5, r10, lsl #3]           // r0: slope
    ldr.w   r6, [r11, r6, lsl #3]           // r1: base
    smmla   r1, r1, r8, r6                  // r1
    ldr.w   r10, [r11, r10, lsl #3]         // r0: base
    ssat    r6, #12, r7, asr #16            // z1: which chord
    smmla   r4, r4, lr, r10                 // r0
    ldr.w   r10, [r0, #100]
    lsl.w   r1, r1, #7                      // r1: Q31
    smmul   r1, r1, r9                      // n1: r u / 2
    ldr.w   r9, [r11, r6, lsl #3]           // z1: base
    ldr.w   lr, [r0, #88]
    lsl.w   r4, r4, #7                      // r0: Q31
    smmul   r12, r4, r12                    // n0: r u / 2
    ldr.w   r4, [r0, #84]
    smmla   r4, r2, lr, r4                  // a0: bias + x input
    ldr.w   lr, [r0, #96]
    ssat    r8, #12, r3, asr #16            // z0: which chord
    smmla   r2, r2, r10, lr                 // a1: bias + x input
    add.w   r12, r4, r12, lsl #1            // n0: a + r u
    ldr.w   r6, [r5, r6, lsl #3]            // z1: slope
    ldr.w   r4, [r11, r8, lsl #3]           // z0: base
    add.w   r1, r2, r1, lsl #1              // n1: a + r u
    ssat    r2, #12, r12, asr #16           // n0: which chord
    ldr.w   r10, [sp, #16]
    ssat    lr, #12, r1, asr #16            // n1: which chord
    smmla   r6, r7, r6, r9                  // z1
    ldr.w   r7, [r5, r2, lsl #3]            // n0: slope
    ldr.w   r9, [r11, r2, lsl #3]           // n0: base
    ldr.w   r2, [sp, #32]
    ldr.w   r8, [r5, r8, lsl #3]            // z0: slope
    smmla   r12, r12, r7, r9                // n0
    ldr.w   r5, [r5, lr, lsl #3]            // n1: slope
    smmla   r3, r3, r8, r4                  // z0
    ldr.w   r11, [r11, lr, lsl #3]          // n1: base
    smmla   r1, r1, r5, r11                 // n1
    mov.w   r5, #0xc0000000
    ldr.w   r11, [r0, #116]
    mov.w   lr, #0xc0000000
    add.w   r12, lr, r12, lsl #7            // n0: Q30
    ldr.w   lr, [r0, #108]
    sub.w   lr, lr, r12                     // h0 - n0
    add.w   r1, r5, r1, lsl #7              // n1: Q30
    sub.w   r11, r11, r1                    // h1 - n1
    smull   r3, lr, r3, lr                  // z (h - n)
    ldr.w   r5, [sp, #12]
    smull   r6, r11, r6, r11                // z (h - n)
    ldr.w   r4, [sp, #20]
    lsrs.w  r3, r3, #24                     // the half is in the carry
    adc.w   r3, r3, r12                     // n + rsh 24
    lsrs.w  r12, r6, #24                    // the half is in the carry
    adc.w   r1, r12, r1                     // n + rsh 24
    add.w   r3, r3, lr, lsl #8              // h30 of unit 0
    asr.w   r12, r3, #7                     // h23 of unit 0
    str.w   r12, [r5], #4
    str.w   r3, [r0, #108]
    add.w   r1, r1, r11, lsl #8             // h30 of unit 1
    str.w   r1, [r0, #116]
    cmp.w   r0, r4
    asr.w   r12, r1, #7                     // h23 of unit 1
    str.w   r12, [r5], #4
    str.w   r5, [sp, #12]
    lsl.w   r5, r1, #1                      // h of unit 1
    lsl.w   r12, r3, #1                     // h of unit 0
    ldr.w   r1, [sp, #4]
    ldr.w   r3, [sp, #36]
    str.w   r12, [r10], #4
    ldr.w   r12, [r0, #124]!
    str.w   r5, [r10], #4
    str.w   r10, [sp, #16]
    it      ne
    bxne    r1
    b.w     gru_wide_end
    .endm

    .section .text.cached.gru_wide_m7, "ax", %progbits
    .balign 8
    .global gru_wide_m7
    .type   gru_wide_m7, %function
    .thumb_func
gru_wide_m7:
    enter   gru_wide, GRU_WIDE_GROUP_BYTES, GRU_WIDE_BEHIND
    enter_long gru_wide, CHAIN_GROUPS
gru_wide_frame:
    begin_frame gru_wide, 0
    .balign 8
gru_wide_block:
    first_group

    .equ    gru_wide_odd_block, gru_wide_block

    .balign 8
    long_chain gru_wide, CHAIN_GROUPS
    .balign 8
    chain   CHAIN_GROUPS
gru_wide_last:
    last_group
gru_wide_tail:
    tail

gru_wide_only:
    sub     r0, r0, #12
    ldr     r2, [sp, #X]
    ldr     r3, [r0, #16]
    b.w     gru_wide_tail

gru_wide_end:
    end_frame gru_wide_frame
    .size   gru_wide_m7, . - gru_wide_m7
