// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// void wavenet_channels_m7(const struct wavenet_channels_m7 *run): tiles of a layer's 1x1, of
// activations of 16 or 32 bits, the residual, and, where there is a next layer, its history: 16 bits
// with their error feedback, or 32 (README.md). The same words as wavenet.c.
//
// Two channels by four frames are eight sums, r4-r11, as in wavenet_rows_m7.S. r0 walks the stream of
// parameters, r1 the activations. The order of the tail of 16 bits was found by a search over the
// pairing and latency rules of the Cortex-M7.
#include "wavenet_channels_m7.inc"

    // A pair of columns of activations of 32 bits, a product each.
    .macro  long_pair
    smlawb  r4, r12, r2, r4
    ldr.w   lr, [r1, #4]
    smlawb  r8, r12, r3, r8
    ldr.w   r12, [r1, #8]
    smlawb  r5, lr, r2, r5
    smlawb  r9, lr, r3, r9
    ldr.w   lr, [r1, #12]
    smlawb  r6, r12, r2, r6
    smlawb  r10, r12, r3, r10
    ldr.w   r12, [r1, #16]
    smlawb  r7, lr, r2, r7
    smlawb  r11, lr, r3, r11
    ldr.w   lr, [r1, #20]
    smlawt  r4, r12, r2, r4
    smlawt  r8, r12, r3, r8
    ldr.w   r12, [r1, #24]
    smlawt  r5, lr, r2, r5
    smlawt  r9, lr, r3, r9
    ldr.w   lr, [r1, #28]
    smlawt  r6, r12, r2, r6
    smlawt  r10, r12, r3, r10
    ldr.w   r12, [r1, #32]!
    smlawt  r7, lr, r2, r7
    ldr.w   r2, [r0, #4]!
    smlawt  r11, lr, r3, r11
    ldr.w   r3, [r0, #4]!
    .endm

    // Adds both rows to the residual, which stays in the sums, and loads a word of the frame into r2.
    .macro  add_to_residual word
    ldr.w   r3, [r0, #8]                    // scale of row 1
    ldr.w   r12, [r1, #0]
    ldr.w   lr, [r1, #4]
    smmla   r4, r4, r2, r12
    ldr.w   r12, [r1, #8]
    smmla   r5, r5, r2, lr
    ldr.w   lr, [r1, #12]
    smmla   r6, r6, r2, r12
    ldr.w   r12, [r1, #16]
    smmla   r7, r7, r2, lr
    ldr.w   lr, [r1, #20]
    smmla   r8, r8, r3, r12
    ldr.w   r12, [r1, #24]
    smmla   r9, r9, r3, lr
    ldr.w   lr, [r1, #28]
    smmla   r10, r10, r3, r12
    ldr.w   r2, [sp, #\word]
    smmla   r11, r11, r3, lr
    add.w   r0, r0, #16
    stm.w   r1!, {r4-r11}
    .endm

    .section .text.wavenet_channels_m7, "ax", %progbits
    .balign 8
    .global wavenet_channels_m7
    .type   wavenet_channels_m7, %function
    .thumb_func
wavenet_channels_m7:
    push    {r4-r11, lr}
    sub     sp, sp, #FRAME_BYTES
    mov     r1, sp
    ldm.w   r0!, {r4-r10}
    stm.w   r1!, {r4-r10}
    ldm.w   r0!, {r4-r11}
    stm.w   r1!, {r4-r11}
    ldr.w   lr, [sp, #BEGIN]
    ldr.w   r0, [sp, #START]
    bx      lr

    // No columns: the residual stays.
    .balign 8
    .global wavenet_matrix_0
    .thumb_func
wavenet_matrix_0:
    mov.w   r4, #0
    ldr.w   r2, [r0, #12]
    mov.w   r5, #0
    ldr.w   r1, [sp, #RESIDUAL]
    mov.w   r6, #0
    mov.w   r7, #0
    mov.w   r8, #0
    mov.w   r9, #0
    mov.w   r10, #0
    mov.w   r11, #0
    ldr.w   r3, [r0, #16]!
    ldr.w   pc, [sp, #TAIL]

    // As many as a bottleneck of 16 has; each of the two chains is entered where its pairs are left.
    .balign 8
    .global wavenet_matrix
    .thumb_func
wavenet_matrix:
    ldr.w   r1, [sp, #FROM]
    ldr.w   r7, [r0, #4]
    ldr.w   r11, [r0, #8]
    ldr.w   r2, [r0, #12]
    ldr.w   r12, [r1]
    ldr.w   r3, [r0, #16]!
    mov.w   r4, r7
    mov.w   r8, r11
    mov.w   r5, r7
    mov.w   r9, r11
    mov.w   r6, r7
    mov.w   r10, r11
    ldr.w   pc, [sp, #CHAIN]
    .rept   8
    column  smlad
    .endr
    .global wavenet_matrix_16
    .thumb_func
wavenet_matrix_16:
    ldr.w   r1, [sp, #RESIDUAL]
    ldr.w   pc, [sp, #TAIL]
    .rept   8
    long_pair
    .endr
    .global wavenet_matrix_32
    .thumb_func
wavenet_matrix_32:
    ldr.w   r1, [sp, #RESIDUAL]
    ldr.w   pc, [sp, #TAIL]

    // The residual alone.
    .balign 8
    .global wavenet_residual_m7
    .thumb_func
wavenet_residual_m7:
    add_to_residual END
    .global wavenet_residual_next
    .thumb_func
wavenet_residual_next:
    cmp.w   r0, r2
    str.w   r1, [sp, #RESIDUAL]
    ldr.w   lr, [sp, #BEGIN]
    it      ne
    bxne    lr
    b.w     wavenet_channels_next

    // A history of 32 bits as well: clipped at both ends by sums that saturate, and shifted.
    .balign 8
    .global wavenet_history_long
    .thumb_func
wavenet_history_long:
    add_to_residual ROOM
    ldr.w   r3, [sp, #SHIFT]
    str.w   r1, [sp, #RESIDUAL]
    .global wavenet_history_clipped
    .thumb_func
wavenet_history_clipped:
    qadd    r4, r4, r2
    qadd    r5, r5, r2
    sub.w   r4, r4, r2
    qadd    r6, r6, r2
    sub.w   r5, r5, r2
    qadd    r7, r7, r2
    sub.w   r6, r6, r2
    qadd    r8, r8, r2
    sub.w   r7, r7, r2
    qadd    r9, r9, r2
    sub.w   r8, r8, r2
    qadd    r10, r10, r2
    sub.w   r9, r9, r2
    qadd    r11, r11, r2
    sub.w   r10, r10, r2
    qsub    r4, r4, r2
    sub.w   r11, r11, r2
    qsub    r5, r5, r2
    add.w   r4, r4, r2
    qsub    r6, r6, r2
    add.w   r5, r5, r2
    qsub    r7, r7, r2
    add.w   r6, r6, r2
    qsub    r8, r8, r2
    add.w   r7, r7, r2
    qsub    r9, r9, r2
    add.w   r8, r8, r2
    qsub    r10, r10, r2
    add.w   r9, r9, r2
    qsub    r11, r11, r2
    add.w   r10, r10, r2
    add.w   r11, r11, r2
    .global wavenet_history_shifted
    .thumb_func
wavenet_history_shifted:
    lsl.w   r4, r4, r3
    lsl.w   r5, r5, r3
    lsl.w   r6, r6, r3
    lsl.w   r7, r7, r3
    lsl.w   r8, r8, r3
    lsl.w   r9, r9, r3
    lsl.w   r10, r10, r3
    lsl.w   r11, r11, r3
    .global wavenet_history_words
    .thumb_func
wavenet_history_words:
    ldr.w   r12, [sp, #RING]
    ldr.w   lr, [sp, #STRIDE]
    ldr.w   r1, [sp, #END]
    strd    r4, r8, [r12]
    add.w   r2, r12, lr
    add.w   r3, r12, lr, lsl #1
    strd    r5, r9, [r2]
    strd    r6, r10, [r3]
    add.w   r3, r3, lr
    add.w   r12, r12, #8
    strd    r7, r11, [r3]
    str.w   r12, [sp, #RING]
    cmp.w   r0, r1
    ldr.w   lr, [sp, #BEGIN]
    it      ne
    bxne    lr
    b.w     wavenet_channels_next

    // A history of 16 bits.
    .balign 8
    .global wavenet_history_m7
    .thumb_func
wavenet_history_m7:
    ldr.w   r12, [r1, #0]
    smmla   r4, r4, r2, r12
    str.w   r4, [r1, #0]
    ldr.w   r12, [r1, #4]
    smmla   r5, r5, r2, r12
    str.w   r5, [r1, #4]
    ldr.w   r12, [r1, #8]
    smmla   r6, r6, r2, r12
    ldr.w   lr, [r0, #4]                    // error of row 0
    ldr.w   r12, [r1, #12]
    str.w   r6, [r1, #8]
    smmla   r7, r7, r2, r12
    ldr.w   r2, [r0, #8]                    // scale of row 1
    ldr.w   r12, [r1, #16]
    smmla   r4, r4, r3, lr
    and.w   lr, r4, #63
    smmla   r8, r8, r2, r12
    str.w   r8, [r1, #16]
    ldr.w   r12, [r1, #20]
    smmla   r9, r9, r2, r12
    str.w   r9, [r1, #20]
    ldr.w   r12, [r1, #24]
    smmla   r10, r10, r2, r12
    str.w   r10, [r1, #24]
    ldr.w   r12, [r1, #28]
    smmla   r11, r11, r2, r12
    ldr.w   r2, [r0, #12]                   // history scale of row 1
    ldr.w   r12, [r0, #16]                  // error of row 1
    smmla   r5, r5, r3, lr
    and.w   lr, r5, #63
    smmla   r6, r6, r3, lr
    ssat    r4, #16, r4, asr #6
    smmla   r8, r8, r2, r12
    and.w   lr, r6, #63
    str.w   r7, [r1, #12]
    and.w   r12, r8, #63
    smmla   r9, r9, r2, r12
    ssat    r5, #16, r5, asr #6
    smmla   r7, r7, r3, lr
    and.w   r12, r9, #63
    ssat    r9, #16, r9, asr #6
    and.w   lr, r7, #63
    ssat    r8, #16, r8, asr #6
    str.w   lr, [r0, #4]
    ssat    r6, #16, r6, asr #6
    smmla   r10, r10, r2, r12
    str.w   r11, [r1, #28]
    add.w   r1, r1, #32
    and.w   r12, r10, #63
    ssat    r10, #16, r10, asr #6
    str.w   r1, [sp, #RESIDUAL]
    ssat    r7, #16, r7, asr #6
    smmla   r11, r11, r2, r12
    pkhbt   r4, r4, r8, lsl #16
    pkhbt   r5, r5, r9, lsl #16
    and.w   r12, r11, #63
    ssat    r11, #16, r11, asr #6
    str.w   r12, [r0, #16]!
    ldr.w   lr, [sp, #STRIDE]
    ldr.w   r12, [sp, #RING]
    pkhbt   r6, r6, r10, lsl #16
    pkhbt   r7, r7, r11, lsl #16
    str.w   r4, [r12]
    ldr.w   r1, [sp, #END]
    str.w   r6, [r12, lr, lsl #1]
    add.w   r3, r12, lr, lsl #1
    str.w   r7, [r3, lr]
    cmp.w   r0, r1
    str.w   r5, [r12, lr]
    ldr.w   lr, [sp, #BEGIN]
    add.w   r12, r12, #4
    str.w   r12, [sp, #RING]
    it      ne
    bxne    lr
    .global wavenet_channels_next
    .thumb_func
wavenet_channels_next:
    ldr.w   r1, [sp, #TILES]
    ldr.w   r2, [sp, #FROM]
    ldr.w   r3, [sp, #FROM_STEP]
    subs.w  r1, r1, #1
    ldr.w   r0, [sp, #START]
    add.w   r2, r2, r3
    ldr.w   r3, [sp, #RING_STEP]
    str.w   r2, [sp, #FROM]
    ldr.w   r2, [sp, #RING]
    str.w   r1, [sp, #TILES]
    add.w   r2, r2, r3
    str.w   r2, [sp, #RING]
    it      ne
    bxne    lr
    add     sp, sp, #FRAME_BYTES
    pop     {r4-r11, pc}
    .size   wavenet_channels_m7, . - wavenet_channels_m7
