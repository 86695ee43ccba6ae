// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
#include "bank.h"

enum { AT_BYTES = 8, HEADER = 64, ALIGN = 8 };

void bank_start(struct bank *bank) {
    bank->count = 0;
}

static uint32_t word(const uint8_t *at) {
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

void bank_add(struct bank *bank, const void *start, size_t bytes) {
    const uint8_t *at = start;
    while (bytes >= HEADER && bank->count < BANK_SLOTS) {
        size_t blob = word(at + AT_BYTES);
        if (word(at) != 0x424D5350u /* PSMB */ || blob < HEADER || blob > bytes) {
            return;
        }
        bank->slots[bank->count].blob = at;
        bank->slots[bank->count].bytes = blob;
        bank->count++;
        size_t next = (blob + ALIGN - 1) & ~(size_t)(ALIGN - 1);
        if (next > bytes) {
            return;
        }
        at += next;
        bytes -= next;
    }
}
