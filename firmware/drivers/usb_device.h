// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// A USB device controller, full speed, as usb_cdc.c needs it: one file a controller.
//
// Endpoints by their address: 0x80 and above send (IN), below receive (OUT). All packets have at
// most USB_PACKET bytes.
#ifndef USB_DEVICE_H
#define USB_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define USB_PACKET 64u

enum usb_type { USB_CONTROL = 0, USB_BULK = 2, USB_INTERRUPT = 3 };

// What the controller tells, from its interrupt.
struct usb_events {
    void (*reset)(void); // by the host
    void (*suspended)(bool suspended);
    void (*setup)(const uint8_t packet[8]); // on endpoint 0
    void (*received)(uint32_t endpoint, const uint8_t *bytes, size_t count);
    void (*sent)(uint32_t endpoint); // the packet given to usb_device_send has gone
};

// Powers the controller up and connects to the bus; `events` must stay. NULL, or in words what
// failed.
const char *usb_device_open(const struct usb_events *events);

// Called before the status stage of SET_ADDRESS is sent.
void usb_device_set_address(uint8_t address);

// Packets of at most `size` bytes.
void usb_device_open_endpoint(uint32_t endpoint, enum usb_type type, uint32_t size);

// Sends one packet; `sent` follows.
void usb_device_send(uint32_t endpoint, const uint8_t *bytes, size_t count);

// Takes one packet; `received` follows. Endpoint 0 listens by itself after each of its packets.
void usb_device_receive(uint32_t endpoint);

// Endpoint 0 refuses the request at hand. Other endpoints refuse until `stalled` is taken back.
void usb_device_stall(uint32_t endpoint, bool stalled);

// Keeps the interrupt away while its data are touched.
void usb_device_lock(void);
void usb_device_unlock(void);

#endif
