// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// firmware/pedal for callers that cannot lay out its structure: sizes and a pointer.
#ifndef HOST_PEDAL_H
#define HOST_PEDAL_H

#include "pedal.h"

// Bytes of a struct pedal; it needs the alignment of a pointer.
size_t host_pedal_bytes(void);

// 1 when the engine plays, 0 when the input passes dry; `*status` says why.
int host_pedal_open(struct pedal *pedal, const void *blob, size_t blob_bytes, void *arena,
                    size_t arena_bytes, int *status);

#endif
