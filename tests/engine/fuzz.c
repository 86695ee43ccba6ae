// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Feeds blobs to the engine under the sanitizers: reads a file of (u32 size, bytes) and prints the
// status of each. Blob, arena and audio are heap blocks of the exact size, so that an access one
// byte beyond is seen; blobs lie at odd addresses.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"

enum { FRAMES = 100 };

static void play(const uint8_t *blob, size_t size, const struct engine_info *info) {
    // The aligned part ends where the block ends.
    const size_t bytes = info->arena_bytes;
    unsigned char *const block = malloc(bytes + ENGINE_ARENA_ALIGN);
    const size_t gap = (size_t)(-(uintptr_t)block % ENGINE_ARENA_ALIGN);
    unsigned char *const arena = realloc(block, bytes + gap);
    struct engine *engine;
    if (arena == NULL ||
        (uintptr_t)arena % ENGINE_ARENA_ALIGN != (ENGINE_ARENA_ALIGN - gap) % ENGINE_ARENA_ALIGN)
        exit(3); // a shrinking block that moves: not seen
    const struct engine_memory memory = {.fast = arena + gap, .fast_bytes = bytes};
    const enum engine_status loaded = engine_load(&memory, blob, size, &engine);
    int32_t *const audio = malloc(FRAMES * sizeof *audio);
    if (loaded != ENGINE_OK || audio == NULL)
        exit(4);
    for (int signal = 0; signal < 3; signal++) {
        for (int i = 0; i < FRAMES; i++)
            audio[i] = signal == 0 ? -(1 << 23) : signal == 1 ? rand() - RAND_MAX / 2 : i % 9 / 8;
        engine_process(engine, audio, audio, FRAMES);
        for (uint32_t k = 0; k < info->knobs; k++)
            engine_set_knob(engine, k, signal * ENGINE_KNOB_ONE / 2);
    }
    engine_selftest(engine, blob, size);
    free(audio);
    free(arena);
}

int main(int argc, char **argv) {
    FILE *const file = argc == 2 ? fopen(argv[1], "rb") : NULL;
    uint32_t size;
    if (file == NULL)
        return 2;
    while (fread(&size, 1, sizeof size, file) == sizeof size) {
        uint8_t *const block = malloc((size_t)size + 1), *const blob = block + 1;
        if (block == NULL || fread(blob, 1, size, file) != size)
            return 2;
        struct engine_info info;
        const enum engine_status status = engine_check(blob, size, &info);
        printf("%d\n", (int)status);
        if (status == ENGINE_OK)
            play(blob, size, &info);
        free(block);
    }
    fclose(file);
    return 0;
}
