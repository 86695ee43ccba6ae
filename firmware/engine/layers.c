// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
#include "layer.h"
#include "wavenet.h"

// Every kind of layer that the engine knows, one row each.
static const struct layer_kind *const kinds[] = {
    &lstm_kind,
    &gru_kind,
    &dense_kind,
    &wavenet_kind,
};

const struct layer_kind *layer_find(uint16_t kind) {
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (kinds[i]->kind == kind)
            return kinds[i];
    return NULL;
}

void *layer_take(struct layer_arena *arena, size_t bytes) {
    bytes = (bytes + 7) & ~(size_t)7;
    if (bytes > arena->left)
        return NULL;
    unsigned char *const taken = arena->at;
    for (size_t i = 0; i < bytes; i++) {
        taken[i] = 0;
        __asm__ volatile(""); // keeps compilers from calling memset, which the engine does not have
    }
    arena->at += bytes;
    arena->left -= bytes;
    return taken;
}
