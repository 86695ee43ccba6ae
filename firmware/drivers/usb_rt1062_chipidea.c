// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// USB1 of the RT1062, a ChipIdea core with its own PHY: device, held to full speed, one packet at a
// time in each direction of an endpoint. The controller reads queue heads and transfers from memory
// that no cache holds.
#include "config.h"
#include "cycles.h"
#include "registers.h"
#include "usb_device.h"

enum { ENDPOINTS = 3, OUT = 0, IN = 1, WAIT_US = 10000, PHY_US = 25000, PRIORITY = 0x80 };
enum { REGULATOR_ON = 0x0F61, BURSTS = 0x0404, EP0_BOTH = 0x00010001, NO_NEXT = 1 };
enum { CONTROL_ENABLE = 0x80, CONTROL_RESET_TOGGLE = 0x40, CONTROL_STALL = 0x01 };

#define TOKEN_ACTIVE    (1u << 7)
#define TOKEN_INTERRUPT (1u << 15)
#define HEAD_SETUP      (1u << 15) // tell of SETUP packets
#define HEAD_NO_EXTRA   (1u << 29) // no empty packet after a full one

struct transfer {
    uint32_t next, token, pages[5], unused;
};

struct queue_head {
    uint32_t capabilities, current;
    struct transfer overlay; // its last word is reserved
    uint32_t setup[2];
    uint32_t unused[4];
};

__attribute__((section(".dma.aligned"),
               aligned(2048))) static volatile struct queue_head heads[ENDPOINTS][2];
__attribute__((section(".dma.aligned"),
               aligned(64))) static volatile uint8_t packets[ENDPOINTS][2][USB_PACKET];
__attribute__((section(".dma.aligned"),
               aligned(32))) static volatile struct transfer transfers[ENDPOINTS][2];

static const struct usb_events *tell;

void usb_otg1_handler(void);

static void prime(uint32_t number, uint32_t way, uint32_t count) {
    volatile struct transfer *transfer = &transfers[number][way];
    transfer->next = NO_NEXT;
    transfer->token = count << 16 | TOKEN_INTERRUPT | TOKEN_ACTIVE;
    transfer->pages[0] = (uint32_t)(uintptr_t)packets[number][way];
    heads[number][way].overlay.next = (uint32_t)(uintptr_t)transfer;
    heads[number][way].overlay.token = 0;
    core_barrier();
    USB1_ENDPTPRIME = 1u << (number + 16u * way);
}

static void flush(uint32_t endpoints) {
    cycles_wait_for(&USB1_ENDPTPRIME, endpoints, 0, WAIT_US);
    USB1_ENDPTFLUSH = endpoints;
    cycles_wait_for(&USB1_ENDPTFLUSH, endpoints, 0, WAIT_US);
}

// As the vendor does it, from the regulator to the pull-up on the data line.
const char *usb_device_open(const struct usb_events *events) {
    tell = events;
    PMU_REG_3P0 = REGULATOR_ON;
    CCM_CCGR(6) |= CCM_CCGR6_USB;
    (void)CCM_CCGR(6);
    USBPHY1_CTRL_SET = USBPHY_CTRL_SFTRST;
    USB1_USBCMD |= USBCMD_RST;
    if (!cycles_wait_for(&USB1_USBCMD, USBCMD_RST, 0, WAIT_US)) {
        return "USB controller does not reset";
    }
    USB1_BURSTSIZE = BURSTS;
    USBPHY1_CTRL_CLR = USBPHY_CTRL_SFTRST;
    cycles_wait_us(PHY_US);
    USBPHY1_CTRL_CLR = USBPHY_CTRL_CLKGATE;
    USBPHY1_PWD = 0;
    USB1_USBMODE = USBMODE_DEVICE | USBMODE_SLOM;
    heads[0][OUT].capabilities = USB_PACKET << 16 | HEAD_NO_EXTRA | HEAD_SETUP;
    heads[0][IN].capabilities = USB_PACKET << 16 | HEAD_NO_EXTRA;
    USB1_ENDPTLISTADDR = (uint32_t)(uintptr_t)heads;
    USB1_PORTSC1 |= PORTSC1_PFSC;
    USB1_USBINTR = USB_INT_UI | USB_INT_UEI | USB_INT_PCI | USB_INT_URI | USB_INT_SLI;
    NVIC_ICPR(IRQ_USB_OTG1 / 32u) = 1u << (IRQ_USB_OTG1 % 32u);
    core_enable_irq(IRQ_USB_OTG1, PRIORITY);
    USB1_USBCMD = USBCMD_RS;
    return NULL;
}

// Taken over by the controller when the status stage has been acknowledged.
void usb_device_set_address(uint8_t address) {
    USB1_DEVICEADDR = (uint32_t)address << 25 | DEVICEADDR_USBADRA;
}

void usb_device_open_endpoint(uint32_t endpoint, enum usb_type type, uint32_t size) {
    uint32_t number = endpoint & 0x7Fu;
    uint32_t way = endpoint & 0x80u ? IN : OUT;
    heads[number][way].capabilities = size << 16 | HEAD_NO_EXTRA;
    uint32_t control = USB1_ENDPTCTRL(number) & ~(0xFFu << 16u * way);
    control |= (CONTROL_ENABLE | CONTROL_RESET_TOGGLE | (uint32_t)type << 2) << 16u * way;
    // A direction that is not used must not stay of the type "control".
    uint32_t other = 16u * (1u - way);
    if (!(control >> other & CONTROL_ENABLE)) {
        control |= (uint32_t)USB_BULK << 2 << other;
    }
    USB1_ENDPTCTRL(number) = control;
}

void usb_device_send(uint32_t endpoint, const uint8_t *bytes, size_t count) {
    uint32_t number = endpoint & 0x7Fu;
    for (size_t i = 0; i < count; i++) {
        packets[number][IN][i] = bytes[i];
    }
    prime(number, IN, (uint32_t)count);
}

void usb_device_receive(uint32_t endpoint) {
    prime(endpoint, OUT, USB_PACKET);
}

void usb_device_stall(uint32_t endpoint, bool stalled) {
    uint32_t number = endpoint & 0x7Fu;
    if (number == 0) {
        // The core takes the refusal back at the next SETUP.
        USB1_ENDPTCTRL(0) |= CONTROL_STALL << 16 | CONTROL_STALL;
        return;
    }
    uint32_t shift = endpoint & 0x80u ? 16 : 0;
    uint32_t control = USB1_ENDPTCTRL(number);
    USB1_ENDPTCTRL(number) = stalled ? control | (uint32_t)CONTROL_STALL << shift
                                     : (control & ~((uint32_t)CONTROL_STALL << shift)) |
                                           (uint32_t)CONTROL_RESET_TOGGLE << shift;
}

void usb_device_lock(void) {
    NVIC_ICER(IRQ_USB_OTG1 / 32u) = 1u << (IRQ_USB_OTG1 % 32u);
    core_barrier();
}

void usb_device_unlock(void) {
    NVIC_ISER(IRQ_USB_OTG1 / 32u) = 1u << (IRQ_USB_OTG1 % 32u);
}

static void bus_reset(void) {
    USB1_ENDPTSETUPSTAT = USB1_ENDPTSETUPSTAT;
    USB1_ENDPTCOMPLETE = USB1_ENDPTCOMPLETE;
    flush(0xFFFFFFFFu);
    tell->reset();
}

// The tripwire falls when another SETUP packet arrives while one is being read.
static void serve_setup(void) {
    uint8_t setup[8];
    USB1_ENDPTSETUPSTAT = 1;
    do {
        USB1_USBCMD |= USBCMD_SUTW;
        for (uint32_t i = 0; i < sizeof setup; i++) {
            setup[i] = (uint8_t)(heads[0][OUT].setup[i / 4u] >> (8u * (i % 4u)));
        }
    } while (!(USB1_USBCMD & USBCMD_SUTW));
    USB1_USBCMD &= ~USBCMD_SUTW;
    flush(EP0_BOTH);
    prime(0, OUT, USB_PACKET);
    tell->setup(setup);
}

static void serve_received(uint32_t number) {
    uint8_t bytes[USB_PACKET];
    uint32_t count = USB_PACKET - (transfers[number][OUT].token >> 16 & 0x7FFFu);
    for (uint32_t i = 0; i < count && i < USB_PACKET; i++) {
        bytes[i] = packets[number][OUT][i];
    }
    if (number == 0) {
        prime(0, OUT, USB_PACKET);
    }
    tell->received(number, bytes, count);
}

void usb_otg1_handler(void) {
    uint32_t events = USB1_USBSTS & USB1_USBINTR;
    USB1_USBSTS = events;
    if (events & USB_INT_URI) {
        bus_reset();
    }
    uint32_t complete = USB1_ENDPTCOMPLETE;
    USB1_ENDPTCOMPLETE = complete;
    for (uint32_t n = 0; n < ENDPOINTS; n++) {
        if (complete >> (16u + n) & 1u) {
            tell->sent(0x80u | n);
        }
        if (complete >> n & 1u) {
            serve_received(n);
        }
    }
    if (USB1_ENDPTSETUPSTAT & 1u) {
        serve_setup();
    }
    if (events & USB_INT_SLI) {
        tell->suspended(true);
    } else if (events & USB_INT_PCI && !(USB1_PORTSC1 & PORTSC1_SUSP)) {
        tell->suspended(false);
    }
}
