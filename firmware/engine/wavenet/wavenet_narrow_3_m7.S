// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// void wavenet_narrow_3_m7(struct wavenet_walk *walk): runs of tiles of layers of three channels and
// rows with LeakyReLU: convolution, activation, head sum, 1x1, residual and the next layer's
// history, without a loop inside (README.md, Narrow layers). The same words as wavenet.c.
//
// Three rows by two frames are six sums, r4-r9. A pair of taps is three words of each row: 18
// products in 18 cycles, and beside each the loads of the nine weights, of the six words of history
// and of the taps' pointers, so that both slots of every cycle are used. The order of begin and tail
// was found by a search over the pairing and latency rules of the Cortex-M7: 13 cycles and 70, of 23
// and 140 instructions. r1 is the place in the run, bytes of the history that are done.
    .syntax unified
    .thumb

    // The frame: struct wavenet_narrow_3_m7.
    .equ    CHAIN_0, 0
    .equ    CHAIN_1, 4
    .equ    ROWS, 8
    .equ    WEIGHT, 12
    .equ    FIRST, 16
    .equ    AUDIO, 20
    .equ    HEAD, 24
    .equ    CHANNELS, 28
    .equ    RESIDUAL, 32
    .equ    OUT, 36
    .equ    PARTNER, 40
    .equ    END, 44
    .equ    WALK, 48
    .equ    TAPS, 52
    .equ    FRAME_BYTES, 116

    // The parameters of the rows, from r0.
    .equ    PAIR, 36                        // weights of a pair of taps
    .equ    BIAS, 8 * PAIR
    .equ    MIXIN, BIAS + 12
    .equ    SLOPE, BIAS + 24
    .equ    HEAD_SCALE, BIAS + 36

    // Begins two frames: their sums, and what the taps begin with.
    .macro  begin half
    ldr.w   r12, [sp, #AUDIO]
    add.w   r4, r12, r1, lsr #1
    ldr.w   r12, [sp, #WEIGHT]
    ldr.w   r0, [sp, #ROWS]
    ldr.w   r8, [r4, #0]
    ldr.w   r9, [r4, #4]
    ldr.w   r5, [r0, #MIXIN + 0]
    ldr.w   r7, [r0, #BIAS + 0]
    ldr.w   r3, [r0, #BIAS + 8]
    ldr.w   r6, [r0, #BIAS + 4]
    smmla   r4, r8, r5, r7
    ldr.w   r11, [r0, #MIXIN + 4]
    ldr.w   r10, [sp, #FIRST]
    smmla   r5, r9, r5, r7
    smmla   r7, r9, r11, r6
    ldr.w   lr, [r0, #MIXIN + 8]
    smmla   r6, r8, r11, r6
    ldr.w   r11, [r10, r2]
    smmla   r8, r8, lr, r3
    ldr.w   r10, [r10, r1]
    smmla   r9, r9, lr, r3
    ldr.w   r3, [sp, #WEIGHT]
    ldr.w   lr, [sp, #CHAIN_\half]
    bx      lr
    .endm

    // A word of three rows and two frames: the weight of row 0 is in \w, the history in r10 and r11.
    // Beside the products come the other weights, what prepares a pointer, and of the next word the
    // first weight and the history.
    .macro  word at, w, other, pointer:vararg
    smlad   r4, \w, r10, r4
    ldr.w   \other, [r0, #\at + 4]
    smlad   r5, \w, r11, r5
    \pointer
    smlad   r6, \other, r10, r6
    ldr.w   \w, [r0, #\at + 8]
    smlad   r7, \other, r11, r7
    ldr.w   \other, [r0, #\at + 12]
    smlad   r8, \w, r10, r8
    .endm

    // The history of the next word: both frames of a tap, or of what is beside it.
    .macro  taken w
    ldr.w   r10, [lr, r1]
    smlad   r9, \w, r11, r9
    ldr.w   r11, [lr, r2]
    .endm

    .macro  beside w
    ldr.w   r10, [lr, #4]
    smlad   r9, \w, r11, r9
    ldr.w   r11, [lr, #12]
    .endm

    // Pair `pair` of eight but for its last word.
    .macro  two_words pair, w, other
    word    PAIR * \pair, \w, \other, ldr.w lr, [sp, #TAPS + 8 * \pair + 4]
    taken   \w
    word    PAIR * \pair + 12, \other, \w, add.w lr, lr, r1
    beside  \other
    .endm

    .macro  pair_of_taps pair, w, other
    two_words \pair, \w, \other
    word    PAIR * \pair + 24, \w, \other, ldr.w lr, [sp, #TAPS + 8 * \pair + 8]
    taken   \w
    .endm

    // Up to 16 taps, entered where the layer's are left, but for the last word.
    .macro  chain half
    .balign 8
    pair_of_taps 0, r3, r12
    pair_of_taps 1, r12, r3
    pair_of_taps 2, r3, r12
    pair_of_taps 3, r12, r3
    pair_of_taps 4, r3, r12
    pair_of_taps 5, r12, r3
    pair_of_taps 6, r3, r12
    .global wavenet_narrow_3_\half
    .thumb_func
wavenet_narrow_3_\half:
    two_words 7, r12, r3
    .endm

    // The last word, and all that follows the sums. The frames of a tile lie beside each other, so that
    // its second half is 24 bytes before where twice r1 leads: HEAD and RESIDUAL are less by that, and
    // `at` is 24 or 0.
    .macro  tail at
    ldr.w   r2, [r0, #BIAS - 4]
    smlad   r3, r12, r11, r5
    ldr.w   r5, [r0, #BIAS - 8]
    smlad   r4, r12, r10, r4
    smlad   r8, r2, r10, r8
    ldr.w   r12, [r0, #SLOPE + 0]
    ssat    lr, #29, r4
    smlad   r2, r2, r11, r9
    ldr.w   r9, [r0, #HEAD_SCALE + 0]
    smlad   r6, r5, r10, r6
    ssat    r10, #29, r3
    smmla   r4, r4, r12, lr
    ssat    lr, #29, r6
    smmla   r3, r3, r12, r10
    ldr.w   r10, [sp, #HEAD]
    smlad   r5, r5, r11, r7
    ldr.w   r7, [r0, #HEAD_SCALE + 4]
    ldr.w   r11, [r0, #SLOPE + 4]
    ssat    r12, #29, r5
    add.w   r10, r10, r1, lsl #1
    smmla   r5, r5, r11, r12
    ldr.w   r12, [r0, #SLOPE + 8]
    smmla   r6, r6, r11, lr
    ldr.w   r11, [r10, #20 + \at]
    ldr.w   lr, [r10, #16 + \at]
    smmla   r11, r5, r7, r11
    smmla   r7, r6, r7, lr
    ldr.w   lr, [r10, #0 + \at]
    str.w   r11, [r10, #20 + \at]
    ldr.w   r11, [r10, #4 + \at]
    smmla   r11, r3, r9, r11
    ldr.w   r0, [r0, #HEAD_SCALE + 8]
    smmla   r9, r4, r9, lr
    ldr.w   lr, [r10, #32 + \at]
    str.w   r9, [r10, #0 + \at]
    ldr.w   r9, [r10, #36 + \at]
    str.w   r11, [r10, #4 + \at]
    lsl.w   r5, r5, #2
    ssat    r11, #29, r8
    lsl.w   r6, r6, #2
    pkhtb   r4, r6, r4, asr #14
    smmla   r6, r8, r12, r11
    pkhtb   r3, r5, r3, asr #14
    str.w   r7, [r10, #16 + \at]
    ldr.w   r5, [sp, #RESIDUAL]
    smmla   r7, r6, r0, lr
    ldr.w   r8, [sp, #CHANNELS]
    add.w   r5, r5, r1, lsl #1
    ssat    r11, #29, r2
    smmla   r2, r2, r12, r11
    ldr.w   r11, [r8, #64]
    str.w   r7, [r10, #32 + \at]
    ldr.w   r7, [r5, #36 + \at]
    ldr.w   r12, [r8, #48]
    ldr.w   lr, [r8, #56]
    smmla   r0, r2, r0, r9
    str.w   r0, [r10, #36 + \at]
    ldr.w   r0, [r8, #76]
    smlad   r9, lr, r4, r12
    lsl.w   r2, r2, #2
    pkhtb   r2, r2, r6, asr #14
    ldr.w   r6, [sp, #PARTNER]
    smlad   r10, lr, r3, r12
    ldr.w   r12, [r5, #32 + \at]
    smlabt  r10, r11, r2, r10
    ldr.w   lr, [r8, #72]
    smlabb  r9, r11, r2, r9
    ldr.w   r11, [r8, #80]
    smmla   r7, r10, lr, r7
    ldr.w   r10, [sp, #OUT]
    smmla   r9, r9, lr, r12
    add.w   r10, r10, r1
    str.w   r7, [r5, #36 + \at]
    add.w   r6, r6, r1
    smmla   r11, r9, r0, r11
    ldr.w   r12, [r8, #0]
    ldr.w   lr, [r6, #4]
    str.w   r9, [r5, #32 + \at]
    ssat    r9, #16, r11, asr #6
    and.w   r11, r11, #63
    pkhbt   r9, r9, lr, lsl #16
    ldr.w   lr, [r5, #0 + \at]
    smmla   r0, r7, r0, r11
    ldr.w   r7, [r8, #8]
    str.w   r9, [r10, #4]
    ldr.w   r6, [r6, #12]
    and.w   r9, r0, #63
    smlad   r11, r7, r4, r12
    str.w   r9, [r8, #80]
    ldr.w   r9, [r8, #16]
    smlad   r7, r7, r3, r12
    ldr.w   r12, [r8, #24]
    ssat    r0, #16, r0, asr #6
    smlabb  r11, r9, r2, r11
    pkhbt   r0, r0, r6, lsl #16
    str.w   r0, [r10, #12]
    ldr.w   r0, [r8, #20]
    smmla   r6, r11, r12, lr
    ldr.w   r11, [r8, #12]
    str.w   r6, [r5, #0 + \at]
    ldr.w   lr, [r8, #4]
    smlabt  r7, r9, r2, r7
    ldr.w   r9, [r5, #16 + \at]
    smlad   r4, r11, r4, lr
    smlad   r3, r11, r3, lr
    ldr.w   r11, [r8, #28]
    ldr.w   lr, [r8, #36]
    smlabt  r3, r0, r2, r3
    smlabb  r2, r0, r2, r4
    ldr.w   r0, [r8, #32]
    ldr.w   r4, [r5, #20 + \at]
    smmla   r0, r6, r11, r0
    smmla   r2, r2, lr, r9
    ldr.w   r6, [r5, #4 + \at]
    and.w   r9, r0, #63
    smmla   r6, r7, r12, r6
    str.w   r6, [r5, #4 + \at]
    ldr.w   r7, [r8, #40]
    ssat    r0, #16, r0, asr #6
    smmla   r6, r6, r11, r9
    ldr.w   r9, [r8, #44]
    smmla   r3, r3, lr, r4
    and.w   r4, r6, #63
    str.w   r4, [r8, #32]
    ssat    r4, #16, r6, asr #6
    smmla   r6, r2, r7, r9
    str.w   r3, [r5, #20 + \at]
    add.w   r1, r1, #16
    and.w   r9, r6, #63
    smmla   r3, r3, r7, r9
    ssat    r6, #16, r6, asr #6
    str.w   r2, [r5, #16 + \at]
    ssat    r5, #16, r3, asr #6
    and.w   r2, r3, #63
    str.w   r2, [r8, #44]
    add.w   r2, r1, #8
    pkhbt   r0, r0, r6, lsl #16
    str.w   r0, [r10, #0]
    pkhbt   r0, r4, r5, lsl #16
    str.w   r0, [r10, #8]
    .endm

    .section .text.wavenet_narrow_3_m7, "ax", %progbits
    .balign 8
    .global wavenet_narrow_3_m7
    .type   wavenet_narrow_3_m7, %function
    .thumb_func
wavenet_narrow_3_m7:
    push    {r4-r11, lr}
    sub     sp, sp, #FRAME_BYTES
    str.w   r0, [sp, #WALK]
wavenet_narrow_3_run:
    mov     r0, sp
    ldr.w   r1, [sp, #WALK]
    bl      wavenet_narrow_3_next
    cmp     r0, #0
    beq.w   wavenet_narrow_3_end
    mov.w   r1, #0
    mov.w   r2, #8
    .balign 8
wavenet_narrow_3_tile:
    begin   0
    chain   a
    tail    24
    begin   1
    chain   b
    tail    0
    ldr.w   r0, [sp, #END]
    cmp     r1, r0
    bne.w   wavenet_narrow_3_tile
    b.w     wavenet_narrow_3_run
wavenet_narrow_3_end:
    add     sp, sp, #FRAME_BYTES
    pop     {r4-r11, pc}
    .size   wavenet_narrow_3_m7, . - wavenet_narrow_3_m7
