// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// void wavenet_narrow_4_m7(struct wavenet_narrow_full_walk *walk): a chunk of layers of four channels
// and rows with three taps and an activation of the table, which is lifted by 1, histories and 1x1 of
// 32 bits: convolution, activation, head sum, 1x1 and the next layer's history, two frames at a time
// without a loop inside (README.md, Narrow layers). The same words as wavenet.c. Four rows by two
// frames, half a tile, are eight sums, and all that a frame's 1x1 reads is in registers; the parameters
// lie at the stack pointer as well. The order was found by a search over the pairing and latency rules
// of the Cortex-M7: 360 instructions in 200 cycles, two of which, in slots that were free, ask for lines
// of a history behind the cache. It ends with the audio of the next half, also behind the last.
    .syntax unified
    .thumb

#include "wavenet_narrow_full_m7.inc"

    .equ    CHANNELS, 224   // parameters of the layer, behind its ROWS
    .equ    FRAME_BYTES, 308
    .section .text.wavenet_narrow_4_m7, "ax", %progbits
    .balign 8
    .global wavenet_narrow_4_m7
    .type   wavenet_narrow_4_m7, %function
    .thumb_func
wavenet_narrow_4_m7:
    push    {r4-r11, lr}
    sub     sp, sp, #FRAME_BYTES
    str.w   r0, [sp, #WALK]
wavenet_narrow_4_layer:
    mov     r0, sp
    ldr.w   r1, [sp, #WALK]
    bl      wavenet_narrow_full_next
    cmp     r0, #0
    beq.w   wavenet_narrow_4_end
    ldr.w   r0, [sp, #ROWS_FROM]
    ldr.w   r1, [sp, #CHANNELS_FROM]
    add.w   r12, sp, #ROWS
    .rept   5
    ldm.w   r0!, {r2-r9}
    stm.w   r12!, {r2-r9}
    .endr
    ldm.w   r0, {r2-r5}
    stm.w   r12!, {r2-r5}
    .rept   2
    ldm.w   r1!, {r2-r9}
    stm.w   r12!, {r2-r9}
    .endr
    ldm.w   r1, {r2-r5}
    stm.w   r12, {r2-r5}
    ldr.w   r0, [sp, #PLACE]
    ldr.w   r4, [sp, #AUDIO]
    add.w   r4, r4, r0, asr #2
    ldm.w   r4, {r1-r2}
    .balign 8
wavenet_narrow_4_half:
    ldr.w   r3, [sp, #ROWS + 92]
    ldr.w   r4, [sp, #ROWS + 0]
    ldr.w   r5, [sp, #ROWS + 12]
    ldr.w   r6, [sp, #ROWS + 96]
    ldr.w   r7, [sp, #ROWS + 88]
    ldr.w   r8, [sp, #ROWS + 4]
    ldr.w   r9, [sp, #ROWS + 100]
    smmla   r10, r2, r3, r7
    smmla   r11, r2, r8, r4
    ldr.w   r12, [sp, #TAPS + 0]
    smmla   lr, r1, r9, r6
    smmla   r4, r1, r8, r4
    add.w   r0, r12, r0
    smmla   r3, r1, r3, r7
    ldr.w   r7, [sp, #ROWS + 8]
    ldr.w   r8, [r0, #0]
    smmla   r12, r2, r5, r7
    smmla   r1, r1, r5, r7
    ldr.w   r5, [sp, #ROWS + 20]
    ldr.w   r7, [sp, #ROWS + 108]
    smmla   r2, r2, r9, r6
    smlawb  r1, r8, r5, r1
    ldr.w   r6, [r0, #16]
    ldr.w   r9, [r0, #4]
    smlawb  lr, r8, r7, lr
    smlawb  r2, r6, r7, r2
    ldr.w   r7, [sp, #ROWS + 16]
    smlawb  r5, r6, r5, r12
    ldr.w   r12, [sp, #ROWS + 104]
    pld     [r0, #64]
    smlawb  r11, r6, r7, r11
    smlawb  r6, r6, r12, r10
    ldr.w   r10, [r0, #20]
    smlawb  r3, r8, r12, r3
    ldr.w   r12, [sp, #ROWS + 16]
    smlawb  r4, r8, r7, r4
    ldr.w   r7, [sp, #ROWS + 108]
    ldr.w   r8, [sp, #ROWS + 104]
    smlawt  r11, r10, r12, r11
    smlawt  r2, r10, r7, r2
    smlawt  r3, r9, r8, r3
    smlawt  r6, r10, r8, r6
    ldr.w   r8, [sp, #ROWS + 20]
    smlawt  r4, r9, r12, r4
    ldr.w   r12, [sp, #ROWS + 24]
    smlawt  r5, r10, r8, r5
    ldr.w   r10, [r0, #28]
    smlawt  r1, r9, r8, r1
    ldr.w   r8, [r0, #8]
    smlawt  r7, r9, r7, lr
    ldr.w   r9, [sp, #ROWS + 112]
    smlawb  r4, r8, r12, r4
    ldr.w   lr, [r0, #24]
    smlawb  r3, r8, r9, r3
    ldr.w   r0, [r0, #12]
    smlawb  r6, lr, r9, r6
    smlawt  r6, r10, r9, r6
    smlawt  r3, r0, r9, r3
    ldr.w   r9, [sp, #ROWS + 116]
    smlawb  r11, lr, r12, r11
    smlawt  r11, r10, r12, r11
    smlawb  r7, r8, r9, r7
    smlawt  r4, r0, r12, r4
    ldr.w   r12, [sp, #ROWS + 28]
    smlawt  r7, r0, r9, r7
    smlawb  r1, r8, r12, r1
    ldr.w   r8, [sp, #PLACE]
    smlawt  r0, r0, r12, r1
    ldr.w   r1, [sp, #TAPS + 4]
    smlawb  r5, lr, r12, r5
    add.w   r1, r1, r8
    smlawt  r5, r10, r12, r5
    ldr.w   r8, [sp, #ROWS + 120]
    ldr.w   r12, [r1, #16]
    smlawb  r2, lr, r9, r2
    smlawt  r2, r10, r9, r2
    ldr.w   r9, [sp, #ROWS + 36]
    smlawb  r6, r12, r8, r6
    ldr.w   r10, [sp, #ROWS + 124]
    smlawb  r5, r12, r9, r5
    ldr.w   lr, [r1, #0]
    pld     [r1, #64]
    smlawb  r2, r12, r10, r2
    smlawb  r7, lr, r10, r7
    ldr.w   r10, [r1, #20]
    smlawb  r0, lr, r9, r0
    ldr.w   r9, [sp, #ROWS + 32]
    smlawb  r3, lr, r8, r3
    ldr.w   r8, [r1, #4]
    smlawb  r4, lr, r9, r4
    ldr.w   lr, [sp, #ROWS + 32]
    smlawb  r9, r12, r9, r11
    ldr.w   r11, [sp, #ROWS + 124]
    smlawt  r9, r10, lr, r9
    ldr.w   r12, [sp, #ROWS + 36]
    smlawt  r4, r8, lr, r4
    ldr.w   lr, [sp, #ROWS + 40]
    smlawt  r0, r8, r12, r0
    smlawt  r5, r10, r12, r5
    ldr.w   r12, [r1, #8]
    smlawt  r7, r8, r11, r7
    smlawt  r2, r10, r11, r2
    ldr.w   r11, [sp, #ROWS + 120]
    smlawb  r4, r12, lr, r4
    smlawt  r6, r10, r11, r6
    ldr.w   r10, [r1, #12]
    smlawt  r3, r8, r11, r3
    ldr.w   r8, [sp, #ROWS + 128]
    smlawt  r4, r10, lr, r4
    ldr.w   r11, [r1, #28]
    ldr.w   r1, [r1, #24]
    smlawb  r3, r12, r8, r3
    smlawt  r3, r10, r8, r3
    smlawb  r9, r1, lr, r9
    smlawt  r9, r11, lr, r9
    ldr.w   lr, [sp, #ROWS + 132]
    smlawb  r6, r1, r8, r6
    smlawt  r6, r11, r8, r6
    ldr.w   r8, [sp, #ROWS + 44]
    smlawb  r7, r12, lr, r7
    smlawt  r7, r10, lr, r7
    smlawb  r0, r12, r8, r0
    ldr.w   r12, [sp, #PLACE]
    smlawt  r0, r10, r8, r0
    ldr.w   r10, [sp, #TAPS + 8]
    smlawb  r5, r1, r8, r5
    add.w   r10, r10, r12
    smlawt  r5, r11, r8, r5
    ldr.w   r8, [sp, #ROWS + 52]
    ldr.w   r12, [r10, #0]
    smlawb  r2, r1, lr, r2
    ldr.w   r1, [sp, #ROWS + 136]
    smlawt  r2, r11, lr, r2
    ldr.w   r11, [sp, #ROWS + 140]
    smlawb  r0, r12, r8, r0
    ldr.w   lr, [r10, #16]
    smlawb  r3, r12, r1, r3
    smlawb  r7, r12, r11, r7
    smlawb  r2, lr, r11, r2
    ldr.w   r11, [sp, #ROWS + 48]
    smlawb  r1, lr, r1, r6
    ldr.w   r6, [sp, #ROWS + 48]
    smlawb  r5, lr, r8, r5
    ldr.w   r8, [r10, #4]
    smlawb  r9, lr, r6, r9
    ldr.w   lr, [r10, #20]
    smlawb  r4, r12, r6, r4
    ldr.w   r6, [sp, #ROWS + 136]
    smlawt  r4, r8, r11, r4
    ldr.w   r12, [sp, #ROWS + 140]
    smlawt  r9, lr, r11, r9
    ldr.w   r11, [sp, #ROWS + 52]
    smlawt  r2, lr, r12, r2
    smlawt  r7, r8, r12, r7
    ldr.w   r12, [r10, #8]
    smlawt  r5, lr, r11, r5
    smlawt  r0, r8, r11, r0
    ldr.w   r11, [sp, #ROWS + 60]
    smlawt  r3, r8, r6, r3
    ldr.w   r8, [r10, #24]
    smlawb  r0, r12, r11, r0
    smlawt  r1, lr, r6, r1
    ldr.w   r6, [sp, #ROWS + 56]
    smlawb  r5, r8, r11, r5
    ldr.w   lr, [r10, #28]
    smlawb  r4, r12, r6, r4
    ldr.w   r10, [r10, #12]
    smlawb  r9, r8, r6, r9
    smlawt  r4, r10, r6, r4
    smlawt  r0, r10, r11, r0
    smlawt  r6, lr, r6, r9
    ldr.w   r9, [sp, #ROWS + 148]
    qadd    r4, r4, r4
    smlawt  r5, lr, r11, r5
    smlawb  r2, r8, r9, r2
    ldr.w   r11, [sp, #ROWS + 144]
    qadd    r6, r6, r6
    smlawb  r7, r12, r9, r7
    smlawb  r3, r12, r11, r3
    ldr.w   r12, [sp, #ROWS + 76]
    smlawt  r3, r10, r11, r3
    qadd    r0, r0, r0
    smlawb  r1, r8, r11, r1
    smlawt  r1, lr, r11, r1
    ldr.w   r8, [sp, #ROWS + 152]
    qadd    r3, r3, r3
    smlawt  r7, r10, r9, r7
    qadd    r1, r1, r1
    smmul   r0, r0, r12
    qadd    r5, r5, r5
    smlawt  r2, lr, r9, r2
    smmul   r5, r5, r12
    ldr.w   r9, [sp, #ROWS + 64]
    qadd    r7, r7, r7
    smmul   r1, r1, r8
    smmul   r6, r6, r9
    ldr.w   r10, [sp, #ROWS + 164]
    smmul   r4, r4, r9
    ldr.w   r9, [sp, #SLOPES]
    ssat    r11, #12, r6, asr #16
    smmul   r7, r7, r10
    qadd    r2, r2, r2
    ldr.w   r12, [sp, #BASES]
    ssat    lr, #12, r4, asr #16
    smmul   r2, r2, r10
    smmul   r3, r3, r8
    ldr.w   r8, [r9, r11, lsl #3]
    ssat    r10, #12, r0, asr #16
    ldr.w   r11, [r12, r11, lsl #3]
    smmla   r6, r6, r8, r11
    ldr.w   r8, [r9, lr, lsl #3]
    ssat    r11, #12, r3, asr #16
    ldr.w   lr, [r12, lr, lsl #3]
    smmla   r4, r4, r8, lr
    ldr.w   r8, [r9, r10, lsl #3]
    ssat    lr, #12, r7, asr #16
    ldr.w   r10, [r12, r10, lsl #3]
    smmla   r0, r0, r8, r10
    ldr.w   r8, [r9, r11, lsl #3]
    ldr.w   r10, [r12, r11, lsl #3]
    ldr.w   r11, [r9, lr, lsl #3]
    smmla   r3, r3, r8, r10
    ldr.w   r8, [r12, lr, lsl #3]
    ssat    r10, #12, r5, asr #16
    smmla   r7, r7, r11, r8
    ssat    r8, #12, r1, asr #16
    ldr.w   r11, [r12, r10, lsl #3]
    ldr.w   r10, [r9, r10, lsl #3]
    ldr.w   lr, [r12, r8, lsl #3]
    ldr.w   r8, [r9, r8, lsl #3]
    smmla   r5, r5, r10, r11
    ldr.w   r10, [sp, #HEAD]
    smmla   r1, r1, r8, lr
    ldr.w   r8, [sp, #ROWS + 72]
    ssat    r11, #12, r2, asr #16
    ldr.w   lr, [sp, #PLACE]
    add.w   r10, r10, lr
    and.w   lr, lr, #32
    ldr.w   r12, [r12, r11, lsl #3]
    ldr.w   r9, [r9, r11, lsl #3]
    sub.w   r10, r10, lr
    add.w   r10, r10, lr, lsr #2
    smmla   r2, r2, r9, r12
    ldr.w   r9, [sp, #ROWS + 84]
    ldr.w   r11, [r10, #4]
    ldr.w   r12, [r10, #0]
    smmla   r12, r4, r8, r12
    ldr.w   lr, [r10, #20]
    smmla   r8, r6, r8, r11
    ldr.w   r11, [r10, #32]
    strd    r12, r8, [r10, #0]
    ldr.w   r8, [r10, #52]
    ldr.w   r12, [r10, #16]
    smmla   r12, r0, r9, r12
    lsl.w   r4, r4, #7
    smmla   r9, r5, r9, lr
    lsl.w   r6, r6, #7
    strd    r12, r9, [r10, #16]
    ldr.w   r9, [r10, #48]
    ldr.w   r12, [sp, #ROWS + 172]
    lsl.w   r0, r0, #7
    ldr.w   lr, [sp, #ROWS + 160]
    smmla   r9, r7, r12, r9
    lsl.w   r5, r5, #7
    smmla   r8, r2, r12, r8
    lsl.w   r12, r3, #7
    strd    r9, r8, [r10, #48]
    ldr.w   r8, [r10, #36]
    smmla   r3, r3, lr, r11
    lsl.w   r9, r1, #7
    smmla   r1, r1, lr, r8
    strd    r3, r1, [r10, #32]
    ldr.w   r1, [sp, #CHANNELS + 4]
    ldr.w   r3, [sp, #CHANNELS + 0]
    ldr.w   r8, [sp, #OUT]
    ldr.w   r10, [sp, #TAPS + 8]
    smmla   r11, r4, r1, r3
    ldr.w   lr, [sp, #CHANNELS + 8]
    smmla   r1, r6, r1, r3
    lsl.w   r3, r7, #7
    smmla   r1, r5, lr, r1
    ldr.w   r7, [sp, #CHANNELS + 12]
    smmla   r11, r0, lr, r11
    lsl.w   r2, r2, #7
    smmla   r11, r12, r7, r11
    ldr.w   lr, [sp, #PLACE]
    smmla   r1, r9, r7, r1
    ldr.w   r7, [sp, #CHANNELS + 16]
    add.w   r8, r8, lr
    add.w   r10, r10, lr
    ldr.w   lr, [sp, #CHANNELS + 20]
    smmla   r11, r3, r7, r11
    smmla   r1, r2, r7, r1
    ldr.w   r7, [r10, #0]
    qadd    r7, r7, r11
    ldr.w   r11, [r10, #16]
    str.w   r7, [r8, #0]
    ldr.w   r7, [sp, #CHANNELS + 24]
    qadd    r1, r11, r1
    str.w   r1, [r8, #16]
    smmla   r1, r6, r7, lr
    ldr.w   r11, [sp, #CHANNELS + 28]
    smmla   r7, r4, r7, lr
    ldr.w   lr, [sp, #CHANNELS + 32]
    smmla   r1, r5, r11, r1
    smmla   r1, r9, lr, r1
    smmla   r7, r0, r11, r7
    ldr.w   r11, [sp, #CHANNELS + 36]
    smmla   r7, r12, lr, r7
    ldr.w   lr, [r10, #4]
    smmla   r1, r2, r11, r1
    smmla   r7, r3, r11, r7
    ldr.w   r11, [r10, #20]
    qadd    r1, r11, r1
    str.w   r1, [r8, #20]
    ldr.w   r1, [sp, #CHANNELS + 60]
    ldr.w   r11, [sp, #CHANNELS + 64]
    qadd    r7, lr, r7
    str.w   r7, [r8, #4]
    smmla   r7, r4, r11, r1
    ldr.w   lr, [sp, #CHANNELS + 68]
    smmla   r1, r6, r11, r1
    ldr.w   r11, [sp, #CHANNELS + 44]
    smmla   r7, r0, lr, r7
    smmla   r1, r5, lr, r1
    ldr.w   lr, [sp, #CHANNELS + 40]
    smmla   r4, r4, r11, lr
    smmla   r6, r6, r11, lr
    ldr.w   r11, [sp, #CHANNELS + 72]
    ldr.w   lr, [sp, #CHANNELS + 48]
    smmla   r7, r12, r11, r7
    smmla   r5, r5, lr, r6
    ldr.w   r6, [sp, #CHANNELS + 76]
    smmla   r1, r9, r11, r1
    ldr.w   r11, [sp, #CHANNELS + 52]
    smmla   r0, r0, lr, r4
    ldr.w   r4, [r10, #8]
    smmla   r7, r3, r6, r7
    ldr.w   lr, [sp, #CHANNELS + 56]
    smmla   r5, r9, r11, r5
    ldr.w   r9, [r10, #12]
    qadd    r7, r9, r7
    smmla   r1, r2, r6, r1
    smmla   r0, r12, r11, r0
    ldr.w   r6, [r10, #28]
    ldr.w   r9, [r10, #24]
    smmla   r3, r3, lr, r0
    ldr.w   r0, [sp, #PLACE]
    smmla   r2, r2, lr, r5
    ldr.w   r5, [sp, #AUDIO]
    adds.w  r0, r0, #32
    qadd    r3, r4, r3
    str.w   r0, [sp, #PLACE]
    qadd    r4, r6, r1
    add.w   r1, r5, r0, asr #2
    qadd    r5, r9, r2
    ldr.w   r2, [r1, #4]
    ldr.w   r1, [r1, #0]
    strd    r5, r4, [r8, #24]
    strd    r3, r7, [r8, #8]
    bne.w   wavenet_narrow_4_half
    b.w     wavenet_narrow_4_layer
wavenet_narrow_4_end:
    add     sp, sp, #FRAME_BYTES
    pop     {r4-r11, pc}
    .size   wavenet_narrow_4_m7, . - wavenet_narrow_4_m7
