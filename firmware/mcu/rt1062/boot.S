// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// What the ROM looks for at the start of the flash chip (i.MX RT1060 Reference Manual, 9.6 and 9.7):
// how to read the chip, and 4 KB on where the image begins. The values are those of PJRC's boards.
        .syntax unified
        .section .boot.chip, "a", %progbits
        .global boot_chip
boot_chip:
        .word   0x42464346              // "FCFB"
        .word   0x56010000              // version 1.0
        .word   0
        .word   0x00020101              // data strobe looped back; chip select held 1, set up 2 clocks
        .org    boot_chip + 0x44
        .word   0x01060401              // serial NOR, four lines, 100 MHz, commands below
        .org    boot_chip + 0x50
        .word   flash_bytes
        .org    boot_chip + 0x80
        .word   0x0A1804EB              // read 0xEB: 24 bits of address on four lines,
        .word   0x32041EFF              // a mode byte, four dummies,
        .word   0x00002601              // data on four lines
        .org    boot_chip + 0x1C0
        .word   256                     // page
        .word   4096                    // sector
        .word   1
        .org    boot_chip + 0x1D0
        .word   0x10000                 // block
        .org    boot_chip + 0x200

        .section .boot.image, "a", %progbits
        .global boot_image
boot_image:
        .word   0x432000D1
        .word   reset_handler
        .word   0
        .word   0                       // no device configuration
        .word   boot_data
        .word   boot_image
        .word   0                       // not signed
        .word   0
boot_data:
        .word   boot_chip
        .word   image_bytes
        .word   0
