// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
#include "recurrent.h"

#include "cold.h"
#include "fixed.h"
#include "m7.h"
#include "words_m7.h"

enum { GRU_GATES = 3, CELL_SHIFT_MAX = 8, ROW_SHIFT_MAX = 8, L1_MAX = 65535 };
enum { WEIGHTS_INT16 = 1, WEIGHTS_INT8 = 2 };

// |h30|: what T >> 1 reaches (README.md, GRU).
#define GRU_STATE_MAX ((1 << 30) - 256)

_Static_assert(sizeof(struct recurrent) + 16 * 8 <= LAYER_ARENA_BYTES,
               "struct recurrent outgrew its share");

// A record's tensors, still in the blob.
struct tensors {
    uint32_t gates, state, hidden, rows, inputs, columns, biases;
    const uint8_t *weights, *row_shift; // row_shift: NULL with int16 weights
    const uint8_t *scale, *input, *knob, *bias;
    const uint8_t *rest_state, *rest_hidden, *rest_error;
};

COLD static enum engine_status tensors_open(struct tensors *t, const struct blob_record *record,
                                            const struct layer_chain *chain, uint32_t gates) {
    struct blob_cursor cursor = record->tensors;
    const uint32_t weights = record->format & 15u, state = record->format >> 4;
    if ((weights != WEIGHTS_INT16 && weights != WEIGHTS_INT8) ||
        (state != RECURRENT_STATE_16 && state != RECURRENT_STATE_32) ||
        (chain->recurrent != 0 && state != chain->state) ||
        record->own[0] > (gates == GRU_GATES ? 0 : CELL_SHIFT_MAX) || record->own[1] != 0)
        return ENGINE_UNKNOWN_FORMAT;
    if (record->inputs != chain->width || record->outputs < 1 ||
        record->outputs > LAYER_WIDTH_MAX || chain->dense != 0 ||
        chain->recurrent == LAYER_RECURRENT_MAX)
        return ENGINE_BAD_SHAPE;
    const int first = chain->index == 0;
    t->gates = gates;
    t->state = state;
    t->hidden = record->outputs;
    t->rows = gates * t->hidden;
    t->inputs = first ? 0 : record->inputs;
    t->columns = t->inputs + t->hidden;
    t->biases = t->rows + (gates == GRU_GATES ? t->hidden : 0);
    t->weights = blob_take(&cursor, t->rows * t->columns * (weights == WEIGHTS_INT16 ? 2 : 1));
    t->row_shift = weights == WEIGHTS_INT16 ? NULL : blob_take(&cursor, t->rows);
    t->scale = blob_take(&cursor, t->rows * 4);
    t->input = first ? blob_take(&cursor, t->rows * 4) : NULL;
    t->knob = first && chain->knobs ? blob_take(&cursor, t->rows * chain->knobs * 4) : NULL;
    t->bias = blob_take(&cursor, t->biases * 4);
    t->rest_state = blob_take(&cursor, t->hidden * 4);
    const int wide = state == RECURRENT_STATE_32, lstm = gates != GRU_GATES;
    t->rest_hidden = !wide || lstm ? blob_take(&cursor, t->hidden * (wide ? 4 : 2)) : NULL;
    t->rest_error = wide ? NULL : blob_take(&cursor, t->hidden);
    const int missing = t->weights == NULL || t->scale == NULL || t->bias == NULL ||
                        (weights == WEIGHTS_INT8 && t->row_shift == NULL) ||
                        (first && t->input == NULL) || (first && chain->knobs && t->knob == NULL) ||
                        t->rest_state == NULL || ((!wide || lstm) && t->rest_hidden == NULL) ||
                        (!wide && t->rest_error == NULL) || cursor.left != 0;
    return missing ? ENGINE_BAD_SECTION : ENGINE_OK;
}

// Weight of a row and column as the engine multiplies it.
static int32_t tensors_weight(const struct tensors *t, uint32_t row, uint32_t column) {
    const size_t i = (size_t)row * t->columns + column;
    if (t->row_shift == NULL)
        return blob_i16(t->weights + 2 * i);
    return (int8_t)t->weights[i] * (1 << t->row_shift[row]);
}

// Bound of |mulh(x, word)| for |x| <= 2^31, rounded outwards.
static uint64_t half(int32_t word) {
    return (layer_magnitude(word) + 1) >> 1;
}

// The proof of one row, in the very integers of the converter's proof.py.
COLD static enum engine_status prove_row(const struct tensors *t, uint32_t row, uint32_t knobs) {
    if (t->row_shift != NULL && t->row_shift[row] > ROW_SHIFT_MAX)
        return ENGINE_UNKNOWN_FORMAT;
    uint64_t l1 = 0;
    for (uint32_t column = 0; column < t->columns; column++)
        l1 += layer_magnitude(tensors_weight(t, row, column));
    if (l1 > L1_MAX)
        return ENGINE_NOT_PROVED;
    uint64_t bound = layer_magnitude(blob_word(t->bias, row));
    if (t->input != NULL)
        bound += half(blob_word(t->input, row));
    for (uint32_t k = 0; t->knob != NULL && k < knobs; k++)
        bound += half(blob_word(t->knob, row * knobs + k));
    const uint64_t acc = (l1 << 15) + (t->state == RECURRENT_STATE_32 ? t->columns : 0);
    bound += (acc * layer_magnitude(blob_word(t->scale, row)) + UINT32_MAX) >> 32;
    // n of a GRU is a_n + 2 mulh(r << 7, u_n): two roundings more, and u_n's own bias.
    if (t->gates == GRU_GATES && row >= 2 * t->hidden)
        bound += layer_magnitude(blob_word(t->bias, row + t->hidden)) + 3;
    return bound <= INT32_MAX ? ENGINE_OK : ENGINE_NOT_PROVED;
}

COLD enum engine_status recurrent_check(const struct blob_record *record, struct layer_chain *chain,
                                        uint32_t gates) {
    struct tensors t;
    enum engine_status status = tensors_open(&t, record, chain, gates);
    for (uint32_t row = 0; status == ENGINE_OK && row < t.rows; row++)
        status = prove_row(&t, row, chain->knobs);
    if (status != ENGINE_OK)
        return status;
    const int32_t high = gates == GRU_GATES ? GRU_STATE_MAX : (1 << 30) - 1;
    const int32_t low = gates == GRU_GATES ? -high : -high - 1;
    for (uint32_t unit = 0; unit < t.hidden; unit++) {
        const int32_t state = blob_word(t.rest_state, unit);
        if (state < low || state > high)
            return ENGINE_BAD_STATE;
    }
    const uint32_t knobs = t.knob != NULL ? chain->knobs : 0, units = layer_eights(t.hidden);
    const uint32_t columns = units + layer_eights(t.inputs);
    const uint32_t rows = layer_eights(t.rows) + (gates == GRU_GATES ? units : 0);
    chain->arena_bytes += LAYER_ARENA_BYTES + rows * (2 * columns + 4 * (6 + knobs)) +
                          units * (32 + 8 * LAYER_CHUNK) + 4 * columns;
    chain->reads_chords = 1;
    chain->width = t.hidden;
    chain->recurrent++;
    chain->state = t.state;
    chain->bound = 1 << 23;
    return ENGINE_OK;
}

// Room for a matrix of two units a block, all 0; 0 when the arena is too small.
COLD static int matrix_take(struct matvec *matrix, uint32_t units, uint32_t columns,
                            struct layer_arena *arena) {
    matrix->blocks = (units + 1) / 2;
    matrix->pairs = (columns + 1) / 2;
    // One word past an 8-byte boundary: a Cortex-M7 loads an odd word of the weights and one of the
    // vector in the same cycle only when they are in different banks.
    unsigned char *const taken =
        layer_take(arena, matrix->blocks * matvec_block_bytes(matrix->pairs) + 16);
    if (taken == NULL)
        return 0;
    matrix->stream = (const int16_t *)(const void *)(taken + 4);
    return 1;
}

// What a block does with the rows of the blob: n of a GRU is rows u and a (recurrent.h).
enum { ROW_U = 2, ROW_A = 3 };

static uint32_t place(uint32_t gates, uint32_t unit, uint32_t row) {
    if (gates == GRU_GATES)
        return row == ROW_A ? 6 + unit % 2 : unit % 2 * 3 + row;
    return unit % 2 * 4 + row;
}

// The only writers of a matrix are the load and the knobs; the kernels read it.
static struct matvec_row *matrix_row(const struct recurrent *r, uint32_t unit, uint32_t row) {
    const struct matvec_row *const rows = matvec_block_rows(&r->matrix, unit / 2);
    return (struct matvec_row *)&rows[place(r->gates, unit, row)];
}

COLD static void set_weight(const struct recurrent *r, uint32_t unit, uint32_t row, uint32_t column,
                            int32_t weight) {
    int16_t *const w = (int16_t *)matvec_weights(&r->matrix, unit / 2);
    const uint32_t pair = column / 2;
    w[(pair * MATVEC_ROWS + place(r->gates, unit, row)) * 2 + column % 2] = (int16_t)weight;
}

COLD static void fill_matrix(struct recurrent *r, const struct tensors *t) {
    for (uint32_t row = 0; row < t->rows; row++) {
        const uint32_t gate = row / t->hidden, unit = row % t->hidden;
        const int is_n = t->gates == GRU_GATES && gate == ROW_U;
        for (uint32_t column = 0; column < t->columns; column++) {
            const int below = column < t->inputs;
            const uint32_t to = below ? column : column - t->inputs + r->offset;
            set_weight(r, unit, is_n && below ? ROW_A : gate, to, tensors_weight(t, row, column));
        }
        struct matvec_row *const driven = matrix_row(r, unit, is_n ? ROW_A : gate);
        driven->bias = blob_word(t->bias, row);
        driven->input = t->input != NULL ? blob_word(t->input, row) : 0;
        driven->scale = blob_word(t->scale, row);
        if (is_n) {
            matrix_row(r, unit, ROW_U)->bias = blob_word(t->bias, row + t->hidden);
            matrix_row(r, unit, ROW_U)->scale = driven->scale;
        }
    }
}

// Words of so many columns of state; halves lie in them by pairs.
static uint32_t state_words(const struct recurrent *r, uint32_t columns) {
    return r->format == RECURRENT_STATE_32 ? columns : (columns + 1) / 2;
}

// Copies `count` words of a tensor into the arena; NULL when it is too small.
COLD static int32_t *copy_tensor(const uint8_t *tensor, uint32_t count, struct layer_arena *arena) {
    int32_t *const words = layer_take(arena, (size_t)4 * count);
    for (uint32_t i = 0; words != NULL && i < count; i++)
        words[i] = blob_word(tensor, i);
    return words;
}

COLD struct layer *recurrent_load(const struct blob_record *record, const struct layer_chain *chain,
                                  struct layer_arena *arena, uint32_t gates) {
    struct tensors t;
    struct recurrent *const r = layer_take(arena, sizeof *r);
    if (r == NULL || tensors_open(&t, record, chain, gates) != ENGINE_OK)
        return NULL;
    const uint32_t hidden = t.hidden;
    r->gates = gates;
    r->hidden = hidden;
    r->inputs = t.inputs;
    r->offset = (t.inputs + 1) & ~(uint32_t)1;
    r->knobs = t.knob != NULL ? chain->knobs : 0;
    r->cell_shift = record->own[0];
    r->stacked = t.inputs != 0 || chain->next == lstm_kind.kind || chain->next == gru_kind.kind;
    r->format = t.state;
    r->chords = chain->chords;
    if (!matrix_take(&r->matrix, hidden, r->offset + hidden, arena))
        return NULL;
    r->v = layer_take(arena, (size_t)4 * r->matrix.blocks * MATVEC_ROWS);
    const size_t word = t.state == RECURRENT_STATE_32 ? 4 : 2;
    r->vector = layer_take(arena, 2 * word * (r->matrix.pairs + 2));

    r->bias = copy_tensor(t.bias, t.biases, arena);
    r->knob = copy_tensor(t.knob, t.rows * r->knobs, arena);
    r->rest_state = copy_tensor(t.rest_state, hidden, arena);
    int32_t *const rest_hidden = layer_take(arena, (size_t)4 * hidden);
    uint8_t *const rest_error = layer_take(arena, hidden);
    r->wide = layer_take(arena, (size_t)4 * (LAYER_CHUNK * hidden + LAYER_AHEAD));
    r->given = layer_take(arena, (size_t)4 * LAYER_CHUNK * state_words(r, hidden));
    if (r->v == NULL || r->vector == NULL || r->bias == NULL || r->knob == NULL ||
        r->rest_state == NULL || rest_hidden == NULL || rest_error == NULL || r->wide == NULL ||
        r->given == NULL)
        return NULL;
    for (uint32_t unit = 0; unit < hidden; unit++) {
        if (t.state == RECURRENT_STATE_16) {
            rest_hidden[unit] = blob_i16(t.rest_hidden + (size_t)2 * unit);
            rest_error[unit] = t.rest_error[unit];
        } else {
            rest_hidden[unit] = gates == GRU_GATES ? 2 * blob_word(t.rest_state, unit)
                                                   : blob_word(t.rest_hidden, unit);
        }
    }
    r->rest_hidden = rest_hidden;
    r->rest_error = rest_error;
    r->layer.out.wide = r->wide;
    r->layer.out.state = r->given;
    fill_matrix(r, &t);
    return &r->layer;
}

void recurrent_reset(struct layer *layer) {
    struct recurrent *const r = (struct recurrent *)layer;
    for (uint32_t unit = 0; unit < r->hidden; unit++) {
        matvec_unit(&r->matrix, unit)->state = r->rest_state[unit];
        matvec_unit(&r->matrix, unit)->carry = r->rest_error[unit];
        if (r->format == RECURRENT_STATE_32)
            ((int32_t *)r->vector)[r->offset + unit] = r->rest_hidden[unit];
        else
            ((int16_t *)r->vector)[r->offset + unit] = (int16_t)r->rest_hidden[unit];
    }
}

void recurrent_set_knobs(struct layer *layer, const int32_t *knobs) {
    struct recurrent *const r = (struct recurrent *)layer;
    for (uint32_t row = 0; r->knobs && row < r->gates * r->hidden; row++) {
        const uint32_t gate = row / r->hidden, unit = row % r->hidden;
        int32_t bias = r->bias[row];
        for (uint32_t k = 0; k < r->knobs; k++)
            bias += mulh(knobs[k] * (1 << 16), r->knob[row * r->knobs + k]);
        const int is_n = r->gates == GRU_GATES && gate == ROW_U;
        matrix_row(r, unit, is_n ? ROW_A : gate)->bias = bias;
    }
}

COLD int recurrent_unit(const struct layer *layer, uint32_t unit, struct engine_unit *found) {
    const struct recurrent *const r = (const struct recurrent *)layer;
    if (unit >= r->hidden)
        return 0;
    found->state = matvec_unit(&r->matrix, unit)->state;
    found->hidden = r->format == RECURRENT_STATE_32
                        ? ((const int32_t *)r->vector)[r->offset + unit]
                        : ((const int16_t *)r->vector)[r->offset + unit];
    found->error = matvec_unit(&r->matrix, unit)->carry & 255;
    return 1;
}

void recurrent_feed(const struct recurrent *r, const struct layer_signal *in, uint32_t frame) {
    const uint32_t words = state_words(r, r->inputs);
    copy_words(r->vector, (const int32_t *)in->state + (size_t)frame * words, words);
}

void recurrent_give(const struct recurrent *r, uint32_t frame) {
    const uint32_t words = state_words(r, r->hidden);
    copy_words((int32_t *)r->given + (size_t)frame * words,
               (const int32_t *)r->vector + state_words(r, r->offset), words);
}

#if !ENGINE_M7

// r->v from the vector; x8: audio << 8.
static void rows(const struct recurrent *r, int32_t x8) {
    if (r->format == RECURRENT_STATE_32)
        matvec_rows_wide(&r->matrix, r->vector, x8, r->v);
    else
        matvec_rows(&r->matrix, r->vector, x8, r->v);
}

void recurrent_play(const struct recurrent *r, const struct layer_signal *in, uint32_t frames,
                    recurrent_step *step) {
    for (uint32_t frame = 0; frame < frames; frame++) {
        if (r->inputs)
            recurrent_feed(r, in, frame);
        rows(r, r->inputs ? 0 : shl(in->wide[frame], 8));
        step(r, r->wide + (size_t)frame * r->hidden);
        if (r->stacked)
            recurrent_give(r, frame);
    }
}

#endif
