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
// latency rules of the Cortex-M7: 598 instructions in 326 cycles.
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
    ldr.w   r8, [r12, #12]
    smlad   r4, r10, lr, r4
    ldr.w   r12, [r12, #4]
    smlad   r5, r11, r8, r5
    smlad   r6, r10, r12, r6
    smlad   r7, r10, r8, r7
    ldr.w   r8, [r3, #152]
    smlad   r1, r11, lr, r1
    ldr.w   r3, [r3, #164]
    smmul   r6, r6, r8
    smmul   r7, r7, r8
    smlad   r0, r11, r12, r0
    ldr.w   r10, [sp, #SLOPES]
    ssat    r11, #12, r6, asr #16
    smmul   r4, r4, r8
    smmul   r8, r9, r8
    ldr.w   r9, [sp, #BASES]
    ldr.w   r12, [r10, r11, lsl #3]
    smmul   r2, r2, r3
    ldr.w   r11, [r9, r11, lsl #3]
    smmul   r0, r0, r3
    ssat    lr, #12, r7, asr #16
    smmla   r6, r6, r12, r11
    ssat    r11, #12, r0, asr #16
    smmul   r1, r1, r3
    ldr.w   r12, [r10, lr, lsl #3]
    smmul   r3, r5, r3
    ssat    r5, #12, r2, asr #16
    ldr.w   lr, [r9, lr, lsl #3]
    smmla   r7, r7, r12, lr
    ldr.w   r12, [r10, r11, lsl #3]
    ssat    lr, #12, r3, asr #16
    ldr.w   r11, [r9, r11, lsl #3]
    smmla   r0, r0, r12, r11
    ldr.w   r11, [r10, r5, lsl #3]
    ssat    r12, #12, r4, asr #16
    ldr.w   r5, [r9, r5, lsl #3]
    smmla   r2, r2, r11, r5
    ldr.w   r5, [r10, lr, lsl #3]
    ssat    r11, #12, r1, asr #16
    ldr.w   lr, [r9, lr, lsl #3]
    smmla   r3, r3, r5, lr
    ldr.w   r5, [r10, r12, lsl #3]
    ldr.w   lr, [r10, r11, lsl #3]
    ldr.w   r12, [r9, r12, lsl #3]
    smmla   r4, r4, r5, r12
    ldr.w   r5, [sp, #HEAD]
    ssat    r12, #12, r8, asr #16
    ldr.w   r11, [r9, r11, lsl #3]
    smmla   r1, r1, lr, r11
    ldr.w   r11, [sp, #ROWS]
    ldr.w   r9, [r9, r12, lsl #3]
    ldr.w   r10, [r10, r12, lsl #3]
    ldr.w   r12, [r11, #172]
    ldr.w   r11, [r11, #160]
    smmla   r8, r8, r10, r9
    ldr.w   r9, [r5, #32]
    smmla   r9, r6, r11, r9
    ldr.w   r10, [r5, #48]
    str.w   r9, [r5, #32]
    ldr.w   r9, [r5, #36]
    smmla   r9, r7, r11, r9
    ldr.w   lr, [r5, #60]
    str.w   r9, [r5, #36]
    ldr.w   r9, [r5, #44]
    smmla   r9, r4, r11, r9
    smmla   lr, r1, r12, lr
    str.w   r9, [r5, #44]
    ldr.w   r9, [r5, #56]
    smmla   r9, r2, r12, r9
    str.w   r9, [r5, #56]
    ldr.w   r9, [r5, #40]
    str.w   lr, [r5, #60]
    ldr.w   lr, [r5, #52]
    smmla   r9, r8, r11, r9
    lsl.w   r11, r0, #8
    str.w   r9, [r5, #40]
    lsl.w   r9, r3, #8
    pkhtb   r7, r9, r7, asr #8
    smmla   r0, r0, r12, r10
    str.w   r0, [r5, #48]
    lsl.w   r0, r2, #8
    pkhtb   r2, r11, r6, asr #8
    smmla   r3, r3, r12, lr
    str.w   r3, [r5, #52]
    add.w   r3, r5, #64
    str.w   r3, [sp, #HEAD]
    lsl.w   r1, r1, #8
    pkhtb   r0, r0, r8, asr #8
    eor.w   r2, r2, #0x80008000
    eor.w   r0, r0, #0x80008000
    ldr.w   r3, [sp, #CHANNELS]
    pkhtb   r1, r1, r4, asr #8
    str.w   r0, [sp, #KEEP + 24]
    eor.w   r0, r1, #0x80008000
    str.w   r0, [sp, #KEEP + 28]
    str.w   r2, [sp, #KEEP + 16]
    ldr.w   r0, [r3, #12]
    ldr.w   r1, [r3, #8]
    ldr.w   r2, [r3, #4]
    eor.w   r4, r7, #0x80008000
    ldr.w   r5, [sp, #KEEP + 0]
    str.w   r4, [sp, #KEEP + 20]
    ldr.w   r4, [sp, #KEEP + 12]
    smlad   r6, r0, r5, r2
    ldr.w   r7, [sp, #KEEP + 4]
    smlad   r8, r0, r4, r2
    ldr.w   r9, [sp, #KEEP + 8]
    smlad   r10, r0, r7, r2
    ldr.w   r11, [r3, #16]
    smlad   r0, r0, r9, r2
    ldr.w   r2, [r3, #0]
    ldr.w   r12, [r3, #20]
    smlad   r9, r1, r9, r2
    smlad   r4, r1, r4, r2
    ldr.w   lr, [sp, #KEEP + 20]
    smlad   r5, r1, r5, r2
    smlad   r1, r1, r7, r2
    ldr.w   r2, [sp, #KEEP + 28]
    smlad   r1, r11, lr, r1
    ldr.w   r7, [sp, #KEEP + 24]
    smlad   r8, r12, r2, r8
    smlad   r0, r12, r7, r0
    smlad   r2, r11, r2, r4
    ldr.w   r4, [sp, #RESIDUAL]
    smlad   r7, r11, r7, r9
    ldr.w   r9, [sp, #KEEP + 16]
    smlad   r10, r12, lr, r10
    ldr.w   lr, [r4, #0]
    smlad   r6, r12, r9, r6
    ldr.w   r12, [r3, #24]
    smlad   r5, r11, r9, r5
    ldr.w   r9, [r4, #8]
    smmla   r7, r7, r12, r9
    ldr.w   r9, [r3, #32]
    smmla   r5, r5, r12, lr
    ldr.w   r11, [r3, #28]
    ldr.w   lr, [r4, #12]
    str.w   r5, [r4, #0]
    smmla   r5, r5, r11, r9
    ldr.w   r9, [r4, #4]
    smmla   r1, r1, r12, r9
    ssat    r9, #16, r5, asr #6
    str.w   r1, [r4, #4]
    and.w   r5, r5, #63
    smmla   r1, r1, r11, r5
    ldr.w   r5, [r3, #36]
    smmla   r2, r2, r12, lr
    str.w   r2, [r4, #12]
    ldr.w   r12, [r3, #40]
    and.w   lr, r1, #63
    smmla   lr, r7, r11, lr
    ssat    r1, #16, r1, asr #6
    str.w   r7, [r4, #8]
    ldr.w   r7, [r4, #16]
    smmla   r6, r6, r5, r7
    and.w   r7, lr, #63
    ssat    lr, #16, lr, asr #6
    str.w   r6, [r4, #16]
    smmla   r2, r2, r11, r7
    ldr.w   r7, [r3, #44]
    smmla   r6, r6, r12, r7
    ldr.w   r7, [r4, #20]
    and.w   r11, r2, #63
    smmla   r7, r10, r5, r7
    str.w   r7, [r4, #20]
    and.w   r10, r6, #63
    ssat    r6, #16, r6, asr #6
    str.w   r11, [r3, #32]
    ssat    r2, #16, r2, asr #6
    ldr.w   r11, [sp, #OUT]
    smmla   r7, r7, r12, r10
    ldr.w   r10, [r4, #24]
    pkhbt   r6, r9, r6, lsl #16
    smmla   r0, r0, r5, r10
    and.w   r9, r7, #63
    str.w   r0, [r4, #24]
    ssat    r7, #16, r7, asr #6
    str.w   r6, [r11, #0]
    ldr.w   r6, [r4, #28]
    smmla   r0, r0, r12, r9
    pkhbt   r1, r1, r7, lsl #16
    smmla   r5, r8, r5, r6
    and.w   r6, r0, #63
    str.w   r5, [r4, #28]
    ssat    r0, #16, r0, asr #6
    str.w   r1, [r11, #8]
    ldr.w   r1, [sp, #CHANNELS]
    smmla   r4, r5, r12, r6
    pkhbt   r0, lr, r0, lsl #16
    str.w   r0, [r11, #16]
    ldr.w   r0, [r1, #48]
    ldr.w   r5, [r1, #52]
    and.w   r6, r4, #63
    ldr.w   r7, [r1, #56]
    ssat    r4, #16, r4, asr #6
    ldr.w   r8, [sp, #KEEP + 0]
    ldr.w   r9, [r1, #60]
    str.w   r6, [r3, #44]
    smlad   r3, r7, r8, r0
    ldr.w   r6, [sp, #KEEP + 8]
    ldr.w   r10, [sp, #KEEP + 12]
    smlad   r8, r9, r8, r5
    ldr.w   r12, [sp, #KEEP + 4]
    smlad   lr, r9, r6, r5
    smlad   r6, r7, r6, r0
    pkhbt   r2, r2, r4, lsl #16
    smlad   r4, r9, r12, r5
    str.w   r2, [r11, #24]
    ldr.w   r2, [sp, #KEEP + 16]
    smlad   r5, r9, r10, r5
    ldr.w   r9, [sp, #KEEP + 24]
    smlad   r10, r7, r10, r0
    ldr.w   r11, [r1, #68]
    smlad   r0, r7, r12, r0
    ldr.w   r7, [r1, #76]
    ldr.w   r12, [r1, #64]
    smlad   lr, r11, r9, lr
    smlad   r8, r11, r2, r8
    smlad   r6, r12, r9, r6
    ldr.w   r9, [sp, #KEEP + 28]
    smlad   r2, r12, r2, r3
    ldr.w   r3, [sp, #KEEP + 20]
    smlad   r10, r12, r9, r10
    smlad   r5, r11, r9, r5
    ldr.w   r9, [sp, #RESIDUAL]
    smlad   r4, r11, r3, r4
    ldr.w   r11, [r1, #72]
    smlad   r0, r12, r3, r0
    ldr.w   r3, [r9, #32]
    smmla   r2, r2, r11, r3
    ldr.w   r3, [r1, #80]
    ldr.w   r12, [r9, #44]
    str.w   r2, [r9, #32]
    smmla   r2, r2, r7, r3
    ldr.w   r3, [r9, #36]
    smmla   r0, r0, r11, r3
    ldr.w   r3, [r9, #40]
    smmla   r3, r6, r11, r3
    and.w   r6, r2, #63
    ssat    r2, #16, r2, asr #6
    str.w   r3, [r9, #40]
    smmla   r6, r0, r7, r6
    str.w   r0, [r9, #36]
    ldr.w   r0, [r1, #84]
    smmla   r10, r10, r11, r12
    and.w   r11, r6, #63
    ssat    r6, #16, r6, asr #6
    str.w   r10, [r9, #44]
    ldr.w   r12, [r9, #48]
    smmla   r3, r3, r7, r11
    ldr.w   r11, [r1, #92]
    smmla   r8, r8, r0, r12
    and.w   r12, r3, #63
    smmla   r7, r10, r7, r12
    ssat    r3, #16, r3, asr #6
    ldr.w   r10, [r9, #52]
    and.w   r12, r7, #63
    smmla   r4, r4, r0, r10
    ldr.w   r10, [r1, #88]
    str.w   r4, [r9, #52]
    ssat    r7, #16, r7, asr #6
    str.w   r12, [r1, #80]
    ldr.w   r12, [r9, #60]
    smmla   r11, r8, r10, r11
    str.w   r8, [r9, #48]
    ldr.w   r8, [r9, #56]
    smmla   r5, r5, r0, r12
    and.w   r12, r11, #63
    ssat    r11, #16, r11, asr #6
    smmla   r4, r4, r10, r12
    str.w   r5, [r9, #60]
    add.w   r12, r9, #64
    str.w   r12, [sp, #RESIDUAL]
    and.w   r12, r4, #63
    ssat    r4, #16, r4, asr #6
    smmla   r0, lr, r0, r8
    ldr.w   r8, [sp, #OUT]
    str.w   r0, [r9, #56]
    pkhbt   r4, r6, r4, lsl #16
    smmla   r0, r0, r10, r12
    pkhbt   r2, r2, r11, lsl #16
    str.w   r2, [r8, #4]
    ssat    r2, #16, r0, asr #6
    and.w   r0, r0, #63
    smmla   r0, r5, r10, r0
    ldr.w   r5, [sp, #TILES]
    pkhbt   r2, r3, r2, lsl #16
    str.w   r2, [r8, #20]
    and.w   r2, r0, #63
    str.w   r2, [r1, #92]
    str.w   r4, [r8, #12]
    add.w   r1, r8, #32
    str.w   r1, [sp, #OUT]
    ssat    r0, #16, r0, asr #6
    subs.w  r1, r5, #1
    str.w   r1, [sp, #TILES]
    pkhbt   r0, r7, r0, lsl #16
    str.w   r0, [r8, #28]
    bne.w   wavenet_narrow_4_tile
    b.w     wavenet_narrow_4_run
wavenet_narrow_4_end:
    add     sp, sp, #FRAME_BYTES
    pop     {r4-r11, pc}
    .size   wavenet_narrow_4_m7, . - wavenet_narrow_4_m7
