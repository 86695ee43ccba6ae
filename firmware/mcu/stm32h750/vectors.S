// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The vector table. A handler that no driver brings is `faults_entry`: silence, record, reset.
        .syntax unified
        .thumb

        .macro handler name
        .weak   \name
        .thumb_set \name, unexpected
        .word   \name
        .endm

        .macro  none count
        .rept   \count
        .word   unexpected
        .endr
        .endm

        .section .text.unexpected, "ax", %progbits
        .thumb_func
        .type   unexpected, %function
unexpected:
        b       faults_entry

        .section .vectors, "a", %progbits
        .balign 1024
        .global vectors
vectors:
        .word   stack_top
        .word   reset_handler
        none    12
        handler pendsv_handler
        handler systick_handler
        // External interrupts, 0 to 149.
        none    11
        handler dma1_stream0_handler
        handler dma1_stream1_handler
        none    24
        handler usart1_handler
        none    63
        handler otg_fs_handler
        none    48
