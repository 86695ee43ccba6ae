// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// A serial port over USB: CDC-ACM, the part that all controllers share.
#ifndef USB_CDC_H
#define USB_CDC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Connects. `serial` names this very device, at most 24 characters; it must stay. NULL, or in words
// what failed.
const char *usb_cdc_open(const char *serial);

// True while a terminal has the port open.
bool usb_cdc_connected(void);

// Takes as many bytes as there is room for and returns how many; takes and drops all when no
// terminal is there. Never waits.
size_t usb_cdc_write(const char *bytes, size_t count);

// Returns how many received bytes it gave, at most `count`.
size_t usb_cdc_read(char *bytes, size_t count);

// True once after a terminal asked for 134 baud, the sign to restart into the loader.
bool usb_cdc_loader_wanted(void);

#endif
