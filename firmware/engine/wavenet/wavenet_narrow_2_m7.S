// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// void wavenet_narrow_2_m7(struct wavenet_narrow_full_walk *walk): a chunk of layers of two channels
// and rows with three taps and an activation of the table, which is lifted by 1, histories and 1x1 of
// 32 bits: convolution, activation, head sum, 1x1 and the next layer's history, four frames at a time
// without a loop inside (README.md, Narrow layers). The same words as wavenet.c.
//
// Two rows by four frames are eight sums. The parameters lie at the stack pointer as well, so that no
// register points to them. The order of a tile was found by a search over the pairing and latency
// rules of the Cortex-M7: 236 instructions in 131 cycles. It begins with the audio of the next one, also
// behind the last.
    .syntax unified
    .thumb

#include "wavenet_narrow_full_m7.inc"

    .equ    CHANNELS, 112   // parameters of the layer, behind its ROWS
    .equ    FRAME_BYTES, 140

    .section .text.wavenet_narrow_2_m7, "ax", %progbits
    .balign 8
    .global wavenet_narrow_2_m7
    .type   wavenet_narrow_2_m7, %function
    .thumb_func
wavenet_narrow_2_m7:
    push    {r4-r11, lr}
    sub     sp, sp, #FRAME_BYTES
    str.w   r0, [sp, #WALK]
wavenet_narrow_2_layer:
    mov     r0, sp
    ldr.w   r1, [sp, #WALK]
    bl      wavenet_narrow_full_next
    cmp     r0, #0
    beq.w   wavenet_narrow_2_end
    ldr.w   r0, [sp, #ROWS_FROM]
    ldr.w   r1, [sp, #CHANNELS_FROM]
    add.w   r12, sp, #ROWS
    .rept   2
    ldm.w   r0!, {r2-r9}
    stm.w   r12!, {r2-r9}
    .endr
    ldm.w   r1, {r2-r7}
    stm.w   r12, {r2-r7}
    ldr.w   r0, [sp, #PLACE]
    ldr.w   r4, [sp, #AUDIO]
    add.w   r4, r4, r0, asr #1
    ldm.w   r4, {r1-r4}
    .balign 8
wavenet_narrow_2_tile:
    ldr.w   r5, [sp, #ROWS + 12]
    ldr.w   r6, [sp, #ROWS + 0]
    ldr.w   r7, [sp, #ROWS + 4]
    ldr.w   r8, [sp, #ROWS + 8]
    ldr.w   r9, [sp, #TAPS + 0]
    smmla   r10, r4, r5, r8
    smmla   r11, r2, r7, r6
    ldr.w   r12, [sp, #ROWS + 16]
    smmla   lr, r1, r7, r6
    add.w   r9, r9, r0
    smmla   r4, r4, r7, r6
    smmla   r6, r3, r7, r6
    ldr.w   r7, [r9, #0]
    smmla   r3, r3, r5, r8
    smmla   r1, r1, r5, r8
    smmla   r2, r2, r5, r8
    ldr.w   r5, [r9, #16]
    ldr.w   r8, [sp, #ROWS + 20]
    smlawb  lr, r7, r12, lr
    smlawb  r6, r5, r12, r6
    smlawb  r1, r7, r8, r1
    ldr.w   r7, [r9, #24]
    smlawb  r3, r5, r8, r3
    ldr.w   r5, [r9, #8]
    smlawb  r10, r7, r8, r10
    smlawb  r2, r5, r8, r2
    smlawb  r5, r5, r12, r11
    ldr.w   r11, [r9, #20]
    smlawb  r4, r7, r12, r4
    ldr.w   r7, [r9, #4]
    smlawt  r6, r11, r12, r6
    smlawt  r3, r11, r8, r3
    ldr.w   r11, [r9, #28]
    smlawt  r1, r7, r8, r1
    ldr.w   r9, [r9, #12]
    smlawt  r7, r7, r12, lr
    ldr.w   lr, [sp, #TAPS + 4]
    smlawt  r4, r11, r12, r4
    add.w   lr, lr, r0
    smlawt  r10, r11, r8, r10
    ldr.w   r11, [sp, #ROWS + 28]
    smlawt  r5, r9, r12, r5
    ldr.w   r12, [lr, #0]
    smlawt  r2, r9, r8, r2
    ldr.w   r8, [lr, #16]
    smlawb  r1, r12, r11, r1
    ldr.w   r9, [sp, #ROWS + 24]
    smlawb  r3, r8, r11, r3
    smlawb  r6, r8, r9, r6
    ldr.w   r8, [lr, #8]
    smlawb  r7, r12, r9, r7
    ldr.w   r12, [lr, #20]
    smlawb  r2, r8, r11, r2
    smlawt  r3, r12, r11, r3
    smlawb  r5, r8, r9, r5
    ldr.w   r8, [lr, #12]
    smlawt  r6, r12, r9, r6
    ldr.w   r12, [lr, #4]
    smlawt  r2, r8, r11, r2
    smlawt  r5, r8, r9, r5
    ldr.w   r8, [lr, #28]
    smlawt  r1, r12, r11, r1
    ldr.w   lr, [lr, #24]
    smlawt  r7, r12, r9, r7
    ldr.w   r12, [sp, #TAPS + 8]
    smlawb  r4, lr, r9, r4
    add.w   r0, r12, r0
    smlawt  r4, r8, r9, r4
    ldr.w   r9, [sp, #ROWS + 32]
    ldr.w   r12, [r0, #8]
    smlawb  r10, lr, r11, r10
    ldr.w   lr, [r0, #12]
    smlawt  r8, r8, r11, r10
    smlawb  r5, r12, r9, r5
    ldr.w   r10, [sp, #ROWS + 36]
    ldr.w   r11, [r0, #0]
    smlawt  r5, lr, r9, r5
    smlawb  r2, r12, r10, r2
    ldr.w   r12, [r0, #4]
    smlawb  r7, r11, r9, r7
    smlawb  r1, r11, r10, r1
    ldr.w   r11, [r0, #20]
    smlawt  r1, r12, r10, r1
    smlawt  r7, r12, r9, r7
    ldr.w   r12, [r0, #16]
    qadd    r5, r5, r5
    smlawt  r2, lr, r10, r2
    smlawb  r6, r12, r9, r6
    ldr.w   lr, [r0, #28]
    smlawt  r6, r11, r9, r6
    ldr.w   r0, [r0, #24]
    qadd    r7, r7, r7
    smlawb  r3, r12, r10, r3
    qadd    r6, r6, r6
    smlawb  r4, r0, r9, r4
    qadd    r1, r1, r1
    smlawb  r0, r0, r10, r8
    smlawt  r4, lr, r9, r4
    ldr.w   r8, [sp, #ROWS + 52]
    ldr.w   r9, [sp, #ROWS + 40]
    smlawt  r0, lr, r10, r0
    qadd    r4, r4, r4
    smlawt  r3, r11, r10, r3
    smmul   r7, r7, r9
    ldr.w   r10, [sp, #BASES]
    qadd    r0, r0, r0
    smmul   r1, r1, r8
    smmul   r0, r0, r8
    ldr.w   r11, [sp, #SLOPES]
    ssat    r12, #12, r7, asr #16
    smmul   r6, r6, r9
    qadd    r3, r3, r3
    smmul   r5, r5, r9
    ldr.w   lr, [r11, r12, lsl #3]
    smmul   r3, r3, r8
    qadd    r2, r2, r2
    smmul   r4, r4, r9
    ssat    r9, #12, r5, asr #16
    smmul   r2, r2, r8
    ssat    r8, #12, r1, asr #16
    ldr.w   r12, [r10, r12, lsl #3]
    smmla   r7, r7, lr, r12
    ldr.w   r12, [r11, r9, lsl #3]
    ssat    lr, #12, r3, asr #16
    ldr.w   r9, [r10, r9, lsl #3]
    smmla   r5, r5, r12, r9
    ldr.w   r9, [r11, r8, lsl #3]
    ssat    r12, #12, r2, asr #16
    ldr.w   r8, [r10, r8, lsl #3]
    smmla   r1, r1, r9, r8
    ldr.w   r8, [r11, lr, lsl #3]
    ssat    r9, #12, r4, asr #16
    ldr.w   lr, [r10, lr, lsl #3]
    smmla   r3, r3, r8, lr
    ldr.w   r8, [r10, r12, lsl #3]
    ldr.w   lr, [r11, r9, lsl #3]
    ldr.w   r9, [r10, r9, lsl #3]
    ldr.w   r12, [r11, r12, lsl #3]
    smmla   r4, r4, lr, r9
    ldr.w   r9, [sp, #PLACE]
    ssat    lr, #12, r0, asr #16
    smmla   r2, r2, r12, r8
    ssat    r8, #12, r6, asr #16
    ldr.w   r12, [sp, #HEAD]
    add.w   r9, r12, r9
    ldr.w   r12, [r11, lr, lsl #3]
    ldr.w   lr, [r10, lr, lsl #3]
    ldr.w   r11, [r11, r8, lsl #3]
    ldr.w   r8, [r10, r8, lsl #3]
    smmla   r0, r0, r12, lr
    ldr.w   r10, [sp, #ROWS + 48]
    smmla   r6, r6, r11, r8
    ldr.w   r8, [r9, #8]
    ldr.w   r11, [r9, #12]
    smmla   r8, r6, r10, r8
    ldr.w   r12, [sp, #ROWS + 60]
    smmla   r11, r4, r10, r11
    ldr.w   lr, [r9, #16]
    strd    r8, r11, [r9, #8]
    smmla   r8, r1, r12, lr
    ldr.w   r11, [r9, #20]
    smmla   r11, r2, r12, r11
    ldr.w   lr, [r9, #4]
    strd    r8, r11, [r9, #16]
    smmla   r8, r5, r10, lr
    ldr.w   r11, [r9, #24]
    smmla   r11, r3, r12, r11
    ldr.w   lr, [r9, #0]
    smmla   r10, r7, r10, lr
    ldr.w   lr, [r9, #28]
    smmla   r12, r0, r12, lr
    lsl.w   r7, r7, #7
    strd    r11, r12, [r9, #24]
    strd    r10, r8, [r9, #0]
    ldr.w   r8, [sp, #CHANNELS + 4]
    ldr.w   r9, [sp, #CHANNELS + 8]
    ldr.w   r10, [sp, #CHANNELS + 0]
    lsl.w   r3, r3, #7
    smmla   r11, r7, r8, r10
    lsl.w   r1, r1, #7
    lsl.w   r4, r4, #7
    smmla   r12, r4, r8, r10
    smmla   r11, r1, r9, r11
    lsl.w   r0, r0, #7
    smmla   r12, r0, r9, r12
    lsl.w   r6, r6, #7
    smmla   lr, r6, r8, r10
    lsl.w   r5, r5, #7
    smmla   lr, r3, r9, lr
    lsl.w   r2, r2, #7
    smmla   r8, r5, r8, r10
    ldr.w   r10, [sp, #CHANNELS + 16]
    smmla   r8, r2, r9, r8
    ldr.w   r9, [sp, #CHANNELS + 12]
    smmla   r4, r4, r10, r9
    smmla   r7, r7, r10, r9
    smmla   r6, r6, r10, r9
    smmla   r5, r5, r10, r9
    ldr.w   r9, [sp, #CHANNELS + 20]
    ldr.w   r10, [sp, #OUT]
    smmla   r2, r2, r9, r5
    ldr.w   r5, [sp, #TAPS + 8]
    smmla   r3, r3, r9, r6
    ldr.w   r6, [sp, #PLACE]
    add.w   r5, r5, r6
    smmla   r4, r0, r9, r4
    adds.w  r0, r6, #32
    smmla   r1, r1, r9, r7
    ldr.w   r7, [r5, #4]
    ldr.w   r9, [r5, #8]
    qadd    r8, r9, r8
    ldr.w   r9, [r5, #12]
    qadd    r1, r7, r1
    ldr.w   r7, [r5, #20]
    qadd    r3, r7, r3
    ldr.w   r7, [r5, #16]
    qadd    r2, r9, r2
    ldr.w   r9, [r5, #0]
    qadd    r9, r9, r11
    str.w   r0, [sp, #PLACE]
    qadd    r7, r7, lr
    add.w   r6, r10, r6
    ldr.w   r10, [sp, #AUDIO]
    ldr.w   r11, [r5, #28]
    strd    r8, r2, [r6, #8]
    qadd    r8, r11, r4
    ldr.w   r2, [r5, #24]
    strd    r7, r3, [r6, #16]
    qadd    r5, r2, r12
    add.w   r3, r10, r0, asr #1
    strd    r9, r1, [r6, #0]
    ldr.w   r2, [r3, #4]
    ldr.w   r1, [r3, #0]
    ldr.w   r4, [r3, #12]
    ldr.w   r3, [r3, #8]
    strd    r5, r8, [r6, #24]
    bne.w   wavenet_narrow_2_tile
    b.w     wavenet_narrow_2_layer
wavenet_narrow_2_end:
    add     sp, sp, #FRAME_BYTES
    pop     {r4-r11, pc}
    .size   wavenet_narrow_2_m7, . - wavenet_narrow_2_m7
