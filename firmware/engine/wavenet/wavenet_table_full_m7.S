// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The tail of wavenet_table_m7.S for a 1x1 of 32-bit weights, which reads activations of 31 bits: 62
// cycles for 120 slots, from the chain's end to its beginning. The order was found by a search over
// the pairing and latency rules of the Cortex-M7.
#include "wavenet_rows_m7.inc"

    .section .text.wavenet_table_full_m7, "ax", %progbits
    .balign 8
    .global wavenet_table_full
    .thumb_func
wavenet_table_full:
    scale_first
    .global wavenet_table_full_scaled
    .thumb_func
wavenet_table_full_scaled:
    beq.w   wavenet_table_full_last
    ssat    r2, #12, r4, asr #16
    smmul   r1, r9, r3
    ldr.w   r9, [sp, #SLOPES]
    smmul   r11, r11, r3
    ldr.w   lr, [r12, r2, lsl #3]
    str.w   r0, [sp, #STREAM]
    ldr.w   r0, [r9, r2, lsl #3]
    smmul   r2, r8, r3
    ssat    r8, #12, r5, asr #16
    smmul   r10, r10, r3
    smmla   r4, r4, r0, lr
    ssat    r0, #12, r11, asr #16
    ldr.w   r3, [r9, r8, lsl #3]
    ssat    lr, #12, r10, asr #16
    ldr.w   r8, [r12, r8, lsl #3]
    smmla   r8, r5, r3, r8
    ldr.w   r5, [r9, r0, lsl #3]
    ssat    r3, #12, r7, asr #16
    ldr.w   r0, [r12, r0, lsl #3]
    smmla   r11, r11, r5, r0
    ldr.w   r0, [r9, lr, lsl #3]
    ssat    r5, #12, r1, asr #16
    ldr.w   lr, [r12, lr, lsl #3]
    smmla   r10, r10, r0, lr
    ldr.w   r0, [r9, r3, lsl #3]
    ssat    lr, #12, r6, asr #16
    ldr.w   r3, [r12, r3, lsl #3]
    smmla   r7, r7, r0, r3
    ldr.w   r0, [r9, r5, lsl #3]
    ssat    r3, #12, r2, asr #16
    ldr.w   r5, [r12, r5, lsl #3]
    smmla   r1, r1, r0, r5
    ldr.w   r5, [r9, lr, lsl #3]
    ldr.w   r0, [sp, #STREAM]
    ldr.w   lr, [r12, lr, lsl #3]
    smmla   r6, r6, r5, lr
    ldr.w   r5, [sp, #HEAD]
    ldr.w   r9, [r9, r3, lsl #3]
    ldr.w   r3, [r12, r3, lsl #3]
    ldr.w   r12, [r5, #20]
    ldr.w   lr, [r0, #4]                    // head scale of row 0
    smmla   r2, r2, r9, r3
    ldr.w   r3, [r5, #12]
    ldr.w   r9, [r5, #8]
    smmla   r3, r8, lr, r3
    lsl.w   r8, r8, #7
    smmla   r9, r4, lr, r9
    strd    r9, r3, [r5, #8]
    ldr.w   r3, [r5, #16]
    smmla   r9, r7, lr, r12
    ldr.w   r12, [sp, #TO]
    smmla   r3, r6, lr, r3
    strd    r3, r9, [r5, #16]
    lsl.w   r6, r6, #7
    lsl.w   r7, r7, #7
    ldr.w   r3, [r5, #24]
    ldr.w   r9, [r0, #16]                   // head scale of row 1
    strd    r6, r7, [r12, #16]
    smmla   r6, r2, r9, r3
    lsl.w   r7, r4, #7
    strd    r7, r8, [r12, #8]
    ldr.w   r7, [r5, #32]
    lsl.w   r4, r11, #7
    lsl.w   r8, r1, #7
    ldr.w   r3, [r5, #28]
    lsl.w   r2, r2, #7
    smmla   r1, r1, r9, r3
    strd    r2, r8, [r12, #24]
    lsl.w   r2, r10, #7
    ldr.w   r8, [r5, #36]
    strd    r6, r1, [r5, #24]
    smmla   r10, r10, r9, r7
    ldr.w   r7, [sp, #X + 12]
    strd    r2, r4, [r12, #32]!
    ldr.w   lr, [r0, #32]                   // mixin of row 1
    smmla   r11, r11, r9, r8
    strd    r10, r11, [r5, #32]!
    str.w   r5, [sp, #HEAD]
    ldr.w   r9, [r0, #28]                   // bias of row 1
    str.w   r12, [sp, #TO]
    ldr.w   r6, [sp, #X + 8]
    ldr.w   r5, [r0, #24]                   // mixin of row 0
    smmla   r11, r7, lr, r9
    ldr.w   r3, [r0, #20]                   // bias of row 0
    smmla   r10, r6, lr, r9
    smmla   r6, r6, r5, r3
    ldr.w   r8, [sp, #X + 0]
    ldr.w   r12, [sp, #X + 4]
    smmla   r7, r7, r5, r3
    ldr.w   r2, [r0, #36]
    smmla   r4, r8, r5, r3
    smmla   r8, r8, lr, r9
    ldr.w   r1, [sp, #FIRST]
    smmla   r5, r12, r5, r3
    ldr.w   r3, [r0, #40]!
    smmla   r9, r12, lr, r9
    ldr.w   r12, [r1, #0]
    ldr.w   pc, [sp, #CHAIN]

    .balign 8
wavenet_table_full_last:
    ldr.w   r2, [sp, #TAP_COUNT]
    cmp.w   r2, #3
    bgt.w   wavenet_table_full_many
wavenet_table_full_few:
    ldr.w   r1, [sp, #SLOPES]
    smmul   r10, r10, r3
    ssat    r2, #12, r5, asr #16
    smmul   r9, r9, r3
    ssat    lr, #12, r4, asr #16
    smmul   r11, r11, r3
    smmul   r8, r8, r3
    ldr.w   r3, [r1, r2, lsl #3]
    ldr.w   r2, [r12, r2, lsl #3]
    smmla   r5, r5, r3, r2
    ldr.w   r2, [r1, lr, lsl #3]
    ssat    r3, #12, r11, asr #16
    ldr.w   lr, [r12, lr, lsl #3]
    smmla   r4, r4, r2, lr
    ssat    r2, #12, r7, asr #16
    ldr.w   lr, [r1, r3, lsl #3]
    ldr.w   r3, [r12, r3, lsl #3]
    smmla   r11, r11, lr, r3
    ldr.w   r3, [r1, r2, lsl #3]
    ssat    lr, #12, r10, asr #16
    ldr.w   r2, [r12, r2, lsl #3]
    smmla   r7, r7, r3, r2
    ldr.w   r2, [r1, lr, lsl #3]
    ssat    r3, #12, r6, asr #16
    ldr.w   lr, [r12, lr, lsl #3]
    smmla   r10, r10, r2, lr
    ssat    r2, #12, r9, asr #16
    ldr.w   lr, [r1, r3, lsl #3]
    ldr.w   r3, [r12, r3, lsl #3]
    smmla   r6, r6, lr, r3
    ldr.w   r3, [r1, r2, lsl #3]
    ssat    lr, #12, r8, asr #16
    ldr.w   r2, [r12, r2, lsl #3]
    smmla   r9, r9, r3, r2
    ldr.w   r2, [sp, #HEAD]
    ldr.w   r1, [r1, lr, lsl #3]
    ldr.w   r3, [r0, #4]                    // head scale of row 0
    ldr.w   r12, [r12, lr, lsl #3]
    ldr.w   r0, [r0, #16]                   // head scale of row 1
    smmla   r1, r8, r1, r12
    ldr.w   r8, [r2, #12]
    smmla   r8, r5, r3, r8
    ldr.w   r12, [r2, #28]
    smmla   r12, r9, r0, r12
    ldr.w   lr, [r2, #24]
    lsl.w   r9, r9, #7
    smmla   lr, r1, r0, lr
    strd    lr, r12, [r2, #24]
    ldr.w   r12, [sp, #TO]
    ldr.w   lr, [r2, #8]
    smmla   lr, r4, r3, lr
    lsl.w   r1, r1, #7
    strd    lr, r8, [r2, #8]
    ldr.w   r8, [r2, #16]
    ldr.w   lr, [sp, #TILES]
    strd    r1, r9, [r12, #24]
    subs.w  r1, lr, #1
    smmla   r9, r6, r3, r8
    ldr.w   r8, [sp, #AUDIO]
    lsl.w   r6, r6, #7
    ldr.w   lr, [r2, #20]
    str.w   r1, [sp, #TILES]
    smmla   r1, r7, r3, lr
    lsl.w   r3, r10, #7
    strd    r9, r1, [r2, #16]
    ldr.w   r1, [r2, #32]
    ldr.w   r9, [r2, #36]
    lsl.w   r5, r5, #7
    lsl.w   r4, r4, #7
    smmla   r1, r10, r0, r1
    ldr.w   r10, [r8, #8]
    lsl.w   r7, r7, #7
    smmla   r0, r11, r0, r9
    strd    r4, r5, [r12, #8]
    strd    r1, r0, [r2, #32]!
    str.w   r2, [sp, #HEAD]
    ldr.w   r0, [sp, #START]
    ldr.w   r9, [r8, #4]
    lsl.w   r4, r11, #7
    ldr.w   r1, [sp, #FIRST]
    ldr.w   r11, [r8, #12]
    strd    r6, r7, [r12, #16]
    strd    r3, r4, [r12, #32]!
    ldr.w   r5, [r0, #8]                    // mixin of row 0
    ldr.w   r2, [r0, #4]                    // bias of row 0
    add.w   r6, r8, #16
    str.w   r6, [sp, #AUDIO]
    strd    r10, r11, [sp, #X + 8]
    str.w   r12, [sp, #TO]
    ldr.w   r8, [r8, #0]
    smmla   r6, r10, r5, r2
    ldr.w   r3, [r0, #12]                   // bias of row 1
    ldr.w   r12, [sp, #STEP]
    smmla   r7, r11, r5, r2
    ldr.w   lr, [r0, #16]                   // mixin of row 1
    smmla   r4, r8, r5, r2
    strd    r8, r9, [sp, #X]
    smmla   r5, r9, r5, r2
    add.w   r1, r1, r12
    ldr.w   r2, [sp, #TAPS + 60]
    smmla   r9, r9, lr, r3
    add.w   r2, r2, r12
    str.w   r2, [sp, #TAPS + 60]
    ldr.w   r2, [sp, #TAPS + 56]
    smmla   r8, r8, lr, r3
    add.w   r12, r2, r12
    str.w   r12, [sp, #TAPS + 56]
    smmla   r10, r10, lr, r3
    ldr.w   r12, [r1, #0]
    ldr.w   r2, [r0, #20]
    smmla   r11, r11, lr, r3
    ldr.w   r3, [r0, #24]!
    str.w   r1, [sp, #FIRST]
    beq.w   wavenet_rows_done
    ldr.w   pc, [sp, #CHAIN]

wavenet_table_full_many:
    ldr.w   r1, [sp, #STEP]
    older_taps 13, r1, r2
    b.w     wavenet_table_full_few
