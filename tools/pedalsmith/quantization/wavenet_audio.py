# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The first layer of a WaveNet as a convolution of the audio.

What it reads is the rechannelled audio, whose channels are all the same signal: one channel of
exact samples does what many rounded ones do. Two taps at once are two channels, the audio and that
one dilation before, so that 6 taps of 8 channels take 6 products a row instead of 48.
"""

from dataclasses import replace

import numpy as np

from pedalsmith.quantization.rows import Floats
from pedalsmith.quantization.wavenet_grams import Place
from pedalsmith.quantization.wavenet_network import FloatArray, FloatLayer

_CHANNELS = 5
"""Channels from which on that is faster; fewer have kernels for whole layers."""


def hears_audio(array: FloatArray, place: Place) -> bool:
    """Whether the layer at `place` of `array` is better played from the audio."""
    layer = array.layers[place[1]]
    taps, channels = layer.weights.shape[1:]
    first = place == (0, 0) and array.rechannel.shape[1] == 1 and bool(np.any(array.rechannel))
    # The only layer may be the network's last, whose 1x1 nobody hears and no record has.
    plain = len(array.layers) > 1 and layer.matrix is not None and not layer.copies
    return first and plain and channels >= _CHANNELS and taps > 1


def heard_audio(layer: FloatLayer, rechannel: Floats) -> FloatLayer:
    """The same layer with weights (rows, half as many taps, 2) at twice the dilation; `rechannel`
    (channels,) are the factors of the audio."""
    single = layer.weights @ rechannel
    rows, taps = single.shape
    padded = np.concatenate([np.zeros((rows, taps % 2)), single], axis=1)
    # Of two taps the newer is the audio's, the older that of what was before.
    pairs = padded.reshape(rows, -1, 2)[:, :, ::-1]
    return replace(layer, weights=np.ascontiguousarray(pairs), dilation=2 * layer.dilation)


def audio_gram(gram: Floats, array: FloatArray) -> Floats:
    """Of a first layer's gram (Grams) the one of the layer that hears the audio."""
    taps, channels = array.layers[0].weights.shape[1:]
    factors = array.rechannel[:, 0]
    loudest = int(np.argmax(np.abs(factors)))
    kept = np.arange(taps) * channels + loudest
    scale = np.concatenate([np.full(taps, 1.0 / factors[loudest]), np.ones(2)])
    index = np.concatenate([kept, [taps * channels, taps * channels + 1]])
    single = gram[np.ix_(index, index)] * scale * scale[:, None]
    if taps % 2:
        # A tap before the oldest has no weight, and shall get none.
        single = np.pad(single, ((1, 0), (1, 0)))
    count = len(single) - 2
    order = np.arange(count).reshape(-1, 2)[:, ::-1].reshape(-1).tolist()
    order += [count, count + 1]
    return np.asarray(single[np.ix_(order, order)])
