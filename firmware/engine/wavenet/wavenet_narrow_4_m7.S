// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// void wavenet_narrow_4_m7(struct wavenet_walk *walk): runs of tiles of layers of four channels and
// rows with three taps and an activation of the table, which is not lifted: convolution, activation,
// head sum, 1x1, residual and the next layer's history, without a loop inside (README.md, Narrow
// layers). The same words as wavenet.c.
//
// Two rows or channels by four frames are eight sums. The pointers move on in memory, which leaves
// the products a register more. The order of a tile was found by a search over the pairing and
// latency rules of the Cortex-M7: 598 instructions in 323 cycles.
    .syntax unified
    .thumb

    // The frame: struct wavenet_narrow_m7.
    .equ    AUDIO, 0
    .equ    HEAD, 4
    .equ    RESIDUAL, 8
    .equ    OUT, 12
    .equ    TAPS, 16        // the oldest first
    .equ    BASES, 28
    .equ    SLOPES, 32
    .equ    ROWS, 36
    .equ    CHANNELS, 40
    .equ    TILES, 44       // that are left
    .equ    WALK, 48
    .equ    KEEP, 56        // activations for the 1x1
    .equ    FRAME_BYTES, 92

#include "wavenet_narrow_4_m7.inc"

    .section .text.wavenet_narrow_4_m7, "ax", %progbits
    .balign 8
    .global wavenet_narrow_4_m7
    .type   wavenet_narrow_4_m7, %function
    .thumb_func
wavenet_narrow_4_m7:
    push    {r4-r11, lr}
    sub     sp, sp, #FRAME_BYTES
    str.w   r0, [sp, #WALK]
wavenet_narrow_4_run:
    mov     r0, sp
    ldr.w   r1, [sp, #WALK]
    bl      wavenet_narrow_next
    cmp     r0, #0
    beq.w   wavenet_narrow_4_end
    .balign 8
wavenet_narrow_4_tile:
    first_half
    ldr.w   r5, [r5, #152]
    smlad   r6, r12, r11, r6
    ldr.w   r11, [lr, #28]
    smmul   r8, r8, r9
    smmul   r3, r3, r5
    smlad   r0, r12, r11, r0
    smlad   r1, r10, r11, r1
    ldr.w   r11, [lr, #12]
    add.w   lr, lr, #32
    str.w   lr, [sp, #TAPS + 8]
    smlad   r7, r10, r11, r7
    smlad   r4, r12, r11, r4
    ldr.w   r10, [sp, #BASES]
    ssat    r11, #12, r8, asr #16
    smmul   r1, r1, r5
    smmul   r4, r4, r9
    ldr.w   r12, [sp, #SLOPES]
    ldr.w   lr, [r10, r11, lsl #3]
    smmul   r7, r7, r5
    smmul   r2, r2, r5
    ldr.w   r5, [r12, r11, lsl #3]
    ssat    r11, #12, r3, asr #16
    smmul   r0, r0, r9
    smmla   r5, r8, r5, lr
    ldr.w   r8, [r10, r11, lsl #3]
    ldr.w   r11, [r12, r11, lsl #3]
    ssat    lr, #12, r7, asr #16
    smmul   r6, r6, r9
    ssat    r9, #12, r4, asr #16
    smmla   r3, r3, r11, r8
    ldr.w   r8, [r12, lr, lsl #3]
    ldr.w   r11, [r10, lr, lsl #3]
    ldr.w   lr, [r12, r9, lsl #3]
    ldr.w   r9, [r10, r9, lsl #3]
    smmla   r7, r7, r8, r11
    ldr.w   r8, [sp, #ROWS]
    smmla   r4, r4, lr, r9
    ldr.w   r9, [sp, #HEAD]
    ldr.w   r11, [r8, #172]
    ldr.w   r8, [r8, #160]
    ldr.w   lr, [r9, #48]
    smmla   lr, r5, r11, lr
    lsl.w   r5, r5, #8
    pkhtb   r5, r5, r3, asr #8
    str.w   lr, [r9, #48]
    eor.w   r5, r5, #0x80008000
    ldr.w   lr, [r9, #32]
    str.w   r5, [sp, #KEEP + 16]
    ldr.w   r5, [r9, #52]
    smmla   r3, r3, r8, lr
    lsl.w   lr, r4, #8
    str.w   r3, [r9, #32]
    ldr.w   r3, [r9, #36]
    pkhtb   lr, lr, r7, asr #8
    smmla   r3, r7, r8, r3
    str.w   r3, [r9, #36]
    eor.w   r3, lr, #0x80008000
    ssat    r7, #12, r6, asr #16
    str.w   r3, [sp, #KEEP + 20]
    ssat    r3, #12, r2, asr #16
    smmla   r4, r4, r11, r5
    ldr.w   r5, [r12, r7, lsl #3]
    str.w   r4, [r9, #52]
    ssat    r4, #12, r0, asr #16
    ldr.w   lr, [r10, r3, lsl #3]
    ldr.w   r7, [r10, r7, lsl #3]
    ldr.w   r3, [r12, r3, lsl #3]
    smmla   r5, r6, r5, r7
    ldr.w   r6, [r12, r4, lsl #3]
    smmla   r2, r2, r3, lr
    ldr.w   r3, [r9, #56]
    ssat    r7, #12, r1, asr #16
    ldr.w   lr, [r9, #40]
    smmla   lr, r2, r8, lr
    ldr.w   r4, [r10, r4, lsl #3]
    smmla   r0, r0, r6, r4
    ldr.w   r4, [r10, r7, lsl #3]
    str.w   lr, [r9, #40]
    ldr.w   r6, [r12, r7, lsl #3]
    ldr.w   r7, [r9, #60]
    smmla   r3, r5, r11, r3
    str.w   r3, [r9, #56]
    ldr.w   r3, [r9, #44]
    smmla   r1, r1, r6, r4
    lsl.w   r4, r0, #8
    smmla   r0, r0, r11, r7
    lsl.w   r5, r5, #8
    pkhtb   r2, r5, r2, asr #8
    smmla   r3, r1, r8, r3
    eor.w   r2, r2, #0x80008000
    str.w   r2, [sp, #KEEP + 24]
    str.w   r3, [r9, #44]
    ldr.w   r2, [sp, #CHANNELS]
    add.w   r3, r9, #64
    str.w   r0, [r9, #60]
    ldr.w   r0, [r2, #8]
    ldr.w   r5, [sp, #KEEP + 4]
    ldr.w   r6, [sp, #KEEP + 0]
    str.w   r3, [sp, #HEAD]
    ldr.w   r3, [r2, #0]
    ldr.w   r7, [r2, #4]
    smlad   r8, r0, r6, r3
    ldr.w   r9, [r2, #12]
    pkhtb   r1, r4, r1, asr #8
    smlad   r4, r0, r5, r3
    smlad   r5, r9, r5, r7
    eor.w   r1, r1, #0x80008000
    ldr.w   r10, [sp, #KEEP + 8]
    smlad   r6, r9, r6, r7
    str.w   r1, [sp, #KEEP + 28]
    ldr.w   r1, [sp, #KEEP + 12]
    smlad   r11, r9, r10, r7
    ldr.w   r12, [r2, #20]
    smlad   r10, r0, r10, r3
    ldr.w   lr, [sp, #KEEP + 28]
    smlad   r0, r0, r1, r3
    ldr.w   r3, [sp, #KEEP + 20]
    smlad   r1, r9, r1, r7
    ldr.w   r7, [sp, #KEEP + 24]
    smlad   r5, r12, r3, r5
    ldr.w   r9, [r2, #16]
    smlad   r11, r12, r7, r11
    smlad   r3, r9, r3, r4
    ldr.w   r4, [r2, #28]
    smlad   r0, r9, lr, r0
    smlad   r1, r12, lr, r1
    ldr.w   lr, [sp, #KEEP + 16]
    smlad   r7, r9, r7, r10
    ldr.w   r10, [sp, #RESIDUAL]
    smlad   r8, r9, lr, r8
    ldr.w   r9, [r2, #24]
    smlad   r6, r12, lr, r6
    ldr.w   r12, [r10, #0]
    smmla   r8, r8, r9, r12
    ldr.w   r12, [r2, #32]
    str.w   r8, [r10, #0]
    ldr.w   lr, [r10, #4]
    smmla   r8, r8, r4, r12
    ldr.w   r12, [r10, #12]
    smmla   r3, r3, r9, lr
    ldr.w   lr, [r10, #8]
    str.w   r3, [r10, #4]
    smmla   r7, r7, r9, lr
    and.w   lr, r8, #63
    smmla   r3, r3, r4, lr
    ssat    r8, #16, r8, asr #6
    smmla   r0, r0, r9, r12
    and.w   r9, r3, #63
    str.w   r0, [r10, #12]
    ssat    r3, #16, r3, asr #6
    ldr.w   r12, [r2, #36]
    ldr.w   lr, [r2, #44]
    smmla   r9, r7, r4, r9
    str.w   r7, [r10, #8]
    ldr.w   r7, [r10, #16]
    smmla   r6, r6, r12, r7
    and.w   r7, r9, #63
    ssat    r9, #16, r9, asr #6
    str.w   r6, [r10, #16]
    smmla   r0, r0, r4, r7
    ldr.w   r4, [r10, #20]
    smmla   r4, r5, r12, r4
    ldr.w   r5, [r2, #40]
    ssat    r7, #16, r0, asr #6
    str.w   r4, [r10, #20]
    smmla   r6, r6, r5, lr
    and.w   r0, r0, #63
    str.w   r0, [r2, #32]
    ldr.w   r0, [r10, #24]
    and.w   lr, r6, #63
    smmla   r4, r4, r5, lr
    ldr.w   lr, [r10, #28]
    smmla   r0, r11, r12, r0
    ssat    r11, #16, r4, asr #6
    str.w   r0, [r10, #24]
    ssat    r6, #16, r6, asr #6
    smmla   r1, r1, r12, lr
    str.w   r1, [r10, #28]
    ldr.w   r10, [sp, #OUT]
    and.w   r4, r4, #63
    smmla   r0, r0, r5, r4
    pkhbt   r4, r8, r6, lsl #16
    str.w   r4, [r10, #0]
    ssat    r4, #16, r0, asr #6
    and.w   r0, r0, #63
    ldr.w   r6, [sp, #CHANNELS]
    smmla   r0, r1, r5, r0
    pkhbt   r1, r9, r4, lsl #16
    str.w   r1, [r10, #16]
    ldr.w   r1, [r6, #48]
    ldr.w   r4, [r6, #52]
    ssat    r5, #16, r0, asr #6
    and.w   r0, r0, #63
    str.w   r0, [r2, #44]
    ldr.w   r0, [sp, #KEEP + 4]
    ldr.w   r2, [r6, #60]
    ldr.w   r8, [sp, #KEEP + 0]
    pkhbt   r5, r7, r5, lsl #16
    str.w   r5, [r10, #24]
    smlad   r5, r2, r8, r4
    ldr.w   r7, [r6, #56]
    pkhbt   r3, r3, r11, lsl #16
    str.w   r3, [r10, #8]
    ldr.w   r3, [sp, #KEEP + 8]
    smlad   r9, r2, r0, r4
    ldr.w   r10, [r6, #64]
    smlad   r0, r7, r0, r1
    smlad   r11, r2, r3, r4
    ldr.w   r12, [sp, #KEEP + 12]
    smlad   r3, r7, r3, r1
    ldr.w   lr, [sp, #KEEP + 16]
    smlad   r2, r2, r12, r4
    ldr.w   r4, [r6, #68]
    smlad   r12, r7, r12, r1
    smlad   r1, r7, r8, r1
    ldr.w   r7, [r6, #72]
    smlad   r5, r4, lr, r5
    ldr.w   r8, [sp, #KEEP + 20]
    smlad   r1, r10, lr, r1
    ldr.w   lr, [sp, #KEEP + 24]
    smlad   r0, r10, r8, r0
    smlad   r11, r4, lr, r11
    smlad   r3, r10, lr, r3
    ldr.w   lr, [sp, #KEEP + 28]
    smlad   r8, r4, r8, r9
    ldr.w   r9, [sp, #RESIDUAL]
    smlad   r2, r4, lr, r2
    ldr.w   r4, [r6, #76]
    smlad   r10, r10, lr, r12
    ldr.w   r12, [r9, #32]
    smmla   r1, r1, r7, r12
    ldr.w   r12, [r9, #36]
    str.w   r1, [r9, #32]
    ldr.w   lr, [r6, #80]
    smmla   r1, r1, r4, lr
    ldr.w   lr, [r9, #44]
    smmla   r0, r0, r7, r12
    ldr.w   r12, [r9, #40]
    smmla   r3, r3, r7, r12
    and.w   r12, r1, #63
    ssat    r1, #16, r1, asr #6
    smmla   r12, r0, r4, r12
    str.w   r0, [r9, #36]
    and.w   r0, r12, #63
    smmla   r0, r3, r4, r0
    ssat    r12, #16, r12, asr #6
    str.w   r3, [r9, #40]
    ldr.w   r3, [r6, #84]
    smmla   r7, r10, r7, lr
    str.w   r7, [r9, #44]
    ldr.w   r10, [r9, #48]
    smmla   r5, r5, r3, r10
    and.w   r10, r0, #63
    str.w   r5, [r9, #48]
    ldr.w   lr, [r6, #92]
    smmla   r4, r7, r4, r10
    ldr.w   r7, [r6, #88]
    ssat    r0, #16, r0, asr #6
    ldr.w   r10, [r9, #52]
    smmla   r5, r5, r7, lr
    and.w   lr, r4, #63
    ssat    r4, #16, r4, asr #6
    smmla   r8, r8, r3, r10
    ssat    r10, #16, r5, asr #6
    str.w   r8, [r9, #52]
    and.w   r5, r5, #63
    smmla   r5, r8, r7, r5
    str.w   lr, [r6, #80]
    ldr.w   r8, [r9, #56]
    smmla   r8, r11, r3, r8
    ldr.w   r11, [r9, #60]
    ssat    lr, #16, r5, asr #6
    smmla   r2, r2, r3, r11
    add.w   r3, r9, #64
    str.w   r8, [r9, #56]
    str.w   r2, [r9, #60]
    and.w   r5, r5, #63
    pkhbt   r1, r1, r10, lsl #16
    smmla   r5, r8, r7, r5
    ldr.w   r8, [sp, #OUT]
    str.w   r3, [sp, #RESIDUAL]
    ssat    r3, #16, r5, asr #6
    and.w   r5, r5, #63
    smmla   r2, r2, r7, r5
    add.w   r5, r8, #32
    pkhbt   r0, r0, r3, lsl #16
    str.w   r0, [r8, #20]
    ssat    r0, #16, r2, asr #6
    str.w   r5, [sp, #OUT]
    str.w   r1, [r8, #4]
    and.w   r1, r2, #63
    ldr.w   r2, [sp, #TILES]
    str.w   r1, [r6, #92]
    pkhbt   r0, r4, r0, lsl #16
    str.w   r0, [r8, #28]
    subs.w  r0, r2, #1
    str.w   r0, [sp, #TILES]
    pkhbt   r0, r12, lr, lsl #16
    str.w   r0, [r8, #12]
    bne.w   wavenet_narrow_4_tile
    b.w     wavenet_narrow_4_run
wavenet_narrow_4_end:
    add     sp, sp, #FRAME_BYTES
    pop     {r4-r11, pc}
    .size   wavenet_narrow_4_m7, . - wavenet_narrow_4_m7
