// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// void wide_pair_m7(struct wide_pair_m7 *run): tiles of two outputs of a wide convolution of one tap,
// the same words as wide.c.
//
// Two frames of both are sums of 64 bits, r4-r11, so that each weight and each word of the input
// serves two products: 4 products and 4 loads in 4 cycles, where four frames of one output have 5.
// r0 is the run, whose weights have fixed places: an input less enters the chain later. r1 is the
// input less what the chain skips.
#include "wide_inputs_m7.h"

    .syntax unified
    .thumb

    // struct wide_pair_m7 (wide_m7.c).
    .equ    IN, 0
    .equ    OUT, 4
    .equ    HALVES, 8       // of tiles, left
    .equ    IN_STEP, 12     // from the second half of a tile to the next one
    .equ    OUT_STEP, 16
    .equ    CHAIN, 20       // where it is entered
    .equ    FINISH, 24
    .equ    FRACTION, 28
    .equ    COMPLEMENT, 32  // 32 - fraction
    .equ    SKIP, 36        // bytes of an input's tile that the chain skips
    .equ    START, 40       // what the sums begin with
    .equ    FIRST, 56       // weights
    .equ    WEIGHTS, 64
    .equ    NEXT_OUTPUT, 4 * (WIDE_INPUTS_M7 + 1)

    // An input: its first frame is in r12, the weights in r2 and r3.
    .macro  input at
    smlal   r4, r5, r2, r12
    ldr.w   lr, [r1, #16 * \at + 4]
    smlal   r8, r9, r3, r12
    ldr.w   r12, [r1, #16 * \at + 16]
    smlal   r6, r7, r2, lr
    ldr.w   r2, [r0, #WEIGHTS + 4 * \at + 4]
    smlal   r10, r11, r3, lr
    ldr.w   r3, [r0, #WEIGHTS + NEXT_OUTPUT + 4 * \at + 4]
    .endm

    .section .text.wide_pair_m7, "ax", %progbits
    .balign 8
    .global wide_pair_m7
    .type   wide_pair_m7, %function
    .thumb_func
wide_pair_m7:
    push    {r4-r11, lr}
    ldr.w   r1, [r0, #IN]
wide_pair_half:
    ldr.w   lr, [r0, #SKIP]
    ldr.w   r2, [r0, #FIRST]
    ldrd    r4, r5, [r0, #START]
    ldrd    r8, r9, [r0, #START + 8]
    ldr.w   r12, [r1, lr]
    mov.w   r6, r4
    ldr.w   r3, [r0, #FIRST + 4]
    mov.w   r7, r5
    mov.w   r10, r8
    mov.w   r11, r9
    ldr.w   pc, [r0, #CHAIN]

    .balign 8
    .set    at, 0
    .rept   WIDE_INPUTS_M7
    input   at
    .set    at, at + 1
    .endr
    .global wide_pair_m7_end
    .thumb_func
wide_pair_m7_end:
    ldr.w   pc, [r0, #FINISH]

    // Words that are proved not to saturate.
    .balign 8
    .global wide_pair_m7_words
    .thumb_func
wide_pair_m7_words:
    ldr.w   lr, [r0, #COMPLEMENT]
    ldr.w   r12, [r0, #FRACTION]
    lsl.w   r5, r5, lr
    lsl.w   r7, r7, lr
    lsr.w   r4, r4, r12
    lsr.w   r6, r6, r12
    orr.w   r5, r5, r4
    orr.w   r7, r7, r6
    lsl.w   r9, r9, lr
    lsl.w   r11, r11, lr
    lsr.w   r8, r8, r12
    lsr.w   r10, r10, r12
    orr.w   r9, r9, r8
    orr.w   r11, r11, r10

    // In Q32 they are the upper words.
    .global wide_pair_m7_high
    .thumb_func
wide_pair_m7_high:
    ldr.w   r2, [r0, #HALVES]
    ldr.w   r12, [r0, #IN_STEP]
    ldr.w   r3, [r0, #OUT]
    sub.w   r2, r2, #1
    ldr.w   lr, [r0, #OUT_STEP]
    str.w   r2, [r0, #HALVES]
    tst.w   r2, #1
    itt     ne
    movne.w r12, #8
    movne.w lr, #8
    strd    r5, r7, [r3]
    strd    r9, r11, [r3, #16]
    add.w   r3, r3, lr
    add.w   r1, r1, r12
    str.w   r3, [r0, #OUT]
    cmp.w   r2, #0
    bne.w   wide_pair_half
    pop     {r4-r11, pc}
    .size   wide_pair_m7, . - wide_pair_m7
