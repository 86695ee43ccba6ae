# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""A float impulse response and some guitar in, a Blob and a report out.

The samples keep their 24 bits, so only the taps are rounded: to 16 bits in segments of 32, each of
a scale of its own, because a response decays.
"""

from dataclasses import replace

import numpy as np

from pedalsmith.audio import Q23_ONE, SAMPLE_RATE, Samples, from_q23
from pedalsmith.errors import BadInput
from pedalsmith.models.convolution import Conv1d
from pedalsmith.models.model import Model
from pedalsmith.quantization import psm
from pedalsmith.quantization.blob import Blob
from pedalsmith.quantization.calibration import calibration_of
from pedalsmith.quantization.fir_record import L1_MAX, SEGMENT, SEGMENTS_MAX, FirRecord
from pedalsmith.quantization.measure import level_errors, play
from pedalsmith.quantization.metadata import metadata_of
from pedalsmith.quantization.proof import check
from pedalsmith.quantization.records import fixed
from pedalsmith.quantization.reference import with_golden
from pedalsmith.quantization.refusal import Refused
from pedalsmith.quantization.report import Report, tensor_report
from pedalsmith.quantization.rows import Floats

GOLDEN_FRAMES = 256
_SCALE_MOST = 2.0**22
"""Of a segment: its word keeps 18 bits."""


def serves(model: Model) -> bool:
    """True when `model` is one convolution of one channel."""
    if len(model.layers) != 1 or not isinstance(model.layers[0], Conv1d):
        return False
    return model.layers[0].inputs == model.layers[0].outputs == 1


def quantize_fir(model: Model, name: str, samples: Samples) -> tuple[Blob, Report]:
    """As quantizer.quantize, for a model that `serves`. Raises BadInput."""
    taps, bias, skip = _response(model, name)
    padded = np.concatenate([np.zeros(-len(taps) % SEGMENT), taps])
    segments = padded.reshape(-1, SEGMENT)[::-1]
    l1 = np.maximum(np.abs(segments).sum(axis=1), 1e-12)
    largest = np.maximum(np.abs(segments).max(axis=1), 1e-12)
    # Rounding may add half a word a tap to the sum.
    own = np.minimum.reduce(
        [(L1_MAX - SEGMENT) / l1, 32_766 / largest, np.full(len(l1), _SCALE_MOST)]
    )
    try:
        record = FirRecord(
            np.rint(segments * own[:, None]).astype(np.int64),
            fixed(1.0 / own, 40, "the gain of the impulse response"),
            int(fixed(np.array(bias), 23, "the bias")),
        )
        blob = Blob(
            layers=(record,),
            sample_rate=SAMPLE_RATE,
            skip=int(fixed(np.array(skip), 24, "the skip gain")),
            rest_output=record.bias,
            golden_input=np.zeros(1, np.int32),
            golden_output=np.zeros(1, np.int32),
        )
        check(blob)
    except Refused as refusal:
        raise BadInput(f"{name}: {refusal}.") from None
    excerpts = calibration_of(samples, 0).excerpts
    levels, count, time = excerpts.shape
    words = np.ascontiguousarray(excerpts.reshape(-1, time), np.int32)
    played = from_q23(play(blob, words, np.zeros((len(words), 0), np.int64)))
    heard = from_q23(words)
    reference = np.stack([_convolved(taps, one) + bias + skip * one for one in heard])
    shape = (levels, count, time)
    loudest = words[int(np.argmax(np.max(np.abs(words), axis=1)))]
    blob = with_golden(blob, loudest[:GOLDEN_FRAMES])
    rounded = (record.weights * (record.scale[:, None] / 2.0**40))[::-1]
    report = Report(
        weights="int16",
        state_bits=32,
        rounding="to nearest",
        tensors=(tensor_report("the response", "taps", rounded, segments[::-1], 16),),
        cells=(),
        errors=level_errors(played.reshape(shape), reference.reshape(shape), bias),
        rest_output=blob.rest_output / Q23_ONE,
        blob_bytes=0,
        arena_bytes=blob.arena_bytes,
        measured_seconds=excerpts[0].size / SAMPLE_RATE,
    )
    blob = replace(blob, metadata=metadata_of(model, report))
    return blob, replace(report, blob_bytes=len(psm.encode(blob)))


def _response(model: Model, name: str) -> tuple[Floats, float, float]:
    """(taps,) the oldest first, bias and skip, gains folded in. Raises BadInput."""
    layer = model.layers[0]
    assert isinstance(layer, Conv1d)
    most = SEGMENT * SEGMENTS_MAX
    if model.knobs:
        raise BadInput(f"{name}: has knobs, which the engine's impulse response does not.")
    if layer.history + 1 > most:
        raise BadInput(f"{name}: has {layer.history + 1} taps; the engine runs {most}.")
    spread = np.zeros(layer.history + 1)
    spread[:: layer.dilation] = layer.kernel[:, 0, 0]
    gain_in, gain_out = 10 ** (model.input_gain_db / 20), 10 ** (model.output_gain_db / 20)
    bias = 0.0 if layer.bias is None else float(layer.bias[0])
    return spread * gain_in * gain_out, bias * gain_out, model.skip * gain_in * gain_out


def _convolved(taps: Floats, signal: Floats) -> Floats:
    """(time,) after silence -> (time,), by the FFT; taps have the oldest first."""
    size = 1 << int(np.ceil(np.log2(len(taps) + len(signal))))
    spectrum = np.fft.rfft(taps[::-1], size) * np.fft.rfft(signal, size)
    return np.asarray(np.fft.irfft(spectrum, size)[: len(signal)])
