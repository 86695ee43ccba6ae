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
// was found by a search over the pairing and latency rules of the Cortex-M7: 13 cycles and 73, of 23
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

    // Rows over a history of 32 bits, of two frames: a tap is three words of history a frame and five of
    // weights (wavenet_narrow_3_m7.c), 18 products in 19 cycles, the newest tap first. r3, r10, r11 and
    // lr begin the next one. The last word of weights is negative behind the last tap. What the tail
    // adds then is 0.
    .macro  wide_taps
    .balign 8
    .global wavenet_narrow_3_wide
    .thumb_func
wavenet_narrow_3_wide:
    ldr.w   lr, [sp, #TAPS + 60]
    add.w   r2, sp, #TAPS + 56
    ldr.w   r3, [r12]
    add.w   lr, lr, r1, lsl #1
    ldr.w   r10, [lr, #0]
    ldr.w   r11, [lr, #16]
    .balign 8
wavenet_narrow_3_wide_tap:
    ldr.w   r0, [r12, #4]
    smlawb  r4, r10, r3, r4
    smlawt  r7, r11, r3, r7
    smlawb  r9, r11, r0, r9
    smlawb  r8, r10, r0, r8
    smlawt  r6, r10, r3, r6
    ldr.w   r10, [lr, #4]
    smlawb  r5, r11, r3, r5
    ldr.w   r11, [r12, #8]
    ldr.w   r3, [lr, #20]
    smlawt  r8, r10, r0, r8
    smlawt  r6, r10, r11, r6
    smlawb  r4, r10, r11, r4
    ldr.w   r10, [r2, #0]
    smlawt  r9, r3, r0, r9
    ldr.w   r0, [r12, #12]
    sub.w   r2, r2, #4
    smlawb  r5, r3, r11, r5
    smlawt  r7, r3, r11, r7
    ldr.w   r11, [lr, #24]
    ldr.w   r3, [lr, #8]
    add.w   lr, r10, r1, lsl #1
    smlawt  r7, r11, r0, r7
    ldr.w   r10, [r12, #16]
    smlawt  r6, r3, r0, r6
    cmp.w   r10, #0
    smlawb  r9, r11, r10, r9
    add.w   r12, r12, #20
    smlawb  r8, r3, r10, r8
    ldr.w   r10, [lr, #0]
    smlawb  r5, r11, r0, r5
    ldr.w   r11, [lr, #16]
    smlawb  r4, r3, r0, r4
    ldr.w   r3, [r12, #0]
    bge.w   wavenet_narrow_3_wide_tap
    tst.w   r1, #16
    mov.w   r10, #0
    ldr.w   r0, [sp, #ROWS]
    mov.w   r11, #0
    beq.w   wavenet_narrow_3_tail_a
    b.w     wavenet_narrow_3_tail_b
    .endm

    // The last word, and all that follows the sums. The frames of a tile lie beside each other, so that
    // its second half is 24 bytes before where twice r1 leads: HEAD and RESIDUAL are less by that, and
    // `at` is 24 or 0.
    .macro  tail half, at
wavenet_narrow_3_tail_\half:
    smlad   r2, r12, r11, r5
    ldr.w   r3, [r0, #BIAS - 4]
    ldr.w   r5, [r0, #SLOPE + 0]
    smlad   r4, r12, r10, r4
    smlad   r9, r3, r11, r9
    ldr.w   r12, [r0, #HEAD_SCALE + 0]
    smlad   r3, r3, r10, r8
    ldr.w   r8, [r0, #BIAS - 8]
    ssat    lr, #29, r4
    smmla   r4, r4, r5, lr
    smlad   r7, r8, r11, r7
    ldr.w   r11, [sp, #HEAD]
    add.w   r11, r11, r1, lsl #1
    smlad   r6, r8, r10, r6
    ssat    r8, #29, r2
    smmla   r2, r2, r5, r8
    ldr.w   r5, [r11, #0 + \at]
    ldr.w   r8, [r0, #SLOPE + 4]
    ssat    r10, #29, r6
    smmla   r5, r4, r12, r5
    ssat    lr, #29, r7
    smmla   r7, r7, r8, lr
    ldr.w   lr, [r0, #HEAD_SCALE + 4]
    smmla   r6, r6, r8, r10
    ldr.w   r8, [r11, #16 + \at]
    str.w   r5, [r11, #0 + \at]
    ldr.w   r5, [r11, #20 + \at]
    smmla   r8, r6, lr, r8
    str.w   r8, [r11, #16 + \at]
    ldr.w   r8, [r11, #4 + \at]
    ldr.w   r10, [r0, #SLOPE + 8]
    smmla   r8, r2, r12, r8
    ldr.w   r0, [r0, #HEAD_SCALE + 8]
    str.w   r8, [r11, #4 + \at]
    ssat    r8, #29, r3
    smmla   r3, r3, r10, r8
    ssat    r8, #29, r9
    smmla   r8, r9, r10, r8
    ldr.w   r9, [r11, #32 + \at]
    smmla   r5, r7, lr, r5
    str.w   r5, [r11, #20 + \at]
    ldr.w   r5, [sp, #CHANNELS]
    smmla   r9, r3, r0, r9
    ldr.w   r10, [r11, #36 + \at]
    ldr.w   r12, [r5, #8]
    smmla   r0, r8, r0, r10
    ldr.w   r10, [r5, #0]
    str.w   r0, [r11, #36 + \at]
    smlawb  r0, r4, r12, r10
    ldr.w   lr, [r5, #12]
    smlawb  r10, r2, r12, r10
    smlawt  r10, r7, r12, r10
    smlawt  r0, r6, r12, r0
    ldr.w   r12, [r5, #4]
    str.w   r9, [r11, #32 + \at]
    ldr.w   r9, [r5, #56]
    smlawb  r11, r2, lr, r12
    smlawb  r12, r4, lr, r12
    smlawt  r12, r6, lr, r12
    smlawt  r11, r7, lr, r11
    ldr.w   lr, [r5, #48]
    smlawb  r4, r4, r9, lr
    smlawb  r2, r2, r9, lr
    ldr.w   lr, [r5, #24]
    smlawt  r2, r7, r9, r2
    ldr.w   r7, [r5, #20]
    smlawt  r4, r6, r9, r4
    ldr.w   r6, [r5, #64]
    smlawb  r9, r8, r7, r11
    ldr.w   r11, [sp, #RESIDUAL]
    add.w   r11, r11, r1, lsl #1
    smlawb  r2, r8, r6, r2
    smlawb  r7, r3, r7, r12
    ldr.w   r12, [r5, #16]
    smlawb  r4, r3, r6, r4
    ldr.w   r6, [r11, #4 + \at]
    smlawb  r8, r8, r12, r10
    ldr.w   r10, [r11, #0 + \at]
    smlawb  r0, r3, r12, r0
    ldr.w   r3, [r5, #28]
    ldr.w   r12, [r5, #32]
    smmla   r6, r8, lr, r6
    smmla   r0, r0, lr, r10
    ldr.w   r8, [r11, #16 + \at]
    str.w   r0, [r11, #0 + \at]
    ldr.w   r10, [r11, #20 + \at]
    smmla   r0, r0, r3, r12
    ldr.w   r12, [r5, #36]
    str.w   r6, [r11, #4 + \at]
    ldr.w   lr, [r5, #44]
    smmla   r9, r9, r12, r10
    and.w   r10, r0, #63
    smmla   r3, r6, r3, r10
    ldr.w   r6, [r5, #40]
    ssat    r0, #16, r0, asr #6
    smmla   r7, r7, r12, r8
    and.w   r8, r3, #63
    str.w   r8, [r5, #32]
    ssat    r3, #16, r3, asr #6
    str.w   r7, [r11, #16 + \at]
    str.w   r9, [r11, #20 + \at]
    ldr.w   r8, [r5, #72]
    ldr.w   r10, [sp, #OUT]
    smmla   r7, r7, r6, lr
    add.w   r10, r10, r1
    ldr.w   r12, [r11, #32 + \at]
    ssat    lr, #16, r7, asr #6
    and.w   r7, r7, #63
    smmla   r6, r9, r6, r7
    ldr.w   r7, [r11, #36 + \at]
    pkhbt   r0, r0, lr, lsl #16
    str.w   r0, [r10, #0]
    and.w   r0, r6, #63
    str.w   r0, [r5, #44]
    ssat    r0, #16, r6, asr #6
    ldr.w   r6, [r5, #80]
    ldr.w   r9, [r5, #76]
    smmla   r4, r4, r8, r12
    pkhbt   r0, r3, r0, lsl #16
    str.w   r0, [r10, #8]
    smmla   r0, r4, r9, r6
    ldr.w   r3, [sp, #PARTNER]
    add.w   r3, r3, r1
    str.w   r4, [r11, #32 + \at]
    and.w   r4, r0, #63
    smmla   r2, r2, r8, r7
    ldr.w   r6, [r3, #4]
    str.w   r2, [r11, #36 + \at]
    ssat    r0, #16, r0, asr #6
    smmla   r2, r2, r9, r4
    pkhbt   r0, r0, r6, lsl #16
    str.w   r0, [r10, #4]
    ssat    r0, #16, r2, asr #6
    and.w   r2, r2, #63
    ldr.w   r3, [r3, #12]
    str.w   r2, [r5, #80]
    add.w   r1, r1, #16
    add.w   r2, r1, #8
    pkhbt   r0, r0, r3, lsl #16
    str.w   r0, [r10, #12]
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
    tail    a, 24
    begin   1
    chain   b
    tail    b, 0
    ldr.w   r0, [sp, #END]
    cmp     r1, r0
    bne.w   wavenet_narrow_3_tile
    b.w     wavenet_narrow_3_run
wavenet_narrow_3_end:
    add     sp, sp, #FRAME_BYTES
    pop     {r4-r11, pc}
    wide_taps
    .size   wavenet_narrow_3_m7, . - wavenet_narrow_3_m7

    // Four frames of a channel: of 32 - n bits, by what saturates above and below, times 2^n.
    .macro  clipped at
    ldrd    r4, r5, [r0], #8
    ldrd    r6, r7, [r0], #8
    qadd    r4, r4, r12
    qadd    r5, r5, r12
    sub.w   r4, r4, r12
    qadd    r6, r6, r12
    sub.w   r5, r5, r12
    qadd    r7, r7, r12
    sub.w   r6, r6, r12
    qsub    r4, r4, r12
    sub.w   r7, r7, r12
    qsub    r5, r5, r12
    add.w   r4, r4, r12
    qsub    r6, r6, r12
    add.w   r5, r5, r12
    qsub    r7, r7, r12
    add.w   r6, r6, r12
    lsl.w   r4, r4, r2
    add.w   r7, r7, r12
    lsl.w   r5, r5, r2
    str.w   r4, [r1, #\at]
    lsl.w   r6, r6, r2
    str.w   r5, [r1, #16 + \at]
    lsl.w   r7, r7, r2
    str.w   r6, [r1, #32 + \at]
    str.w   r7, [r1, #48 + \at]
    .endm

    // void wavenet_narrow_3_clip_m7(const int32_t *residual, int32_t *q, uint32_t n, uint32_t tiles):
    // three channels of tiles into a history of 32 bits.
    .section .text.wavenet_narrow_3_clip_m7, "ax", %progbits
    .balign 8
    .global wavenet_narrow_3_clip_m7
    .type   wavenet_narrow_3_clip_m7, %function
    .thumb_func
wavenet_narrow_3_clip_m7:
    push    {r4-r7}
    mvn.w   r4, #0x80000000
    asr.w   r12, r4, r2
    sub.w   r12, r4, r12
wavenet_narrow_3_clip_tile:
    clipped 0
    clipped 4
    clipped 8
    add.w   r0, r0, #16
    add.w   r1, r1, #64
    subs.w  r3, r3, #1
    bne.w   wavenet_narrow_3_clip_tile
    pop     {r4-r7}
    bx      lr
    .size   wavenet_narrow_3_clip_m7, . - wavenet_narrow_3_clip_m7
