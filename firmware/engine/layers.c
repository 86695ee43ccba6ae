// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
#include "cold.h"
#include "layer.h"
#include "wavenet/wavenet.h"

// Every kind of layer that the engine knows, one row each.
static const struct layer_kind *const kinds[] = {
    &lstm_kind, &gru_kind, &dense_kind, &wavenet_kind, &fir_kind,
};

COLD const struct layer_kind *layer_find(uint16_t kind) {
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (kinds[i]->kind == kind)
            return kinds[i];
    return NULL;
}

COLD int layer_add_history(struct layer_chain *chain, uint32_t bytes) {
    if (chain->histories == LAYER_HISTORIES_MAX)
        return 0;
    chain->history_bytes[chain->histories++] = bytes;
    return 1;
}

COLD static void *take(struct layer_region *region, size_t bytes) {
    bytes = (bytes + 7) & ~(size_t)7;
    if (bytes > region->left)
        return NULL;
    unsigned char *const taken = region->at;
    for (size_t i = 0; i < bytes; i++) {
        taken[i] = 0;
        __asm__ volatile(""); // keeps compilers from calling memset, which the engine does not have
    }
    region->at += bytes;
    region->left -= bytes;
    return taken;
}

COLD void *layer_take(struct layer_arena *arena, size_t bytes) {
    return take(&arena->fast, bytes);
}

COLD void *layer_take_history(struct layer_arena *arena, size_t bytes) {
    bytes = (bytes + 7) & ~(size_t)7;
    return take(bytes > arena->longest_fast ? &arena->slow : &arena->fast, bytes);
}
