// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// void wavenet_narrow_4_m7(struct wavenet_walk *walk): runs of tiles of layers of four channels and
// rows with three taps and an activation of the table, which is not lifted: convolution, activation,
// head sum, 1x1, residual and the next layer's history, without a loop inside (README.md, Narrow
// layers). The same words as wavenet.c.
//
// Two rows or channels by four frames are eight sums. The order was found by a search over the pairing
// and latency rules of the Cortex-M7: 198 instructions in 134 cycles, 99 in 55. r1 is the place in the
// run, bytes of the history that are done.
    .syntax unified
    .thumb

    // The frame: struct wavenet_narrow_m7.
    .equ    ROWS, 8
    .equ    AUDIO, 20
    .equ    HEAD, 24
    .equ    CHANNELS, 28
    .equ    RESIDUAL, 32
    .equ    OUT, 36
    .equ    END, 44
    .equ    WALK, 48
    .equ    BASES, 52
    .equ    SLOPES, 56
    .equ    KEEP, 60        // where three taps leave room: activations for the 1x1
    .equ    TAPS, 112       // the three, the oldest first
    .equ    FRAME_BYTES, 124

    // A pair of rows of four frames, and their activations as the 1x1 reads them.
    .macro  rows pair
    ldr.w   r0, [sp, #ROWS]
    ldr.w   r2, [sp, #AUDIO]
    ldr.w   r3, [r0, #8 + 88 * \pair]
    add.w   r2, r2, r1, lsr #1
    ldr.w   r4, [r0, #0 + 88 * \pair]
    ldr.w   r5, [r0, #12 + 88 * \pair]
    ldr.w   r6, [r2, #0]
    ldr.w   r7, [r2, #4]
    ldr.w   r8, [r2, #12]
    ldr.w   r2, [r2, #8]
    smmla   r9, r6, r5, r3
    ldr.w   r10, [r0, #20 + 88 * \pair]
    smmla   r11, r7, r5, r3
    ldr.w   r12, [r0, #4 + 88 * \pair]
    smmla   lr, r8, r5, r3
    smmla   r8, r8, r12, r4
    smmla   r6, r6, r12, r4
    smmla   r3, r2, r5, r3
    ldr.w   r5, [sp, #TAPS + 0]
    smmla   r2, r2, r12, r4
    add.w   r5, r5, r1
    smmla   r4, r7, r12, r4
    ldr.w   r7, [r0, #16 + 88 * \pair]
    ldr.w   r12, [r5, #16]
    smlad   r3, r10, r12, r3
    smlad   r2, r7, r12, r2
    ldr.w   r12, [r5, #8]
    smlad   r4, r7, r12, r4
    smlad   r11, r10, r12, r11
    ldr.w   r12, [r5, #24]
    smlad   r8, r7, r12, r8
    smlad   r12, r10, r12, lr
    ldr.w   lr, [r5, #0]
    smlad   r9, r10, lr, r9
    ldr.w   r10, [r5, #12]
    smlad   r6, r7, lr, r6
    ldr.w   r7, [r0, #28 + 88 * \pair]
    ldr.w   lr, [r0, #24 + 88 * \pair]
    smlad   r11, r7, r10, r11
    smlad   r4, lr, r10, r4
    ldr.w   r10, [r5, #28]
    smlad   r8, lr, r10, r8
    smlad   r10, r7, r10, r12
    ldr.w   r12, [r5, #4]
    ldr.w   r5, [r5, #20]
    smlad   r9, r7, r12, r9
    smlad   r3, r7, r5, r3
    ldr.w   r7, [sp, #TAPS + 4]
    add.w   r7, r7, r1
    smlad   r2, lr, r5, r2
    ldr.w   r5, [r0, #32 + 88 * \pair]
    smlad   r6, lr, r12, r6
    ldr.w   r12, [r7, #8]
    ldr.w   lr, [r0, #36 + 88 * \pair]
    smlad   r11, lr, r12, r11
    smlad   r4, r5, r12, r4
    ldr.w   r12, [r7, #24]
    smlad   r10, lr, r12, r10
    smlad   r8, r5, r12, r8
    ldr.w   r12, [r7, #0]
    smlad   r6, r5, r12, r6
    smlad   r9, lr, r12, r9
    ldr.w   r12, [r7, #16]
    smlad   r3, lr, r12, r3
    ldr.w   lr, [r0, #40 + 88 * \pair]
    smlad   r2, r5, r12, r2
    ldr.w   r5, [r7, #20]
    ldr.w   r12, [r0, #44 + 88 * \pair]
    smlad   r2, lr, r5, r2
    smlad   r3, r12, r5, r3
    ldr.w   r5, [r7, #12]
    smlad   r11, r12, r5, r11
    smlad   r4, lr, r5, r4
    ldr.w   r5, [r7, #28]
    ldr.w   r7, [r7, #4]
    smlad   r10, r12, r5, r10
    smlad   r5, lr, r5, r8
    ldr.w   r8, [sp, #TAPS + 8]
    add.w   r8, r8, r1
    smlad   r9, r12, r7, r9
    ldr.w   r12, [r0, #48 + 88 * \pair]
    smlad   r6, lr, r7, r6
    ldr.w   r7, [r8, #24]
    ldr.w   lr, [r0, #52 + 88 * \pair]
    smlad   r5, r12, r7, r5
    smlad   r7, lr, r7, r10
    ldr.w   r10, [r8, #8]
    smlad   r4, r12, r10, r4
    smlad   r10, lr, r10, r11
    ldr.w   r11, [r8, #16]
    smlad   r3, lr, r11, r3
    smlad   r2, r12, r11, r2
    ldr.w   r11, [r8, #0]
    smlad   r6, r12, r11, r6
    ldr.w   r12, [r0, #56 + 88 * \pair]
    smlad   r9, lr, r11, r9
    ldr.w   r11, [r8, #12]
    ldr.w   lr, [r0, #60 + 88 * \pair]
    smlad   r4, r12, r11, r4
    smlad   r10, lr, r11, r10
    ldr.w   r11, [r8, #4]
    smlad   r9, lr, r11, r9
    smlad   r6, r12, r11, r6
    ldr.w   r11, [r8, #28]
    ldr.w   r8, [r8, #20]
    smlad   r5, r12, r11, r5
    smlad   r3, lr, r8, r3
    smlad   r2, r12, r8, r2
    ldr.w   r8, [r0, #76 + 88 * \pair]
    smlad   r7, lr, r11, r7
    ldr.w   r0, [r0, #64 + 88 * \pair]
    smmul   r9, r9, r8
    ldr.w   r11, [sp, #BASES]
    smmul   r5, r5, r0
    ldr.w   r12, [sp, #SLOPES]
    ssat    lr, #12, r9, asr #16
    smmul   r4, r4, r0
    smmul   r6, r6, r0
    smmul   r0, r2, r0
    ldr.w   r2, [r12, lr, lsl #3]
    ldr.w   lr, [r11, lr, lsl #3]
    smmul   r10, r10, r8
    smmla   r2, r9, r2, lr
    ssat    r9, #12, r6, asr #16
    smmul   r7, r7, r8
    ssat    lr, #12, r10, asr #16
    smmul   r3, r3, r8
    ldr.w   r8, [r11, r9, lsl #3]
    ldr.w   r9, [r12, r9, lsl #3]
    smmla   r6, r6, r9, r8
    ldr.w   r8, [r12, lr, lsl #3]
    ssat    r9, #12, r0, asr #16
    ldr.w   lr, [r11, lr, lsl #3]
    smmla   r8, r10, r8, lr
    ssat    r10, #12, r3, asr #16
    ldr.w   lr, [r12, r9, lsl #3]
    ldr.w   r9, [r11, r9, lsl #3]
    smmla   r0, r0, lr, r9
    ldr.w   r9, [r12, r10, lsl #3]
    ssat    lr, #12, r5, asr #16
    ldr.w   r10, [r11, r10, lsl #3]
    smmla   r3, r3, r9, r10
    ssat    r9, #12, r4, asr #16
    ldr.w   r10, [r12, lr, lsl #3]
    ldr.w   lr, [r11, lr, lsl #3]
    smmla   r5, r5, r10, lr
    ldr.w   r10, [r12, r9, lsl #3]
    ssat    lr, #12, r7, asr #16
    ldr.w   r9, [r11, r9, lsl #3]
    smmla   r4, r4, r10, r9
    ldr.w   r9, [sp, #HEAD]
    ldr.w   r10, [sp, #ROWS]
    add.w   r9, r9, r1, lsl #1
    ldr.w   r11, [r11, lr, lsl #3]
    ldr.w   r12, [r12, lr, lsl #3]
    ldr.w   lr, [r10, #84 + 88 * \pair]
    ldr.w   r10, [r10, #72 + 88 * \pair]
    smmla   r7, r7, r12, r11
    ldr.w   r11, [r9, #12 + 32 * \pair]
    ldr.w   r12, [r9, #8 + 32 * \pair]
    smmla   r11, r5, r10, r11
    str.w   r11, [r9, #12 + 32 * \pair]
    ldr.w   r11, [r9, #4 + 32 * \pair]
    smmla   r12, r0, r10, r12
    str.w   r12, [r9, #8 + 32 * \pair]
    lsl.w   r12, r2, #8
    pkhtb   r12, r12, r6, asr #8
    smmla   r11, r4, r10, r11
    eor.w   r12, r12, #0x80008000
    str.w   r12, [sp, #KEEP + 0 + 16 * \pair]
    ldr.w   r12, [r9, #0 + 32 * \pair]
    str.w   r11, [r9, #4 + 32 * \pair]
    smmla   r6, r6, r10, r12
    ldr.w   r10, [r9, #16 + 32 * \pair]
    smmla   r2, r2, lr, r10
    ldr.w   r10, [r9, #20 + 32 * \pair]
    str.w   r6, [r9, #0 + 32 * \pair]
    ldr.w   r6, [r9, #28 + 32 * \pair]
    ldr.w   r11, [r9, #24 + 32 * \pair]
    smmla   r6, r7, lr, r6
    smmla   r10, r8, lr, r10
    lsl.w   r8, r8, #8
    pkhtb   r4, r8, r4, asr #8
    str.w   r10, [r9, #20 + 32 * \pair]
    smmla   r8, r3, lr, r11
    eor.w   r4, r4, #0x80008000
    str.w   r8, [r9, #24 + 32 * \pair]
    lsl.w   r3, r3, #8
    pkhtb   r0, r3, r0, asr #8
    str.w   r2, [r9, #16 + 32 * \pair]
    eor.w   r0, r0, #0x80008000
    str.w   r0, [sp, #KEEP + 8 + 16 * \pair]
    str.w   r6, [r9, #28 + 32 * \pair]
    lsl.w   r0, r7, #8
    pkhtb   r0, r0, r5, asr #8
    str.w   r4, [sp, #KEEP + 4 + 16 * \pair]
    eor.w   r0, r0, #0x80008000
    str.w   r0, [sp, #KEEP + 12 + 16 * \pair]
    .endm

    // A pair of channels: 1x1, residual, history.
    .macro  channels pair
    ldr.w   r0, [sp, #CHANNELS]
    ldr.w   r2, [sp, #KEEP + 8]
    ldr.w   r3, [r0, #12 + 48 * \pair]
    ldr.w   r4, [r0, #0 + 48 * \pair]
    ldr.w   r5, [r0, #4 + 48 * \pair]
    ldr.w   r6, [r0, #8 + 48 * \pair]
    ldr.w   r7, [sp, #KEEP + 12]
    smlad   r8, r3, r2, r5
    ldr.w   r9, [sp, #KEEP + 0]
    smlad   r2, r6, r2, r4
    smlad   r10, r6, r7, r4
    ldr.w   r11, [sp, #KEEP + 4]
    smlad   r12, r6, r9, r4
    ldr.w   lr, [r0, #16 + 48 * \pair]
    smlad   r4, r6, r11, r4
    smlad   r6, r3, r11, r5
    smlad   r9, r3, r9, r5
    ldr.w   r11, [sp, #KEEP + 16]
    smlad   r3, r3, r7, r5
    ldr.w   r5, [r0, #20 + 48 * \pair]
    ldr.w   r7, [sp, #KEEP + 28]
    smlad   r12, lr, r11, r12
    smlad   r9, r5, r11, r9
    ldr.w   r11, [sp, #KEEP + 24]
    smlad   r10, lr, r7, r10
    smlad   r8, r5, r11, r8
    smlad   r2, lr, r11, r2
    ldr.w   r11, [sp, #KEEP + 20]
    smlad   r3, r5, r7, r3
    ldr.w   r7, [sp, #RESIDUAL]
    smlad   r5, r5, r11, r6
    add.w   r6, r7, r1, lsl #1
    smlad   r4, lr, r11, r4
    ldr.w   r7, [r0, #24 + 48 * \pair]
    ldr.w   r11, [r6, #0 + 32 * \pair]
    ldr.w   lr, [r6, #4 + 32 * \pair]
    smmla   r11, r12, r7, r11
    ldr.w   r12, [r0, #28 + 48 * \pair]
    str.w   r11, [r6, #0 + 32 * \pair]
    smmla   r4, r4, r7, lr
    ldr.w   lr, [r0, #32 + 48 * \pair]
    smmla   r11, r11, r12, lr
    ldr.w   lr, [r6, #8 + 32 * \pair]
    str.w   r4, [r6, #4 + 32 * \pair]
    smmla   r2, r2, r7, lr
    and.w   lr, r11, #63
    ssat    r11, #16, r11, asr #6
    smmla   r4, r4, r12, lr
    str.w   r2, [r6, #8 + 32 * \pair]
    ldr.w   lr, [r6, #12 + 32 * \pair]
    smmla   r7, r10, r7, lr
    and.w   r10, r4, #63
    str.w   r7, [r6, #12 + 32 * \pair]
    ldr.w   lr, [r0, #36 + 48 * \pair]
    smmla   r2, r2, r12, r10
    ldr.w   r10, [r6, #16 + 32 * \pair]
    ssat    r4, #16, r4, asr #6
    smmla   r9, r9, lr, r10
    str.w   r9, [r6, #16 + 32 * \pair]
    and.w   r10, r2, #63
    smmla   r7, r7, r12, r10
    ldr.w   r10, [r6, #20 + 32 * \pair]
    ssat    r2, #16, r2, asr #6
    smmla   r5, r5, lr, r10
    ssat    r10, #16, r7, asr #6
    str.w   r5, [r6, #20 + 32 * \pair]
    and.w   r7, r7, #63
    str.w   r7, [r0, #32 + 48 * \pair]
    ldr.w   r7, [r0, #40 + 48 * \pair]
    ldr.w   r12, [r6, #28 + 32 * \pair]
    smmla   r3, r3, lr, r12
    ldr.w   r12, [r0, #44 + 48 * \pair]
    smmla   r9, r9, r7, r12
    ldr.w   r12, [r6, #24 + 32 * \pair]
    smmla   r8, r8, lr, r12
    and.w   r12, r9, #63
    smmla   r5, r5, r7, r12
    ssat    r9, #16, r9, asr #6
    str.w   r3, [r6, #28 + 32 * \pair]
    ssat    r12, #16, r5, asr #6
    str.w   r8, [r6, #24 + 32 * \pair]
    ldr.w   r6, [sp, #OUT]
    and.w   r5, r5, #63
    pkhbt   r9, r11, r9, lsl #16
    add.w   r6, r6, r1
    smmla   r5, r8, r7, r5
    pkhbt   r4, r4, r12, lsl #16
    str.w   r9, [r6, #0 + 4 * \pair]
    ssat    r8, #16, r5, asr #6
    str.w   r4, [r6, #8 + 4 * \pair]
    and.w   r4, r5, #63
    smmla   r3, r3, r7, r4
    pkhbt   r2, r2, r8, lsl #16
    str.w   r2, [r6, #16 + 4 * \pair]
    ssat    r2, #16, r3, asr #6
    and.w   r3, r3, #63
    str.w   r3, [r0, #44 + 48 * \pair]
    pkhbt   r0, r10, r2, lsl #16
    str.w   r0, [r6, #24 + 4 * \pair]
    .endm

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
    mov.w   r1, #0
    .balign 8
wavenet_narrow_4_tile:
    rows    0
    rows    1
    channels 0
    channels 1
    add.w   r1, r1, #32
    ldr.w   r0, [sp, #END]
    cmp     r1, r0
    bne.w   wavenet_narrow_4_tile
    b.w     wavenet_narrow_4_run
wavenet_narrow_4_end:
    add     sp, sp, #FRAME_BYTES
    pop     {r4-r11, pc}
    .size   wavenet_narrow_4_m7, . - wavenet_narrow_4_m7
