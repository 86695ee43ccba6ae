// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
#ifndef VERSION_H
#define VERSION_H

// Of the sources; the same as in pyproject.toml.
#define PEDALSMITH_VERSION "0.1.0"

#endif
