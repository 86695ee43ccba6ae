// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The pedal on any board: what main.c runs.
#ifndef APPLICATION_H
#define APPLICATION_H

// Starts the board, loads the model and starts the audio, which runs by itself from then on.
void application_start(void);

// Tends the panel and the link and reports once a second; call it again and again, at least each
// 10 ms.
void application_step(void);

#endif
