// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
//
// OTG_FS of the STM32H7, a Synopsys DWC2 core: device, full speed, FIFOs filled and emptied by the
// processor. The pins are the Seed's own micro USB.
#include "config.h"
#include "cycles.h"
#include "gpio.h"
#include "registers.h"
#include "usb_device.h"

enum { FUNCTION = 10, ENDPOINTS = 3, WAIT_US = 10000, MODE_US = 50000, PRIORITY = 0x80 };

// FIFO memory in words: receive, then transmit of endpoints 0, 1, 2.
enum { RX_WORDS = 0x80, TX0_WORDS = 0x40, TX1_WORDS = 0x80, TX2_WORDS = 0x10 };

enum { STATUS_OUT_DATA = 2, STATUS_SETUP_DATA = 6 };
enum { SETUP_THRICE = 3u << 29, ONE_PACKET = 1u << 19 };

static const struct usb_events *tell;
static uint8_t setup[8];
static uint8_t packets[ENDPOINTS][USB_PACKET];
static uint8_t lengths[ENDPOINTS];

void otg_fs_handler(void);

// Endpoint 0 takes a SETUP or an OUT packet at any time.
static void listen(void) {
    OTG_DOEPTSIZ(0) = (uint32_t)SETUP_THRICE | ONE_PACKET | USB_PACKET;
    OTG_DOEPCTL(0) |= OTG_EPCTL_EPENA | OTG_EPCTL_CNAK;
}

static void flush(void) {
    OTG_GRSTCTL = OTG_GRSTCTL_TXFFLSH | OTG_GRSTCTL_ALL_TX;
    cycles_wait_for(&OTG_GRSTCTL, OTG_GRSTCTL_TXFFLSH, 0, WAIT_US);
    OTG_GRSTCTL = OTG_GRSTCTL_RXFFLSH;
    cycles_wait_for(&OTG_GRSTCTL, OTG_GRSTCTL_RXFFLSH, 0, WAIT_US);
}

const char *usb_device_open(const struct usb_events *to) {
    tell = to;
    PWR_CR3 |= PWR_CR3_USB33DEN;
    if (!cycles_wait_for(&PWR_CR3, PWR_CR3_USB33RDY, PWR_CR3_USB33RDY, WAIT_US)) {
        return "USB has no supply";
    }
    gpio_alternate(BOARD_PIN_USB_DM, FUNCTION, GPIO_PUSH_PULL, GPIO_NO_PULL, GPIO_LOW_SPEED);
    gpio_alternate(BOARD_PIN_USB_DP, FUNCTION, GPIO_PUSH_PULL, GPIO_NO_PULL, GPIO_LOW_SPEED);
    gpio_input(BOARD_PIN_USB_VBUS, GPIO_NO_PULL);
    RCC_AHB1ENR |= RCC_AHB1ENR_OTGFS;
    // In sleep the core's clock for an external PHY must stop, or the internal one stops with it.
    RCC_AHB1LPENR &= ~RCC_AHB1LPENR_OTGFSULPI;
    (void)RCC_AHB1ENR;
    OTG_GAHBCFG = 0;
    OTG_GUSBCFG |= OTG_GUSBCFG_PHYSEL;
    if (!cycles_wait_for(&OTG_GRSTCTL, OTG_GRSTCTL_AHBIDL, OTG_GRSTCTL_AHBIDL, WAIT_US)) {
        return "USB controller does not idle";
    }
    OTG_GRSTCTL |= OTG_GRSTCTL_CSRST;
    if (!cycles_wait_for(&OTG_GRSTCTL, OTG_GRSTCTL_CSRST, 0, WAIT_US)) {
        return "USB controller does not reset";
    }
    OTG_GCCFG = 0;
    OTG_GUSBCFG = (OTG_GUSBCFG & ~OTG_GUSBCFG_TRDT) | OTG_GUSBCFG_FDMOD | 6u << 10;
    if (!cycles_wait_for(&OTG_GINTSTS, OTG_GINT_CMOD, 0, MODE_US)) {
        return "USB controller does not become a device";
    }
    OTG_DCTL |= OTG_DCTL_SDIS;
    OTG_GCCFG = OTG_GCCFG_VBDEN;
    OTG_PCGCCTL = 0;
    OTG_DCFG |= OTG_DCFG_FULL_SPEED;
    OTG_GRXFSIZ = RX_WORDS;
    OTG_DIEPTXF0 = (uint32_t)TX0_WORDS << 16 | RX_WORDS;
    OTG_DIEPTXF(1) = (uint32_t)TX1_WORDS << 16 | (RX_WORDS + TX0_WORDS);
    OTG_DIEPTXF(2) = (uint32_t)TX2_WORDS << 16 | (RX_WORDS + TX0_WORDS + TX1_WORDS);
    flush();
    OTG_DAINTMSK = 0;
    OTG_DIEPMSK = OTG_EPINT_XFRC;
    OTG_DOEPMSK = OTG_EPINT_XFRC | OTG_EPINT_STUP;
    OTG_GINTSTS = 0xBFFFFFFFu;
    OTG_GINTMSK = OTG_GINT_OTG | OTG_GINT_RXFLVL | OTG_GINT_USBSUSP | OTG_GINT_USBRST |
                  OTG_GINT_ENUMDNE | OTG_GINT_IEP | OTG_GINT_OEP | OTG_GINT_WKU;
    OTG_GCCFG |= OTG_GCCFG_PWRDWN;
    OTG_GAHBCFG = OTG_GAHBCFG_GINT;
    core_enable_irq(IRQ_OTG_FS, PRIORITY);
    OTG_DCTL &= ~OTG_DCTL_SDIS;
    return NULL;
}

void usb_device_set_address(uint8_t address) {
    OTG_DCFG = (OTG_DCFG & ~OTG_DCFG_DAD) | (uint32_t)address << 4;
}

void usb_device_open_endpoint(uint32_t endpoint, enum usb_type type, uint32_t size) {
    uint32_t number = endpoint & 0x7Fu;
    uint32_t control = size | OTG_EPCTL_USBAEP | (uint32_t)type << 18 | OTG_EPCTL_SD0PID;
    if (endpoint & 0x80u) {
        OTG_DIEPCTL(number) = control | number << 22;
        OTG_DAINTMSK |= 1u << number;
    } else {
        OTG_DOEPCTL(number) = control;
        OTG_DAINTMSK |= 1u << (16u + number);
    }
}

void usb_device_send(uint32_t endpoint, const uint8_t *bytes, size_t count) {
    uint32_t number = endpoint & 0x7Fu;
    OTG_DIEPTSIZ(number) = ONE_PACKET | (uint32_t)count;
    OTG_DIEPCTL(number) |= OTG_EPCTL_EPENA | OTG_EPCTL_CNAK;
    for (size_t at = 0; at < count; at += 4) {
        uint32_t word = 0;
        for (size_t i = 0; i < 4 && at + i < count; i++) {
            word |= (uint32_t)bytes[at + i] << (8u * i);
        }
        OTG_FIFO(number) = word;
    }
}

void usb_device_receive(uint32_t endpoint) {
    OTG_DOEPTSIZ(endpoint) = ONE_PACKET | USB_PACKET;
    OTG_DOEPCTL(endpoint) |= OTG_EPCTL_EPENA | OTG_EPCTL_CNAK;
}

void usb_device_stall(uint32_t endpoint, bool stalled) {
    uint32_t number = endpoint & 0x7Fu;
    if (number == 0) {
        // The core takes the refusal back at the next SETUP.
        OTG_DIEPCTL(0) |= OTG_EPCTL_STALL;
        OTG_DOEPCTL(0) |= OTG_EPCTL_STALL;
        return;
    }
    volatile uint32_t *control = endpoint & 0x80u ? &OTG_DIEPCTL(number) : &OTG_DOEPCTL(number);
    *control =
        stalled ? *control | OTG_EPCTL_STALL : (*control & ~OTG_EPCTL_STALL) | OTG_EPCTL_SD0PID;
}

void usb_device_lock(void) {
    NVIC_ICER(IRQ_OTG_FS / 32u) = 1u << (IRQ_OTG_FS % 32u);
    core_barrier();
}

void usb_device_unlock(void) {
    NVIC_ISER(IRQ_OTG_FS / 32u) = 1u << (IRQ_OTG_FS % 32u);
}

static void bus_reset(void) {
    flush();
    OTG_DCFG &= ~OTG_DCFG_DAD;
    for (uint32_t n = 0; n < ENDPOINTS; n++) {
        OTG_DIEPINT(n) = 0xFB7F;
        OTG_DOEPINT(n) = 0xFB7F;
        OTG_DOEPCTL(n) |= OTG_EPCTL_SNAK;
    }
    OTG_DAINTMSK = 1u << 16 | 1u;
    tell->reset();
    listen();
}

static void take_packet(void) {
    uint32_t status = OTG_GRXSTSP;
    uint32_t endpoint = status & 15u;
    uint32_t count = status >> 4 & 0x7FFu;
    uint32_t what = status >> 17 & 15u;
    bool is_setup = what == STATUS_SETUP_DATA;
    uint8_t *to = is_setup ? setup : packets[endpoint % ENDPOINTS];
    uint32_t room = is_setup ? sizeof setup : USB_PACKET;
    for (uint32_t at = 0; at < count; at += 4) {
        uint32_t word = OTG_FIFO(0);
        for (uint32_t i = 0; i < 4 && at + i < room; i++) {
            to[at + i] = (uint8_t)(word >> (8u * i));
        }
    }
    if (what == STATUS_OUT_DATA) {
        lengths[endpoint % ENDPOINTS] = (uint8_t)(count < USB_PACKET ? count : USB_PACKET);
    }
}

static void serve_out(uint32_t n) {
    uint32_t events = OTG_DOEPINT(n) & OTG_DOEPMSK;
    OTG_DOEPINT(n) = events;
    if (events & OTG_EPINT_XFRC) {
        tell->received(n, packets[n], lengths[n]);
        lengths[n] = 0;
    }
    if (events & OTG_EPINT_STUP) {
        tell->setup(setup);
    }
    if (n == 0 && events) {
        listen();
    }
}

static void serve_in(uint32_t n) {
    uint32_t events = OTG_DIEPINT(n) & OTG_DIEPMSK;
    OTG_DIEPINT(n) = events;
    if (events & OTG_EPINT_XFRC) {
        tell->sent(0x80u | n);
    }
}

void otg_fs_handler(void) {
    uint32_t events = OTG_GINTSTS & OTG_GINTMSK;
    OTG_GINTSTS = events & (OTG_GINT_USBSUSP | OTG_GINT_USBRST | OTG_GINT_ENUMDNE | OTG_GINT_WKU);
    if (events & OTG_GINT_OTG) {
        OTG_GOTGINT = OTG_GOTGINT; // the supply of the cable is gone
        tell->reset();
    }
    if (events & OTG_GINT_USBRST) {
        bus_reset();
    }
    if (events & OTG_GINT_ENUMDNE) {
        OTG_DIEPCTL(0) &= ~3u; // 64 bytes
        OTG_DCTL |= OTG_DCTL_CGINAK;
    }
    if (events & (OTG_GINT_USBSUSP | OTG_GINT_WKU)) {
        tell->suspended((events & OTG_GINT_USBSUSP) != 0);
    }
    while (OTG_GINTSTS & OTG_GINT_RXFLVL) {
        take_packet();
    }
    uint32_t endpoints = OTG_DAINT & OTG_DAINTMSK;
    for (uint32_t n = 0; n < ENDPOINTS; n++) {
        if (endpoints >> n & 1u) {
            serve_in(n);
        }
        if (endpoints >> (16u + n) & 1u) {
            serve_out(n);
        }
    }
}
