// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
// A step back in time through the units of a recurrent layer: the part of sensitivity.py that NumPy
// takes 30 passes over narrow rows for, 125 us a step of 256 streams and 16 units.
//
// REAL is float or double. Each operation rounds as NumPy's does, in the same order, so that the
// gradients have the same bits. Arrays are row-major and hold all steps; a function does step `t`.
#include <stddef.h>

#ifndef REAL
#define REAL float
#endif

// tape: gates (time, streams, 4 units) i f g o; extra: c before the step; outer: tanh of the new c,
// both (time, streams, units). What the state is told: told (time, streams, units) from above, and
// columns (streams, width), of which the last `units` are this layer's, from the step after.
// carry (streams, units): what c is told, updated. dv (time, streams, 4 units): written.
void lstm_back(size_t t, size_t streams, size_t units, size_t width, const REAL *gates,
               const REAL *extra, const REAL *outer, const REAL *told, const REAL *columns,
               REAL *restrict carry, REAL *restrict dv, REAL *da) {
    (void)da;
    for (size_t s = 0; s < streams; s++) {
        size_t at = (t * streams + s) * units;
        const REAL *i = gates + 4 * at, *f = i + units, *g = f + units, *o = g + units;
        const REAL *from = columns + s * width + width - units;
        REAL *to = dv + 4 * at, *kept = carry + s * units;
        for (size_t u = 0; u < units; u++) {
            REAL dh = from[u] + told[at + u], squashed = outer[at + u];
            REAL dc = kept[u] + dh * o[u] * (1 - squashed * squashed);
            to[u] = dc * g[u] * i[u] * (1 - i[u]);
            to[units + u] = dc * extra[at + u] * f[u] * (1 - f[u]);
            to[2 * units + u] = dc * i[u] * (1 - g[u] * g[u]) * (REAL)0.5;
            to[3 * units + u] = dh * squashed * o[u] * (1 - o[u]);
            kept[u] = dc * f[u];
        }
    }
}

// tape: gates (time, streams, 3 units) z r n; extra: the state's part of n; outer: h before the
// step. carry (streams, units): what h is told past the matrix, updated. dv: written, and da (time,
// streams, units), what the input's part of n is told.
void gru_back(size_t t, size_t streams, size_t units, size_t width, const REAL *gates,
              const REAL *extra, const REAL *outer, const REAL *told, const REAL *columns,
              REAL *restrict carry, REAL *restrict dv, REAL *restrict da) {
    for (size_t s = 0; s < streams; s++) {
        size_t at = (t * streams + s) * units;
        const REAL *z = gates + 3 * at, *r = z + units, *n = r + units;
        const REAL *from = columns + s * width + width - units;
        REAL *to = dv + 3 * at, *kept = carry + s * units;
        for (size_t u = 0; u < units; u++) {
            REAL dh = kept[u] + from[u] + told[at + u];
            REAL drive = dh * (1 - z[u]) * (1 - n[u] * n[u]) * (REAL)0.5;
            to[u] = dh * (outer[at + u] - n[u]) * z[u] * (1 - z[u]);
            to[units + u] = drive * extra[at + u] * r[u] * (1 - r[u]);
            to[2 * units + u] = drive * r[u];
            da[at + u] = drive;
            kept[u] = dh * z[u];
        }
    }
}
