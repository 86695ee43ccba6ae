// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The tails of wavenet_rows_m7.S and wavenet_table_m7.S that leave activations of 32 bits for the 1x1:
// 41 cycles for 77 slots of LeakyReLU, from the chain's end to its beginning, and 58 for 112 of the table.
// The order was found by a search over the pairing and latency rules of the Cortex-M7.
#include "wavenet_rows_m7.inc"

    .section .text.wavenet_long_m7, "ax", %progbits
    // LeakyReLU lifted by 2 bits.
    .balign 8
    .global wavenet_leaky_long
    .thumb_func
wavenet_leaky_long:
    cmp.w   r0, r12
    ldr.w   lr, [r0, #12]                   // slope of row 1
    ssat    r12, #29, r4
    smmla   r4, r4, r3, r12
    ssat    r12, #29, r5
    smmla   r5, r5, r3, r12
    ssat    r12, #29, r6
    smmla   r6, r6, r3, r12
    ssat    r12, #29, r7
    smmla   r7, r7, r3, r12
    ssat    r12, #29, r8
    beq.w   wavenet_leaky_long_last
    ssat    r2, #29, r11
    smmla   r8, r8, lr, r12
    smmla   r11, r11, lr, r2
    ldr.w   r2, [sp, #TO]
    ssat    r12, #29, r10
    smmla   r10, r10, lr, r12
    ssat    r12, #29, r9
    smmla   r9, r9, lr, r12
    ldr.w   r12, [r0, #4]                   // head scale of row 0
    ldr.w   r3, [r1, #12]
    strd    r6, r7, [r2, #16]
    strd    r4, r5, [r2, #8]
    strd    r8, r9, [r2, #24]
    ldr.w   lr, [r1, #8]
    smmla   r5, r5, r12, r3
    smmla   r4, r4, r12, lr
    ldr.w   r3, [r1, #20]
    strd    r4, r5, [r1, #8]
    smmla   r5, r7, r12, r3
    ldr.w   r4, [r0, #16]                   // head scale of row 1
    strd    r10, r11, [r2, #32]!
    ldr.w   r7, [r1, #32]
    ldr.w   r3, [r1, #36]
    ldr.w   lr, [r1, #16]
    str.w   r2, [sp, #TO]
    smmla   r2, r6, r12, lr
    ldr.w   r6, [r1, #28]
    strd    r2, r5, [r1, #16]
    ldr.w   r5, [sp, #X + 4]
    smmla   r9, r9, r4, r6
    ldr.w   r2, [r1, #24]
    smmla   r10, r10, r4, r7
    ldr.w   r6, [r0, #32]                   // mixin of row 1
    smmla   r8, r8, r4, r2
    ldr.w   r12, [sp, #X + 0]
    smmla   r11, r11, r4, r3
    strd    r8, r9, [r1, #24]
    strd    r10, r11, [r1, #32]!
    str.w   r1, [sp, #HEAD]
    ldr.w   r10, [r0, #28]                  // bias of row 1
    smmla   r8, r12, r6, r10
    ldr.w   r7, [sp, #X + 12]
    ldr.w   r4, [sp, #X + 8]
    smmla   r9, r5, r6, r10
    smmla   r11, r7, r6, r10
    ldr.w   r3, [r0, #24]                   // mixin of row 0
    smmla   r10, r4, r6, r10
    ldr.w   lr, [r0, #20]                   // bias of row 0
    smmla   r5, r5, r3, lr
    ldr.w   r1, [sp, #FIRST]
    ldr.w   r2, [r0, #36]
    smmla   r6, r4, r3, lr
    smmla   r4, r12, r3, lr
    ldr.w   r12, [r1, #0]
    smmla   r7, r7, r3, lr
    ldr.w   r3, [r0, #40]!
    ldr.w   pc, [sp, #CHAIN]

    // The last rows of a tile, and on to the next one.
    .balign 8
wavenet_leaky_long_last:
    ldr.w   r2, [sp, #TAP_COUNT]
    cmp.w   r2, #6
    bgt.w   wavenet_leaky_long_many
wavenet_leaky_long_few:
    ssat    r2, #29, r11
    smmla   r8, r8, lr, r12
    ssat    r12, #29, r9
    smmla   r9, r9, lr, r12
    ldr.w   r12, [sp, #TO]
    smmla   r11, r11, lr, r2
    ssat    r2, #29, r10
    ldr.w   r3, [r1, #16]
    strd    r4, r5, [r12, #8]
    smmla   r10, r10, lr, r2
    ldr.w   r2, [r0, #4]                    // head scale of row 0
    strd    r6, r7, [r12, #16]
    ldr.w   lr, [r1, #20]
    smmla   r6, r6, r2, r3
    ldr.w   r3, [sp, #STEP]
    ldr.w   r0, [r0, #16]                   // head scale of row 1
    smmla   r7, r7, r2, lr
    ldr.w   lr, [r1, #32]
    strd    r8, r9, [r12, #24]
    strd    r10, r11, [r12, #32]!
    strd    r6, r7, [r1, #16]
    ldr.w   r6, [r1, #8]
    ldr.w   r7, [r1, #28]
    smmla   r9, r9, r0, r7
    ldr.w   r7, [r1, #12]
    smmla   r7, r5, r2, r7
    ldr.w   r5, [r1, #36]
    smmla   r6, r4, r2, r6
    ldr.w   r2, [sp, #TAPS + 60]
    strd    r6, r7, [r1, #8]
    ldr.w   r6, [sp, #TAPS + 52]
    ldr.w   r7, [sp, #AUDIO]
    ldr.w   r4, [sp, #FIRST]
    smmla   r10, r10, r0, lr
    smmla   r11, r11, r0, r5
    ldr.w   r5, [r1, #24]
    smmla   r8, r8, r0, r5
    ldr.w   r5, [sp, #TAPS + 44]
    ldr.w   r0, [sp, #START]
    add.w   r6, r6, r3
    str.w   r12, [sp, #TO]
    ldr.w   r12, [r7, #8]
    strd    r8, r9, [r1, #24]
    strd    r10, r11, [r1, #32]!
    add.w   r11, r5, r3
    ldr.w   r5, [r7, #12]
    str.w   r11, [sp, #TAPS + 44]
    add.w   r11, r7, #16
    str.w   r11, [sp, #AUDIO]
    ldr.w   r11, [sp, #TAPS + 48]
    strd    r12, r5, [sp, #X + 8]
    str.w   r1, [sp, #HEAD]
    ldr.w   r9, [r0, #12]                   // bias of row 1
    add.w   r11, r11, r3
    str.w   r6, [sp, #TAPS + 52]
    ldr.w   r6, [r0, #16]                   // mixin of row 1
    str.w   r11, [sp, #TAPS + 48]
    ldr.w   r11, [sp, #TAPS + 56]
    add.w   r8, r2, r3
    add.w   r1, r11, r3
    smmla   r11, r5, r6, r9
    str.w   r1, [sp, #TAPS + 56]
    ldr.w   lr, [r7, #0]
    str.w   r8, [sp, #TAPS + 60]
    ldr.w   r2, [r7, #4]
    smmla   r8, lr, r6, r9
    add.w   r1, r4, r3
    ldr.w   r4, [r0, #8]                    // mixin of row 0
    str.w   r1, [sp, #FIRST]
    strd    lr, r2, [sp, #X]
    ldr.w   r7, [sp, #TILES]
    smmla   r10, r12, r6, r9
    smmla   r9, r2, r6, r9
    ldr.w   r3, [r0, #4]                    // bias of row 0
    smmla   r6, r12, r4, r3
    subs.w  r12, r7, #1
    str.w   r12, [sp, #TILES]
    ldr.w   r12, [r1, #0]
    beq.w   wavenet_rows_done
    smmla   r7, r5, r4, r3
    smmla   r5, r2, r4, r3
    ldr.w   r2, [r0, #20]
    smmla   r4, lr, r4, r3
    ldr.w   r3, [r0, #24]!
    ldr.w   pc, [sp, #CHAIN]

    // The pointers of the older taps.
wavenet_leaky_long_many:
    ldr.w   r3, [sp, #STEP]
    older_taps 10, r3, r2
    b.w     wavenet_leaky_long_few

    .balign 8
    // Tanh and sigmoid by the table.
    .global wavenet_table_long
    .thumb_func
wavenet_table_long:
    scale_first
    .global wavenet_table_long_scaled
    .thumb_func
wavenet_table_long_scaled:
    ldr.w   r2, [sp, #SLOPES]
    smmul   r10, r10, r3
    smmul   r8, r8, r3
    ssat    r1, #12, r7, asr #16
    str.w   r0, [sp, #STREAM]
    ssat    r0, #12, r4, asr #16
    smmul   r9, r9, r3
    ldr.w   lr, [r2, r1, lsl #3]
    smmul   r11, r11, r3
    ssat    r3, #12, r5, asr #16
    ldr.w   r1, [r12, r1, lsl #3]
    smmla   r1, r7, lr, r1
    ldr.w   r7, [r2, r0, lsl #3]
    ssat    lr, #12, r11, asr #16
    ldr.w   r0, [r12, r0, lsl #3]
    smmla   r4, r4, r7, r0
    ldr.w   r0, [r2, r3, lsl #3]
    ssat    r7, #12, r6, asr #16
    ldr.w   r3, [r12, r3, lsl #3]
    smmla   r5, r5, r0, r3
    ldr.w   r0, [r2, lr, lsl #3]
    ssat    r3, #12, r8, asr #16
    ldr.w   lr, [r12, lr, lsl #3]
    smmla   r11, r11, r0, lr
    ldr.w   r0, [r2, r7, lsl #3]
    ssat    lr, #12, r10, asr #16
    ldr.w   r7, [r12, r7, lsl #3]
    smmla   r6, r6, r0, r7
    ldr.w   r0, [r2, r3, lsl #3]
    ssat    r7, #12, r9, asr #16
    ldr.w   r3, [r12, r3, lsl #3]
    smmla   r8, r8, r0, r3
    ldr.w   r0, [r2, lr, lsl #3]
    ldr.w   r3, [r12, r7, lsl #3]
    ldr.w   r2, [r2, r7, lsl #3]
    ldr.w   r7, [sp, #TO]
    ldr.w   r12, [r12, lr, lsl #3]
    smmla   r10, r10, r0, r12
    ldr.w   r12, [sp, #HEAD]
    strd    r4, r5, [r7, #8]
    smmla   r9, r9, r2, r3
    ldr.w   r0, [sp, #STREAM]
    strd    r6, r1, [r7, #16]
    strd    r8, r9, [r7, #24]
    strd    r10, r11, [r7, #32]!
    str.w   r7, [sp, #TO]
    ldr.w   r2, [r0, #4]                    // head scale of row 0
    ldr.w   r3, [r12, #8]
    ldr.w   r7, [r12, #12]
    smmla   r4, r4, r2, r3
    ldr.w   r3, [r0, #16]                   // head scale of row 1
    smmla   r5, r5, r2, r7
    ldr.w   r7, [r12, #16]
    strd    r4, r5, [r12, #8]
    ldr.w   r5, [r0, #32]                   // mixin of row 1
    smmla   r4, r6, r2, r7
    ldr.w   r6, [r12, #20]
    ldr.w   r7, [r12, #32]
    smmla   r2, r1, r2, r6
    ldr.w   r1, [r12, #24]
    ldr.w   r6, [r12, #28]
    smmla   r7, r10, r3, r7
    smmla   r9, r9, r3, r6
    ldr.w   r6, [sp, #X + 8]
    smmla   r8, r8, r3, r1
    ldr.w   r1, [r0, #28]                   // bias of row 1
    strd    r4, r2, [r12, #16]
    smmla   r10, r6, r5, r1
    ldr.w   r2, [r12, #36]
    smmla   r11, r11, r3, r2
    ldr.w   r4, [sp, #X + 0]
    strd    r8, r9, [r12, #24]
    strd    r7, r11, [r12, #32]!
    ldr.w   r7, [sp, #X + 12]
    smmla   r8, r4, r5, r1
    str.w   r12, [sp, #HEAD]
    ldr.w   r2, [sp, #X + 4]
    ldr.w   r12, [r0, #24]                  // mixin of row 0
    smmla   r11, r7, r5, r1
    smmla   r9, r2, r5, r1
    ldr.w   lr, [r0, #20]                   // bias of row 0
    smmla   r5, r2, r12, lr
    ldr.w   r2, [r0, #36]
    smmla   r4, r4, r12, lr
    ldr.w   r1, [sp, #FIRST]
    ldr.w   r3, [r0, #40]!
    smmla   r6, r6, r12, lr
    smmla   r7, r7, r12, lr
    ldr.w   r12, [r1, #0]
    beq.w   wavenet_rows_onward
    ldr.w   pc, [sp, #CHAIN]
