// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers

#include "unpack.h"

enum {
    ZLIB_HEADER = 0xDA78, // deflate with a window of 32 KB, packed as well as can be
    STORED = 0,
    FIXED = 1,
    DYNAMIC = 2,
    LONGEST = 15, // bits of a code
    END_OF_BLOCK = 256,
    LITERALS = 288, // and lengths
    DISTANCES = 32,
    PIECES = 19, // symbols of the code that code lengths are written in
    ADLER = 65521,
    REDUCED_AFTER = 5552, // bytes, whose sums have 32 bits at most
};

// A Huffman code. Codes of one length follow each other; longer ones follow shorter ones.
struct code {
    // By length, the first of 16 bits that begin with no code of it; the last is the end of all.
    uint32_t end[LONGEST + 2];
    uint32_t first[LONGEST + 1]; // by length, what added to a code gives its place in `symbols`
    uint32_t shortest;           // length of any code
    uint16_t symbols[LITERALS];
};

struct packed {
    const uint8_t *bytes;
    uint32_t count;
    uint32_t at;   // byte that comes next; behind the last one come zeros
    uint32_t held; // read and not yet taken, the next bit lowest
    uint32_t bits; // how many those are
    uint8_t *to;
    uint32_t room;
    uint32_t made;
    struct code literals, distances;
    uint8_t lengths[LITERALS + DISTANCES];
};

static void fill(struct packed *p) {
    for (; p->bits <= 24; p->bits += 8) {
        if (p->at < p->count) {
            p->held |= (uint32_t)p->bytes[p->at] << p->bits;
        }
        p->at++;
    }
}

// The next `bits`, at most 16.
static uint32_t take(struct packed *p, uint32_t bits) {
    fill(p);
    uint32_t value = p->held & ((1u << bits) - 1u);
    p->held >>= bits;
    p->bits -= bits;
    return value;
}

static void make_code(struct code *code, const uint8_t *lengths, uint32_t count) {
    uint32_t next = 0, place = 0;
    code->shortest = 1;
    for (uint32_t length = 1; length <= LONGEST; length++) {
        code->first[length] = place - next;
        for (uint32_t i = 0; i < count; i++) {
            if (lengths[i] == length) {
                code->symbols[place++] = (uint16_t)i;
                next++;
            }
        }
        code->end[length] = next << (16u - length);
        next <<= 1;
        code->shortest += place == 0;
    }
    code->end[LONGEST + 1] = UINT32_MAX;
}

// The next symbol; LITERALS when the bits are no code.
static uint32_t symbol(struct packed *p, const struct code *code) {
    fill(p);
    uint32_t window;
    __asm__("rbit %0, %1" : "=r"(window) : "r"(p->held));
    window >>= 16;
    const uint32_t *end = &code->end[code->shortest];
    while (window >= *end) {
        end++;
    }
    uint32_t length = (uint32_t)(end - code->end);
    if (length > LONGEST) {
        return LITERALS;
    }
    p->held >>= length;
    p->bits -= length;
    return code->symbols[(window >> (16u - length)) + code->first[length]];
}

static void set(uint8_t *lengths, uint32_t from, uint32_t end, uint8_t length) {
    while (from < end) {
        lengths[from++] = length;
    }
}

static void fixed_codes(struct packed *p) {
    set(p->lengths, 0, LITERALS, 8);
    set(p->lengths, 144, 256, 9);
    set(p->lengths, 256, 280, 7);
    set(p->lengths, LITERALS, LITERALS + DISTANCES, 5);
    make_code(&p->literals, p->lengths, LITERALS);
    make_code(&p->distances, p->lengths + LITERALS, DISTANCES);
}

static bool read_codes(struct packed *p) {
    static const uint8_t order[PIECES] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                          11, 4,  12, 3, 13, 2, 14, 1, 15};
    uint32_t literals = take(p, 5) + 257u;
    uint32_t all = literals + take(p, 5) + 1u;
    uint32_t pieces = take(p, 4) + 4u;
    set(p->lengths, 0, PIECES, 0);
    for (uint32_t i = 0; i < pieces; i++) {
        p->lengths[order[i]] = (uint8_t)take(p, 3);
    }
    make_code(&p->distances, p->lengths, PIECES);
    for (uint32_t i = 0; i < all;) {
        uint32_t piece = symbol(p, &p->distances);
        uint32_t times = 1;
        if (piece >= 16) {
            times = piece < 18 ? 3u + take(p, piece - 14u) : 11u + take(p, 7);
        }
        if (piece >= PIECES || i + times > all || (piece == 16 && i == 0)) {
            return false;
        }
        uint8_t length = piece < 16 ? (uint8_t)piece : piece == 16 ? p->lengths[i - 1u] : 0;
        set(p->lengths, i, i + times, length);
        i += times;
    }
    make_code(&p->literals, p->lengths, literals);
    make_code(&p->distances, p->lengths + literals, all - literals);
    return true;
}

// What `number` means where each power of two has `1 << fine` steps: a length less 3, a distance
// less 1.
static uint32_t stepped(struct packed *p, uint32_t number, uint32_t fine) {
    uint32_t steps = 1u << fine;
    if (number < 2u * steps) {
        return number;
    }
    uint32_t extra = number / steps - 1u;
    return ((steps + number % steps) << extra) + take(p, extra);
}

static bool copy_coded(struct packed *p) {
    for (;;) {
        uint32_t next = symbol(p, &p->literals);
        if (next == END_OF_BLOCK) {
            return true;
        }
        if (next < END_OF_BLOCK) {
            if (p->made == p->room) {
                return false;
            }
            p->to[p->made++] = (uint8_t)next;
            continue;
        }
        if (next > 285) {
            return false;
        }
        uint32_t count = 3u + (next == 285 ? 255u : stepped(p, next - 257u, 2));
        uint32_t number = symbol(p, &p->distances);
        if (number > 29) {
            return false;
        }
        uint32_t distance = 1u + stepped(p, number, 1);
        if (distance > p->made || count > p->room - p->made) {
            return false;
        }
        for (; count; count--, p->made++) {
            p->to[p->made] = p->to[p->made - distance];
        }
    }
}

static bool copy_stored(struct packed *p) {
    (void)take(p, p->bits & 7u);
    uint32_t count = take(p, 16);
    if ((count ^ take(p, 16)) != 0xFFFFu || count > p->room - p->made) {
        return false;
    }
    for (; count; count--) {
        p->to[p->made++] = (uint8_t)take(p, 8);
    }
    return true;
}

static bool copy_block(struct packed *p, uint32_t kind) {
    switch (kind) {
    case STORED:
        return copy_stored(p);
    case FIXED:
        fixed_codes(p);
        return copy_coded(p);
    case DYNAMIC:
        return read_codes(p) && copy_coded(p);
    default:
        return false;
    }
}

static uint32_t check_sum(const uint8_t *bytes, uint32_t count) {
    uint32_t low = 1, high = 0;
    while (count) {
        uint32_t part = count < REDUCED_AFTER ? count : REDUCED_AFTER;
        for (count -= part; part; part--) {
            low += *bytes++;
            high += low;
        }
        low %= ADLER;
        high %= ADLER;
    }
    return high << 16 | low;
}

bool unpack(const uint8_t *from, const uint8_t *from_end, uint8_t *to, const uint8_t *to_end) {
    struct packed p;
    p.bytes = from;
    p.count = (uint32_t)(from_end - from);
    p.at = p.held = p.bits = p.made = 0;
    p.to = to;
    p.room = (uint32_t)(to_end - to);
    if (take(&p, 16) != ZLIB_HEADER) {
        return false;
    }
    bool last;
    do {
        last = take(&p, 1);
        if (!copy_block(&p, take(&p, 2))) {
            return false;
        }
    } while (!last);
    (void)take(&p, p.bits & 7u);
    uint32_t sum = 0;
    for (uint32_t i = 0; i < 4; i++) {
        sum = sum << 8 | take(&p, 8);
    }
    return 8u * p.at - p.bits == 8u * p.count && p.made == p.room && sum == check_sum(to, p.room);
}
