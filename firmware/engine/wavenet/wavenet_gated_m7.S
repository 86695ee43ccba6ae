// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The tails of gated layers behind the products of wavenet_rows_m7.S: a pair of rows is a row, r4-r7,
// and its gate, r8-r11, of which four activations of 32 bits are left for the 1x1. From the chain's
// end to its beginning 61 cycles of a tanh and 51 of LeakyReLU, in parts of which a tanh and the
// others share the last two: the first row, the gates and the head sum, the begin of the next rows.
// Their order was found by a search over the pairing and latency rules of the Cortex-M7.
#include "wavenet_rows_m7.inc"

    .section .text.wavenet_gated_m7, "ax", %progbits
    // LeakyReLU lifted by 2 bits; below its bend is 0.
    .balign 8
    .global wavenet_gated_leaky
    .thumb_func
wavenet_gated_leaky:
    scale_first
    smmul   r9, r9, r3
    ldr.w   r12, [r0]                       // slope
    usat    r2, #28, r7
    smmul   r11, r11, r3
    smmla   r7, r7, r12, r2
    usat    r1, #28, r4
    smmla   r4, r4, r12, r1
    smmul   r8, r8, r3
    smmul   r10, r10, r3
    usat    r2, #28, r5
    smmla   r5, r5, r12, r2
    usat    r2, #28, r6
    smmla   r6, r6, r12, r2
    b.w     wavenet_gated_gates

    // Tanh by the table.
    .balign 8
    .global wavenet_gated_tanh
    .thumb_func
wavenet_gated_tanh:
    scale_first
    .global wavenet_gated_tanh_scaled
    .thumb_func
wavenet_gated_tanh_scaled:
    ldr.w   lr, [sp, #SLOPES]
    smmul   r11, r11, r3
    ssat    r1, #12, r5, asr #16
    smmul   r10, r10, r3
    ssat    r2, #12, r4, asr #16
    smmul   r9, r9, r3
    smmul   r8, r8, r3
    ldr.w   r3, [lr, r1, lsl #3]
    ldr.w   r1, [r12, r1, lsl #3]
    smmla   r3, r5, r3, r1
    ldr.w   r1, [lr, r2, lsl #3]
    ldr.w   r2, [r12, r2, lsl #3]
    smmla   r2, r4, r1, r2
    ssat    r1, #12, r6, asr #16
    lsl.w   r3, r3, #8
    ssat    r5, #12, r7, asr #16
    ldr.w   r4, [r12, r1, lsl #3]
    ldr.w   r1, [lr, r1, lsl #3]
    ldr.w   r12, [r12, r5, lsl #3]
    ldr.w   lr, [lr, r5, lsl #3]
    smmla   r1, r6, r1, r4
    lsl.w   r2, r2, #8
    smmla   lr, r7, lr, r12
    eor.w   r5, r3, #0x80000000
    eor.w   r4, r2, #0x80000000
    lsl.w   r2, r1, #8
    lsl.w   r1, lr, #8
    eor.w   r6, r2, #0x80000000
    eor.w   r7, r1, #0x80000000

    // The gates by the table, and what both make.
    .balign 8
    .global wavenet_gated_gates
    .thumb_func
wavenet_gated_gates:
    ssat    lr, #12, r11, asr #16
    ldr.w   r1, [sp, #SLOPES]
    ldr.w   r3, [sp, #BASES]
    ssat    r12, #12, r9, asr #16
    ldr.w   r2, [r1, lr, lsl #3]
    ldr.w   lr, [r3, lr, lsl #3]
    smmla   lr, r11, r2, lr
    ldr.w   r11, [r1, r12, lsl #3]
    ldr.w   r2, [r3, r12, lsl #3]
    smmla   r2, r9, r11, r2
    ldr.w   r11, [sp, #TO]
    ssat    r9, #12, r10, asr #16
    lsl.w   lr, lr, #7
    ssat    r12, #12, r8, asr #16
    smmul   lr, r7, lr
    lsl.w   r2, r2, #7
    ldr.w   r7, [r3, r9, lsl #3]
    ldr.w   r3, [r3, r12, lsl #3]
    ldr.w   r12, [r1, r12, lsl #3]
    ldr.w   r9, [r1, r9, lsl #3]
    smmul   r5, r5, r2
    smmla   r3, r8, r12, r3
    ldr.w   r1, [sp, #HEAD]
    smmla   r12, r10, r9, r7
    ldr.w   r7, [r0, #4]                    // head scale
    ldr.w   r10, [r1, #12]
    ldr.w   r2, [r1, #16]
    lsl.w   r9, r3, #7
    smmla   r10, r5, r7, r10
    lsl.w   r12, r12, #7
    smmul   r3, r4, r9
    smmul   r6, r6, r12
    ldr.w   r4, [r1, #20]
    ldr.w   r12, [r1, #8]
    smmla   r4, lr, r7, r4
    smmla   r9, r6, r7, r2
    smmla   r2, r3, r7, r12
    strd    r3, r5, [r11, #8]
    strd    r6, lr, [r11, #16]!
    str.w   r11, [sp, #TO]
    strd    r2, r10, [r1, #8]
    strd    r9, r4, [r1, #16]!
    str.w   r1, [sp, #HEAD]

    // The begin of the next rows, if those that are done were not a tile's last, behind tails that do
    // no more than their rows.
    .global wavenet_rows_further
    .thumb_func
wavenet_rows_further:
    beq.w   wavenet_rows_onward
    ldr.w   lr, [sp, #X + 4]
    ldr.w   r12, [sp, #X + 8]
    ldr.w   r5, [r0, #20]                   // bias of the row
    ldr.w   r10, [r0, #24]                  // mixin of the row
    ldr.w   r11, [sp, #X]
    ldr.w   r2, [r0, #36]
    ldr.w   r1, [sp, #FIRST]
    ldr.w   r7, [sp, #X + 12]
    smmla   r6, r12, r10, r5
    ldr.w   r3, [r0, #32]                   // mixin of the gate
    ldr.w   r9, [r0, #28]                   // bias of the gate
    smmla   r4, r11, r10, r5
    smmla   r8, r11, r3, r9
    smmla   r11, r7, r3, r9
    smmla   r7, r7, r10, r5
    smmla   r5, lr, r10, r5
    smmla   r10, r12, r3, r9
    ldr.w   r12, [r1]
    smmla   r9, lr, r3, r9
    ldr.w   r3, [r0, #40]!
    ldr.w   pc, [sp, #CHAIN]
    .size   wavenet_gated_tanh, . - wavenet_gated_tanh
