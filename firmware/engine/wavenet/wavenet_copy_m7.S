// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// What wavenet_channels_m7.S does where the activations replace the residual, which stays in the sums:
// R = mulh(a 2^n, scale) + bias, and from there to the next layer's history. It is kept only where
// somebody else reads it: a 1x1, another array, or the C, which writes the history of less than a tile.
#include "wavenet_channels_m7.inc"

    .section .text.wavenet_copy_m7, "ax", %progbits
    .balign 8
    .global wavenet_copy_m7
    .thumb_func
wavenet_copy_m7:
    ldr.w   r1, [sp, #FROM]
    ldr.w   lr, [r0, #8]                    // bias of channel 1
    ldr.w   r3, [sp, #COPY_SHIFT]
    add.w   r0, r0, #32
    ldm.w   r1!, {r4-r11}
    lsl.w   r4, r4, r3
    ldr     r2, [r0, #-20]                  // scale of channel 0
    lsl.w   r5, r5, r3
    ldr     r12, [r0, #-28]                 // bias of channel 0
    smmla   r4, r4, r2, r12
    lsl.w   r6, r6, r3
    smmla   r5, r5, r2, r12
    lsl.w   r7, r7, r3
    smmla   r6, r6, r2, r12
    lsl.w   r8, r8, r3
    smmla   r7, r7, r2, r12
    ldr     r2, [r0, #-8]                   // scale of channel 1
    str.w   r1, [sp, #FROM]
    lsl.w   r9, r9, r3
    smmla   r8, r8, r2, lr
    lsl.w   r10, r10, r3
    smmla   r9, r9, r2, lr
    lsl.w   r11, r11, r3
    smmla   r10, r10, r2, lr
    ldr.w   r3, [sp, #SHIFT]
    smmla   r11, r11, r2, lr
    ldr.w   r2, [sp, #ROOM]
    ldr.w   pc, [sp, #CHAIN]

    // Where the residual is kept.
    .balign 8
    .global wavenet_copy_keep
    .thumb_func
wavenet_copy_keep:
    ldr.w   r1, [sp, #RESIDUAL]
    stm.w   r1!, {r4-r11}
    str.w   r1, [sp, #RESIDUAL]
    ldr.w   pc, [sp, #TAIL]

    // Without a history.
    .global wavenet_copy_alone
    .thumb_func
wavenet_copy_alone:
    ldr.w   r2, [sp, #END]
    b.w     wavenet_residual_next

    // A history of 16 bits.
    .balign 8
    .global wavenet_copy_history
    .thumb_func
wavenet_copy_history:
    ldr     r2, [r0, #-16]                  // history scale of channel 0
    ldr     r12, [r0, #-12]                 // error of channel 0
    ldr     r3, [r0, #-4]                   // history scale of channel 1
    ldr.w   lr, [r0]                        // error of channel 1
    smmla   r4, r4, r2, r12
    ldr.w   r1, [sp, #STRIDE]
    smmla   r8, r8, r3, lr
    and.w   r12, r4, #63
    smmla   r5, r5, r2, r12
    and.w   lr, r8, #63
    smmla   r9, r9, r3, lr
    and.w   r12, r5, #63
    smmla   r6, r6, r2, r12
    and.w   lr, r9, #63
    smmla   r10, r10, r3, lr
    and.w   r12, r6, #63
    smmla   r7, r7, r2, r12
    and.w   lr, r10, #63
    ldr.w   r2, [sp, #RING]
    ssat    r4, #16, r4, asr #6
    smmla   r11, r11, r3, lr
    ssat    r8, #16, r8, asr #6
    and.w   r12, r7, #63
    add.w   r3, r2, r1, lsl #1
    str     r12, [r0, #-12]
    ssat    r5, #16, r5, asr #6
    and.w   lr, r11, #63
    ssat    r9, #16, r9, asr #6
    str.w   lr, [r0]
    pkhbt   r4, r4, r8, lsl #16
    add.w   r12, r2, #4
    ssat    r6, #16, r6, asr #6
    str.w   r4, [r2]
    ssat    r10, #16, r10, asr #6
    str.w   r12, [sp, #RING]
    pkhbt   r5, r5, r9, lsl #16
    ldr.w   r12, [sp, #END]
    ssat    r7, #16, r7, asr #6
    str.w   r5, [r2, r1]
    ssat    r11, #16, r11, asr #6
    ldr.w   lr, [sp, #BEGIN]
    pkhbt   r6, r6, r10, lsl #16
    cmp.w   r0, r12
    pkhbt   r7, r7, r11, lsl #16
    str.w   r6, [r3]
    str.w   r7, [r3, r1]
    it      ne
    bxne    lr
    b.w     wavenet_channels_next
    .size   wavenet_copy_m7, . - wavenet_copy_m7
