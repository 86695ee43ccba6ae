// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
#include "bank.h"

#include "crc32.h"
#include "metadata.h"

enum { AT_BYTES = 8, AT_METADATA = 52, AT_METADATA_BYTES = 56, HEADER = 64, ALIGN = 8 };

void bank_start(struct bank *bank) {
    bank->count = 0;
}

static uint32_t word(const uint8_t *at) {
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

void bank_add(struct bank *bank, uint8_t slot, const uint8_t *blob, size_t bytes, uint32_t crc) {
    if (bank->count < BANK_MODELS) {
        bank->models[bank->count].blob = blob;
        bank->models[bank->count].bytes = bytes;
        bank->models[bank->count].crc = crc;
        bank->models[bank->count].slot = slot;
        bank->count++;
    }
}

void bank_add_image(struct bank *bank, const void *start, size_t bytes) {
    const uint8_t *at = start;
    for (uint8_t i = 0; bytes >= HEADER && i < BANK_IMAGE_MODELS; i++) {
        size_t blob = word(at + AT_BYTES);
        if (word(at) != 0x424D5350u /* PSMB */ || blob < HEADER || blob > bytes) {
            return;
        }
        bank_add(bank, (uint8_t)(BANK_IMAGE_SLOT + i), at, blob, crc32_update(0, at, blob));
        size_t next = (blob + ALIGN - 1) & ~(size_t)(ALIGN - 1);
        if (next > bytes) {
            return;
        }
        at += next;
        bytes -= next;
    }
}

bool bank_find(const struct bank *bank, uint8_t slot, uint32_t *index) {
    for (uint32_t i = 0; i < bank->count; i++) {
        if (bank->models[i].slot == slot) {
            *index = i;
            return true;
        }
    }
    return false;
}

const char *bank_name(const uint8_t *blob, size_t bytes, size_t *name_bytes) {
    if (bytes < HEADER) {
        return NULL;
    }
    size_t at = word(blob + AT_METADATA), length = word(blob + AT_METADATA_BYTES);
    if (at > bytes || length > bytes - at) {
        return NULL;
    }
    return metadata_text((const char *)blob + at, length, "name", name_bytes);
}
