// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
#include "host_pedal.h"

size_t host_pedal_bytes(void) {
    return sizeof(struct pedal);
}

int host_pedal_open(struct pedal *pedal, const void *blob, size_t blob_bytes, void *arena,
                    size_t arena_bytes, int *status) {
    const struct engine_memory memory = {.fast = arena, .fast_bytes = arena_bytes};
    const struct budget budget = {.cycles = NULL};
    pedal_open(pedal, blob, blob_bytes, &memory, &budget);
    *status = (int)pedal->status;
    return pedal->model == PEDAL_PLAYING;
}
