// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The serial protocol between a pedal and a tool. This header is its only description: the firmware
// compiles it, the tool's figures are held against it by a test that reads it.
//
// Frame
//   0x00, then COBS (Cheshire and Baker) of the bytes below, then 0x00:
//     struct link_header, body (0 to LINK_BODY_BYTES bytes), CRC-32 of header and body, 4 bytes
//   All numbers are little-endian; CRC-32 is that of IEEE 802.3, as zlib's. Structures have no
//   gaps. What lies between two zero bytes and is no frame is text or damage: the tool shows or
//   drops it, the pedal counts and drops it. Text never holds a zero byte, a frame none between its
//   ends.
//
// Talk
//   The tool asks, the pedal answers; one request at a time. LINK_HELLO begins a session. Each
//   further request counts `sequence` up by one (65535 is followed by 0). The answer repeats
//   command + LINK_ANSWER and sequence. The pedal works on a request
//     whose sequence is the last one's + 1: it is done, once, and answered;
//     that equals the last one in every byte: it is not done again, the same answer is sent again;
//     else: it is not done, the answer is LINK_OUT_OF_ORDER.
//   A refused request uses up its sequence number as a done one does, except by LINK_OUT_OF_ORDER,
//   LINK_NO_SESSION and LINK_BUSY.
//   So every request may be repeated when no answer came, and after LINK_TRIES of them the tool
//   gives up or says LINK_HELLO again. LINK_HELLO is taken with any sequence and begins anew: a
//   load or stream under way is given up. Answers that come late are told by their sequence.
//   While a request still works (a model is faded in), another one is answered LINK_BUSY and is not
//   done; the tool may repeat it.
//   Without a good frame for LINK_SESSION_MS the session ends: load and stream are given up, the
//   model plays again, and status lines are printed again, which a session holds back.
//   The pedal never waits for the tool, and audio goes on whatever happens here.
//
// Refusal
//   An answer whose status is not LINK_OK has the body struct link_refusal, and nothing was done.
//
// Versions
//   LINK_HELLO and its answer keep their first fields in all versions. A tool of another
//   LINK_VERSION says so and stops there.
#ifndef PROTOCOL_H
#define PROTOCOL_H

#include <stdint.h>

#define LINK_VERSION        1
#define LINK_ANSWER         0x80  // added to the command in an answer
#define LINK_BODY_BYTES     1040  // most in a body
#define LINK_CHUNK_BYTES    1024  // most of a model in one LINK_LOAD_CHUNK
#define LINK_STREAM_SAMPLES 256   // most in one LINK_STREAM_DATA
#define LINK_NAME_BYTES     32    // of a model's name, UTF-8, filled up with zeros
#define LINK_TEXT_BYTES     32    // of other words, filled up with zeros
#define LINK_REASON_BYTES   112   // of a refusal's reason, filled up with zeros
#define LINK_SLOTS_LISTED   20    // most in one answer to LINK_BANK_LIST
#define LINK_EVENTS_LISTED  64    // most in one answer to LINK_LOG
#define LINK_KNOBS          4     // most knobs of a model
#define LINK_KNOB_ONE       32767 // a knob fully clockwise
#define LINK_LOAD_STEPS     101   // of the histogram of block times

#define LINK_IMAGE_SLOT     128      // first slot number of the models in the image, read-only
#define LINK_NO_SLOT        255      // none
#define LINK_MUTE           (-32768) // level: silent
#define LINK_GATE_OFF       (-32768) // gate: none
#define LINK_NO_TEMPERATURE (-2147483647 - 1) // the chip or the board has no sensor

// Time-outs, ms. Those of the tool count from the request's last byte to the answer's first; each
// is longer than what the pedal may take.
#define LINK_REPLY_MS 500  // tool: answer to any command that is not named below
#define LINK_CHUNK_MS 1500 // tool: LINK_LOAD_CHUNK; may erase a sector, at most 0.4 s
#define LINK_CHANGE_MS                                                                             \
    5000 // tool: LINK_LOAD_COMMIT, LINK_BANK_*, LINK_SELF_TEST, LINK_STREAM_BEGIN
#define LINK_STREAM_MS  2000 // tool: LINK_STREAM_DATA
#define LINK_REBOOT_MS  5000 // tool: from the answer to LINK_REBOOT until the loader shows up
#define LINK_SESSION_MS 3000 // pedal: without a good frame the session ends
#define LINK_TRIES      4    // tool: how often a request is sent before it gives up

struct link_header {
    uint8_t command;   // enum link_command, in answers + LINK_ANSWER
    uint8_t status;    // enum link_status; 0 in requests
    uint16_t sequence; // counted up by one for each request
};

// "repeat": what a second, separate request of the same content does (one that is sent again with
// its own sequence is never done twice).
enum link_command {
    LINK_HELLO = 0x01,        // link_hello -> link_hello_answer; repeat: a new session
    LINK_STATS = 0x02,        // nothing -> link_stats; repeat: maxima since the one before
    LINK_LOG = 0x03,          // link_log -> link_log_answer; repeat: the same
    LINK_SETTINGS = 0x10,     // nothing -> link_settings; repeat: the same
    LINK_SET = 0x11,          // link_settings -> link_settings; repeat: the same
    LINK_BANK_LIST = 0x20,    // link_list -> link_list_answer; repeat: the same
    LINK_BANK_SELECT = 0x21,  // link_select -> link_model; repeat: the model starts again
    LINK_BANK_NAME = 0x22,    // link_name -> nothing; repeat: the same
    LINK_BANK_ERASE = 0x23,   // link_erase -> nothing; repeat: LINK_NO_SUCH_SLOT
    LINK_LOAD_BEGIN = 0x28,   // link_load -> link_load_answer; repeat: begins anew
    LINK_LOAD_CHUNK = 0x29,   // link_chunk and bytes -> link_progress; repeat: LINK_NOT_NEXT
    LINK_LOAD_COMMIT = 0x2A,  // nothing -> link_model; repeat: LINK_NOT_LOADING
    LINK_LOAD_ABORT = 0x2B,   // nothing -> nothing; repeat: the same
    LINK_SELF_TEST = 0x30,    // nothing -> link_self_test; repeat: tested again
    LINK_STREAM_BEGIN = 0x38, // link_stream_begin -> link_model; repeat: from the rest state again
    LINK_STREAM_DATA = 0x39,  // link_stream and samples -> link_stream and samples;
                              // repeat: LINK_NOT_NEXT
    LINK_STREAM_END = 0x3A,   // nothing -> nothing; repeat: the same
    LINK_REBOOT = 0x40,       // link_reboot -> nothing, then the pedal restarts
};

enum link_status {
    LINK_OK = 0,
    LINK_UNKNOWN_COMMAND = 1, // of another version, or damage
    LINK_BAD_LENGTH = 2,      // the body is not as long as the command's
    LINK_BAD_VALUE = 3,       // a field is outside its range; detail: its offset in the body
    LINK_OUT_OF_ORDER = 4,    // the sequence is not the next; detail: the one that is
    LINK_NO_SESSION = 5,      // say LINK_HELLO first
    LINK_BUSY = 6,            // the request before is not done yet
    LINK_NO_STORE = 7,        // the board keeps no models, or its flash chip failed at the start
    LINK_NO_SUCH_SLOT = 8,    // beyond the bank, or empty
    LINK_READ_ONLY = 9,       // the model is part of the image
    LINK_TOO_LARGE = 10,      // the model; detail: most bytes a slot takes
    LINK_NOT_LOADING = 11,    // no load is under way: it was given up, or committed before
    LINK_NOT_NEXT = 12,     // a chunk or stream is not the next; detail: offset or position wanted
    LINK_INCOMPLETE = 13,   // not all bytes of the model came; detail: how many did
    LINK_BAD_CRC = 14,      // the model's bytes in flash are not those announced; detail: their CRC
    LINK_REFUSED = 15,      // by the engine; detail: enum engine_status, the reason is its words
    LINK_STORE_FAILED = 16, // the flash chip did not erase or write; detail: offset in the store
    LINK_NO_MODEL = 17,     // none plays, or none can be faded in: the audio stands still
    LINK_NOT_STREAMING = 18, // say LINK_STREAM_BEGIN first
    LINK_STATUS_COUNT
};

struct link_refusal {
    uint32_t detail;
    char reason[LINK_REASON_BYTES]; // plain English, without a full stop
};

// ---- who is there

struct link_hello {
    uint16_t version; // LINK_VERSION of the tool
    uint16_t reserved;
    uint32_t session; // random, so that the hello of another run is not taken for a repeat
};

struct link_hello_answer {
    uint16_t version;               // LINK_VERSION of the pedal
    uint16_t blob_version;          // ENGINE_BLOB_VERSION: the .psm format it reads
    char firmware[LINK_TEXT_BYTES]; // version of the sources
    char board[LINK_TEXT_BYTES];    // its folder under boards/
    char image[LINK_TEXT_BYTES];    // kind of image, as in board.json: "flash", "bootloader"
    char controls[LINK_TEXT_BYTES]; // pedal it was built for, as in board.json
    char codec[LINK_TEXT_BYTES];    // chip that was found
    char serial[LINK_TEXT_BYTES];   // unique number of the chip; empty: has none
    uint32_t core_hz;
    uint32_t sample_rate; // Hz
    uint32_t block;       // samples processed at once
    uint32_t arena_bytes; // memory for models
    uint32_t image_bytes; // of the image as it was flashed, the .bin
    uint32_t image_crc;   // its CRC-32, as the chip reads it
    uint32_t slot_bytes;  // most bytes of a model in a slot; 0: no store
    uint8_t slots;        // of the store, numbered from 0
    uint8_t image_slots;  // of the image, numbered from LINK_IMAGE_SLOT
    uint8_t knobs;        // that are wired to the board
    uint8_t reserved;
};

// ---- how it does

enum link_model_state {
    LINK_MODEL_NONE = 0,    // none was given: dry
    LINK_MODEL_REFUSED = 1, // the engine refused it: dry
    LINK_MODEL_HELD = 2,    // held back after failed starts: dry
    LINK_MODEL_PLAYS = 3,
};

enum link_flag {
    LINK_FLAG_BYPASSED = 1,
    LINK_FLAG_OVERLOADED = 2, // a block took too long: dry until bypass is switched
    LINK_FLAG_CHANGING = 4,   // fading to another model
    LINK_FLAG_PAUSED = 8,     // dry, a stream has the engine
};

struct link_model {
    uint8_t state;         // enum link_model_state
    uint8_t slot;          // LINK_NO_SLOT: none
    uint8_t flags;         // enum link_flag, added
    uint8_t engine_status; // enum engine_status: why the engine refused it
    uint32_t bytes;
    uint32_t crc;         // CRC-32 of the whole .psm
    uint32_t sample_rate; // Hz
    uint32_t arena_bytes; // memory that it takes
    int32_t rest_output;  // Q23, taken off the engine's output by the pedal, not by a stream
    int32_t trim;         // hundredths of a dB that make it as loud as others
    uint16_t resting_knobs[LINK_KNOBS]; // 0..LINK_KNOB_ONE
    uint32_t knobs;
    char name[LINK_NAME_BYTES]; // as its metadata say
};

// Counters run from the start and wrap at 2^32; the tool takes differences.
struct link_stats {
    uint32_t uptime_ms;
    uint32_t blocks;        // processed
    uint32_t overruns;      // blocks that were not done when they were due, or never were done
    uint32_t audio_errors;  // transfer errors
    uint32_t busy_cycles;   // spent on all blocks
    uint32_t worst_cycles;  // most on one block since the last LINK_STATS
    uint32_t block_cycles;  // that a block may take
    int32_t input_peak;     // Q23, largest |sample| since the last LINK_STATS
    int32_t output_peak;    // Q23, largest |sample| since the last LINK_STATS
    uint32_t input_clips;   // samples at full scale
    uint32_t output_clips;  // samples at full scale
    int32_t temperature;    // hundredths of a degree Celsius, or LINK_NO_TEMPERATURE
    uint32_t link_frames;   // good frames received
    uint32_t link_errors;   // what came between zero bytes and was no frame
    uint32_t link_repeats;  // requests that came again
    uint32_t starts;        // since power-up
    uint32_t last_fault_at; // address of the code, 0: unknown
    char last_fault[LINK_TEXT_BYTES]; // why the run before this one ended; empty: it did not fail
    struct link_model model;
    // Blocks by their share of block_cycles: step i counts i % up to below i + 1 %, the last step
    // all from 100 % on.
    uint32_t steps[LINK_LOAD_STEPS];
};

enum link_event_kind {
    LINK_EVENT_STARTED = 1,      // detail: starts since power-up
    LINK_EVENT_FAULT_BEFORE = 2, // the run before failed; detail: address of the code
    LINK_EVENT_PLAYS = 3,        // a model begins; slot; detail: its CRC
    LINK_EVENT_REFUSED = 4,      // a model; slot; detail: enum engine_status
    LINK_EVENT_OVERLOAD = 5,     // detail: overruns so far
    LINK_EVENT_STORED = 6,       // a model was loaded; slot; detail: its bytes
    LINK_EVENT_ERASED = 7,       // slot
    LINK_EVENT_NAMED = 8,        // slot
    LINK_EVENT_STORE_FAILED = 9, // detail: offset in the store
    LINK_EVENT_SESSION = 10,     // a tool said hello; detail: its session
    LINK_EVENT_SESSION_END = 11, // no frame for LINK_SESSION_MS
};

struct link_event {
    uint32_t ms;  // since the start
    uint8_t kind; // enum link_event_kind
    uint8_t slot; // LINK_NO_SLOT: none
    uint16_t reserved;
    uint32_t detail;
};

struct link_log {
    uint32_t first; // number of the event since the start; older ones than are kept are left out
};

struct link_log_answer {
    uint32_t first; // of those below
    uint32_t count; // of those below, at most LINK_EVENTS_LISTED
    uint32_t next;  // number that the next event will have
    // count times struct link_event
};

// ---- settings: they last until the power goes or a knob of the pedal is turned

enum link_setting {
    LINK_SET_GAIN = 1,
    LINK_SET_LEVEL = 2,
    LINK_SET_GATE = 4,
    LINK_SET_BYPASS = 8,
    LINK_SET_SHAPE = 16,
    LINK_SET_KNOB = 32, // knob 0; knob i is LINK_SET_KNOB << i, up to LINK_KNOBS - 1
};

struct link_settings {
    uint16_t which;             // request: enum link_setting, added; answer: those that there are
    int16_t gain;               // before the model, hundredths of a dB, -9600..3600
    int16_t level;              // after it, hundredths of a dB, -9600..3600, or LINK_MUTE
    int16_t gate;               // opens above it, hundredths of a dBFS, -9600..0, or LINK_GATE_OFF
    uint8_t bypassed;           // 0, 1
    uint8_t shaped;             // 0, 1: DC blocker, limiter and trim to equal loudness
    uint16_t knobs[LINK_KNOBS]; // of the model, 0..LINK_KNOB_ONE
};

// ---- bank: the slots of the store, and those of the image

enum link_slot_flag {
    LINK_SLOT_PLAYS = 1,
    LINK_SLOT_READ_ONLY = 2, // part of the image
    LINK_SLOT_AT_START = 4,  // plays at the next start
};

struct link_list {
    uint32_t first; // of the occupied slots, counted from 0
};

struct link_list_answer {
    uint16_t first;
    uint8_t count; // of those below, at most LINK_SLOTS_LISTED
    uint8_t total; // occupied slots
    // count times struct link_slot
};

struct link_slot {
    uint8_t slot;
    uint8_t flags; // enum link_slot_flag, added
    uint16_t reserved;
    uint32_t bytes;
    uint32_t crc;         // CRC-32 of the whole .psm
    uint32_t sample_rate; // Hz
    char name[LINK_NAME_BYTES];
};

// Fades to dry, loads, plays the golden vector, fades to the model. The answer comes when it plays
// or was refused.
struct link_select {
    uint8_t slot;
    uint8_t at_start; // 1: and plays it at every start from now on
    uint16_t reserved;
};

struct link_name {
    uint8_t slot; // of the store
    uint8_t reserved[3];
    char name[LINK_NAME_BYTES]; // not empty
};

// The slot that plays may be erased too: the first of the bank then plays, or none.
struct link_erase {
    uint8_t slot; // of the store
    uint8_t reserved[3];
};

// ---- load: a model goes into a free place of the store while the old one plays. It is checked
// there; one last write makes it the slot's. Power lost before that write leaves the old model,
// after it the new one.

struct link_load {
    uint8_t slot; // of the store; LINK_NO_SLOT: the first empty one
    uint8_t play; // 0: only kept; 1: plays when it is committed, and at every start from now on
    uint16_t reserved;
    uint32_t bytes;             // of the whole .psm, 64 to slot_bytes
    uint32_t crc;               // CRC-32 of the whole .psm
    char name[LINK_NAME_BYTES]; // empty: as its metadata say
};

struct link_load_answer {
    uint8_t slot; // where it goes
    uint8_t reserved[3];
};

struct link_chunk {
    uint32_t offset; // in the model; each chunk begins where the one before ended
    // 1 to LINK_CHUNK_BYTES bytes, all but the last chunk a multiple of 256
};

struct link_progress {
    uint32_t received; // bytes so far
};

// ---- tests

struct link_self_test {
    uint32_t passed; // 1: the golden vector came out exactly; 0: it did not, the pedal stays dry
    uint32_t frames; // of the golden vector
    struct link_model model;
};

// The engine that plays leaves the audio path: the input passes dry until LINK_STREAM_END, while
// the engine begins at its rest state and plays what the tool sends. Every output word equals the
// host engine's from its rest state with the same knobs.
struct link_stream_begin {
    uint16_t knobs[LINK_KNOBS]; // 0..LINK_KNOB_ONE; 65535: the resting knob
};

struct link_stream {
    uint32_t position; // samples before the first one here; each part begins where the last ended
    uint32_t
        cycles; // answer: core cycles that these took, audio interrupts included; 0 in requests
    // 1 to LINK_STREAM_SAMPLES int32_t, Q23: in, 24 bits; out, the engine's words
};

enum link_reboot_into {
    LINK_REBOOT_PEDAL = 0,
    LINK_REBOOT_LOADER = 1, // ROM DFU, Daisy bootloader or HalfKay, whichever takes this image
};

struct link_reboot {
    uint32_t into; // enum link_reboot_into
};

#endif
