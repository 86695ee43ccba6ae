// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
//
// USB 2.0 chapter 9 and CDC PSTN 1.2 as far as a serial port needs them: descriptors, endpoint 0,
// two rings. Each IN packet is prepared when the one before has gone.
#include "usb_cdc.h"

#include "config.h"
#include "usb_device.h"

enum { EP_DATA_OUT = 0x01, EP_DATA_IN = 0x81, EP_NOTIFY_IN = 0x82, EP0_IN = 0x80 };
enum { NOTIFY_BYTES = 8, RING = 2048, LOADER_BAUD = 134, SERIAL_LENGTH = 24 };

// Standard requests, then those of the class.
enum {
    GET_STATUS = 0,
    CLEAR_FEATURE = 1,
    SET_FEATURE = 3,
    SET_ADDRESS = 5,
    GET_DESCRIPTOR = 6,
    GET_CONFIGURATION = 8,
    SET_CONFIGURATION = 9,
    GET_INTERFACE = 10,
    SET_INTERFACE = 11,
    SET_LINE_CODING = 0x20,
    GET_LINE_CODING = 0x21,
    SET_CONTROL_LINE_STATE = 0x22,
    SEND_BREAK = 0x23,
};

enum { TYPE_MASK = 0x60, TYPE_STANDARD = 0x00, TYPE_CLASS = 0x20, DIRECTION_IN = 0x80 };
enum { RECIPIENT_MASK = 0x1F, RECIPIENT_ENDPOINT = 2, FEATURE_HALT = 0, LINE_CODING_BYTES = 7 };

static const uint8_t device_descriptor[] = {
    18,
    1,
    0x00,
    0x02, // USB 2.0
    0xEF,
    2,
    1, // interfaces that belong together say so themselves
    USB_PACKET,
    BOARD_OPTION_USB_VENDOR & 0xFF,
    BOARD_OPTION_USB_VENDOR >> 8,
    BOARD_OPTION_USB_PRODUCT & 0xFF,
    BOARD_OPTION_USB_PRODUCT >> 8,
    0x00,
    0x01, // device version 1.00
    1,
    2,
    3, // strings: maker, product, serial
    1,
};

static const uint8_t configuration_descriptor[] = {
    9,          2,          75,
    0,          2,          1,
    0,          0xC0,       50, // two interfaces, own power, 100 mA
    8,          11,         0,
    2,          2,          2,
    1,          0, // interfaces 0 and 1 are one CDC-ACM function
    9,          4,          0,
    0,          1,          2,
    2,          1,          0, // control
    5,          0x24,       0,
    0x10,       0x01, // header, CDC 1.10
    5,          0x24,       1,
    0,          1, // no call management
    4,          0x24,       2,
    2, // line coding and control line state
    5,          0x24,       6,
    0,          1, // union
    7,          5,          EP_NOTIFY_IN,
    3,          8,          0,
    16,         9,          4,
    1,          0,          2,
    0x0A,       0,          0,
    0, // data
    7,          5,          EP_DATA_OUT,
    2,          USB_PACKET, 0,
    0,          7,          5,
    EP_DATA_IN, 2,          USB_PACKET,
    0,          0,
};

struct ring {
    uint8_t bytes[RING];
    volatile uint32_t head, tail; // counts without end; the index is the remainder
};

static struct ring to_host, from_host;
static const char *serial;
static volatile bool configured, terminal, suspended, sending, receiving, loader_wanted;
static uint8_t line_coding[LINE_CODING_BYTES] = {0x00, 0xC2, 0x01, 0x00, 0, 0, 8}; // 115200 8N1
static uint8_t request[8];
static uint8_t string_descriptor[2 + 2 * SERIAL_LENGTH];
static uint8_t answer[2];

// What endpoint 0 still has to send.
static const uint8_t *reply;
static size_t reply_left;
static bool reply_ends_short;

static void reply_part(void) {
    size_t part = reply_left < USB_PACKET ? reply_left : USB_PACKET;
    const uint8_t *from = reply;
    reply += part;
    reply_left -= part;
    usb_device_send(EP0_IN, from, part);
}

// The data stage of a request that reads, and its end by a short packet where the host asked for
// more.
static void reply_with(const uint8_t *bytes, size_t count) {
    size_t wanted = (size_t)request[6] | (size_t)request[7] << 8;
    reply = bytes;
    reply_left = count < wanted ? count : wanted;
    reply_ends_short = count < wanted && count % USB_PACKET == 0;
    reply_part();
}

// The status stage of a request that writes.
static void agree(void) {
    reply_left = 0;
    reply_ends_short = false;
    usb_device_send(EP0_IN, NULL, 0);
}

static void refuse(void) {
    usb_device_stall(0, true);
}

static void reply_with_string(uint8_t index) {
    static const uint8_t english[] = {4, 3, 0x09, 0x04};
    const char *texts[] = {NULL, "pedalsmith", BOARD_NAME, serial};
    if (index == 0) {
        reply_with(english, sizeof english);
        return;
    }
    if (index >= sizeof texts / sizeof texts[0]) {
        refuse();
        return;
    }
    size_t bytes = 2;
    for (const char *text = texts[index]; *text && bytes < sizeof string_descriptor; text++) {
        string_descriptor[bytes++] = (uint8_t)*text;
        string_descriptor[bytes++] = 0;
    }
    string_descriptor[0] = (uint8_t)bytes;
    string_descriptor[1] = 3;
    reply_with(string_descriptor, bytes);
}

static void get_descriptor(void) {
    switch (request[3]) {
    case 1:
        reply_with(device_descriptor, sizeof device_descriptor);
        break;
    case 2:
        reply_with(configuration_descriptor, sizeof configuration_descriptor);
        break;
    case 3:
        reply_with_string(request[2]);
        break;
    default: // a device qualifier would mean high speed
        refuse();
        break;
    }
}

static void send_next(void) {
    static uint8_t packet[USB_PACKET];
    static bool was_full;
    uint32_t waiting = to_host.head - to_host.tail;
    if (sending || !configured || suspended || (!waiting && !was_full)) {
        return;
    }
    size_t count = waiting < USB_PACKET ? waiting : USB_PACKET;
    for (size_t i = 0; i < count; i++) {
        packet[i] = to_host.bytes[(to_host.tail + i) % RING];
    }
    to_host.tail += (uint32_t)count;
    // A full packet that is the last one is followed by an empty one, or the host waits for more.
    was_full = count == USB_PACKET;
    sending = true;
    usb_device_send(EP_DATA_IN, packet, count);
}

static void receive_next(void) {
    if (!receiving && configured && from_host.head - from_host.tail <= RING - USB_PACKET) {
        receiving = true;
        usb_device_receive(EP_DATA_OUT);
    }
}

static void set_configuration(uint8_t value) {
    if (value > 1) {
        refuse();
        return;
    }
    configured = value == 1;
    sending = receiving = terminal = false;
    if (configured) {
        usb_device_open_endpoint(EP_DATA_IN, USB_BULK, USB_PACKET);
        usb_device_open_endpoint(EP_DATA_OUT, USB_BULK, USB_PACKET);
        usb_device_open_endpoint(EP_NOTIFY_IN, USB_INTERRUPT, NOTIFY_BYTES);
        receive_next();
    }
    agree();
}

static void set_halt(bool halted) {
    if ((request[0] & RECIPIENT_MASK) == RECIPIENT_ENDPOINT && request[2] == FEATURE_HALT &&
        request[4] & 0x7F) {
        usb_device_stall(request[4], halted);
    }
    agree();
}

static void standard_request(void) {
    switch (request[1]) {
    case GET_STATUS:
        answer[0] = (request[0] & RECIPIENT_MASK) == 0 ? 1 : 0; // own power
        answer[1] = 0;
        reply_with(answer, 2);
        break;
    case CLEAR_FEATURE:
    case SET_FEATURE:
        set_halt(request[1] == SET_FEATURE);
        break;
    case SET_ADDRESS:
        usb_device_set_address(request[2] & 0x7F);
        agree();
        break;
    case GET_DESCRIPTOR:
        get_descriptor();
        break;
    case GET_CONFIGURATION:
        answer[0] = configured ? 1 : 0;
        reply_with(answer, 1);
        break;
    case SET_CONFIGURATION:
        set_configuration(request[2]);
        break;
    case GET_INTERFACE:
        answer[0] = 0;
        reply_with(answer, 1);
        break;
    case SET_INTERFACE:
        agree();
        break;
    default:
        refuse();
        break;
    }
}

static void class_request(void) {
    switch (request[1]) {
    case SET_LINE_CODING: // seven bytes follow; see usb_cdc_received
        break;
    case GET_LINE_CODING:
        reply_with(line_coding, sizeof line_coding);
        break;
    case SET_CONTROL_LINE_STATE:
        terminal = request[2] & 1; // DTR
        agree();
        break;
    case SEND_BREAK:
        agree();
        break;
    default:
        refuse();
        break;
    }
}

static void set_line_coding(const uint8_t *bytes, size_t count) {
    if (count != LINE_CODING_BYTES) {
        refuse();
        return;
    }
    for (size_t i = 0; i < count; i++) {
        line_coding[i] = bytes[i];
    }
    uint32_t baud = (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16;
    loader_wanted = loader_wanted || (baud == LOADER_BAUD && bytes[3] == 0);
    agree();
}

static void on_reset(void) {
    configured = terminal = suspended = sending = receiving = false;
    reply_left = 0;
    reply_ends_short = false;
}

static void on_suspended(bool now) {
    suspended = now;
    terminal = terminal && !now;
}

static void on_setup(const uint8_t packet[8]) {
    for (size_t i = 0; i < sizeof request; i++) {
        request[i] = packet[i];
    }
    reply_left = 0;
    reply_ends_short = false;
    if ((request[0] & TYPE_MASK) == TYPE_STANDARD) {
        standard_request();
    } else if ((request[0] & TYPE_MASK) == TYPE_CLASS) {
        class_request();
    } else {
        refuse();
    }
}

static void on_received(uint32_t endpoint, const uint8_t *bytes, size_t count) {
    if (endpoint == 0) {
        // Data of SET_LINE_CODING, or the empty packet that ends a read.
        if (!(request[0] & DIRECTION_IN) && request[1] == SET_LINE_CODING) {
            set_line_coding(bytes, count);
        }
        return;
    }
    receiving = false;
    for (size_t i = 0; i < count; i++) {
        from_host.bytes[(from_host.head + i) % RING] = bytes[i];
    }
    from_host.head += (uint32_t)count;
    receive_next();
}

static void on_sent(uint32_t endpoint) {
    if (endpoint == EP_DATA_IN) {
        sending = false;
        send_next();
    } else if (endpoint == EP0_IN && reply_left) {
        reply_part();
    } else if (endpoint == EP0_IN && reply_ends_short) {
        agree();
    }
}

const char *usb_cdc_open(const char *name) {
    static const struct usb_events events = {on_reset, on_suspended, on_setup, on_received,
                                             on_sent};
    serial = name;
    return usb_device_open(&events);
}

bool usb_cdc_connected(void) {
    return configured && terminal && !suspended;
}

size_t usb_cdc_write(const char *bytes, size_t count) {
    if (!usb_cdc_connected()) {
        return count;
    }
    size_t taken = 0;
    while (taken < count && to_host.head - to_host.tail < RING) {
        to_host.bytes[to_host.head % RING] = (uint8_t)bytes[taken++];
        to_host.head++;
    }
    usb_device_lock();
    send_next();
    usb_device_unlock();
    return taken;
}

size_t usb_cdc_read(char *bytes, size_t count) {
    size_t given = 0;
    while (given < count && from_host.head != from_host.tail) {
        bytes[given++] = (char)from_host.bytes[from_host.tail % RING];
        from_host.tail++;
    }
    if (given) {
        usb_device_lock();
        receive_next();
        usb_device_unlock();
    }
    return given;
}

bool usb_cdc_loader_wanted(void) {
    bool wanted = loader_wanted;
    loader_wanted = false;
    return wanted;
}
