// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// A USB controller that keeps what usb_cdc.c asks of it, for a host written in Python.
#include "usb_device.h"

#include <string.h>

struct sent {
    uint32_t endpoint, count;
    uint8_t bytes[USB_PACKET];
};

struct sent sent[64];
uint32_t sent_count;
uint32_t address, stalls, armed, opened;

const struct usb_events *events;

const char *usb_device_open(const struct usb_events *to) {
    events = to;
    return NULL;
}

void usb_device_set_address(uint8_t to) {
    address = to;
}

void usb_device_open_endpoint(uint32_t endpoint, enum usb_type type, uint32_t size) {
    (void)type;
    (void)size;
    opened |= 1u << (endpoint & 15u) << (endpoint & 0x80u ? 16 : 0);
}

void usb_device_send(uint32_t endpoint, const uint8_t *bytes, size_t count) {
    struct sent *one = &sent[sent_count++ % 64];
    one->endpoint = endpoint;
    one->count = (uint32_t)count;
    if (count) {
        memcpy(one->bytes, bytes, count);
    }
}

void usb_device_receive(uint32_t endpoint) {
    armed |= 1u << endpoint;
}

void usb_device_stall(uint32_t endpoint, bool stalled) {
    (void)endpoint;
    stalls += stalled ? 1u : 0u;
}

void usb_device_lock(void) {}

void usb_device_unlock(void) {}

// What a controller tells usb_cdc.c, under names that Python finds.
void tell_reset(void);
void tell_suspended(bool suspended);
void tell_setup(const uint8_t *packet);
void tell_received(uint32_t endpoint, const uint8_t *bytes, size_t count);
void tell_sent(uint32_t endpoint);

void tell_reset(void) {
    events->reset();
}

void tell_suspended(bool suspended) {
    events->suspended(suspended);
}

void tell_setup(const uint8_t *packet) {
    events->setup(packet);
}

void tell_received(uint32_t endpoint, const uint8_t *bytes, size_t count) {
    events->received(endpoint, bytes, count);
}

void tell_sent(uint32_t endpoint) {
    events->sent(endpoint);
}
