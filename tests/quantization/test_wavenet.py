# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""WaveNets from a float model to a blob: the same network, and how far the words are from it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pedalsmith.assets import dry_path
from pedalsmith.audio import SAMPLE_RATE, read_audio, to_q23
from pedalsmith.cycles.wavenets import untrained
from pedalsmith.errors import BadInput
from pedalsmith.models.convolution import Activation, Conv1d
from pedalsmith.models.importers import load_model
from pedalsmith.models.model import Model
from pedalsmith.models.reference import run
from pedalsmith.models.wavenet import Film, WaveNet, WaveNetArray, WaveNetLayer
from pedalsmith.native.host import HostEngine
from pedalsmith.quantization import psm
from pedalsmith.quantization.quantizer import quantize
from pedalsmith.quantization.wavenet_formats import Formats
from pedalsmith.quantization.wavenet_function import FINE_TANH
from pedalsmith.quantization.wavenet_network import from_model
from pedalsmith.quantization.wavenet_quantizer import WaveNetQuantizer
from pedalsmith.quantization.wavenet_record import WaveNetRecord
from pedalsmith.quantization.wavenet_rounding import rounded


def convolution(
    rng: np.random.Generator, inputs: int, outputs: int, taps: int, dilation: int, bias: bool
) -> Conv1d:
    kernel = rng.normal(scale=0.7 / np.sqrt(taps * inputs), size=(taps, inputs, outputs))
    values = rng.normal(scale=0.2, size=outputs).astype(np.float32) if bias else None
    return Conv1d(kernel.astype(np.float32), values, dilation)


def model_of(seed: int, activation: Activation, gating: str = "none", channels: int = 4) -> Model:
    """Two arrays of random weights, of about the gain of an amplifier model."""
    rng = np.random.default_rng(seed)
    arrays = []
    for inputs, width, outputs in ((1, channels, 2), (channels, 2, 1)):
        rows = width * (2 if gating == "gated" else 1)
        layers = tuple(
            WaveNetLayer(
                conv=convolution(rng, width, rows, 3, dilation, True),
                mixin=convolution(rng, 1, rows, 1, 1, False),
                activation=activation,
                gating=gating,
                secondary=Activation("sigmoid") if gating == "gated" else None,
                layer1x1=convolution(rng, width, width, 1, 1, True),
            )
            for dilation in (1, 2, 5)
        )
        rechannel = convolution(rng, inputs, width, 1, 1, False)
        arrays.append(
            WaveNetArray(rechannel, layers, convolution(rng, width, outputs, 1 + seed % 4, 1, True))
        )
    net = WaveNet(tuple(arrays), head_scale=0.3)
    return Model((net,), 48_000, skip=0.5, input_gain_db=-3.0, output_gain_db=2.0)


def with_activation(model: Model, activation: Activation) -> Model:
    """The same network with another one in all layers."""
    net = model.layers[0]
    assert isinstance(net, WaveNet)
    arrays = tuple(
        replace(a, layers=tuple(replace(layer, activation=activation) for layer in a.layers))
        for a in net.arrays
    )
    return replace(model, layers=(replace(net, arrays=arrays),))


def mixed(
    seed: int,
    activation: Activation,
    gating: str = "none",
    widths: tuple[int, int] = (5, 2),
    taps: int = 2,
) -> Model:
    """The same with a head1x1, by itself wider than the bottleneck, as some of NAM have, and with a
    bias where the audio comes in, as PedalNet has."""
    model = model_of(seed, activation, gating)
    rng = np.random.default_rng(seed)
    net = model.layers[0]
    assert isinstance(net, WaveNet)
    arrays = []
    for array, width, outputs in zip(net.arrays, widths, (widths[1], 1), strict=True):
        layers = tuple(
            replace(layer, head1x1=convolution(rng, layer.bottleneck, width, 1, 1, True))
            for layer in array.layers
        )
        head = convolution(rng, width, outputs, taps, 1, True)
        rechannel = convolution(rng, array.rechannel.inputs, array.channels, 1, 1, True)
        arrays.append(replace(array, rechannel=rechannel, layers=layers, head=head))
    return replace(model, layers=(replace(net, arrays=tuple(arrays)),))


def noise(seed: int, count: int) -> np.ndarray:
    """Coloured, with quiet and loud parts: a stand-in for guitar."""
    rng = np.random.default_rng(seed)
    white = rng.normal(size=count)
    red = np.convolve(white, np.exp(-np.arange(200) / 30.0), "same")
    swell = 0.02 + np.abs(np.sin(np.arange(count) * 2 * np.pi / 30_000))
    return red * swell / np.max(np.abs(red * swell)) * 0.9


CASES = [
    (Activation("tanh"), "none"),
    (Activation("tanh"), "gated"),
    (Activation("relu"), "none"),
    (Activation("leaky_relu", (0.01,)), "none"),
    (Activation("prelu", (0.3, -0.2, 0.9, 0.0)), "none"),
    (Activation("sigmoid"), "none"),
    (Activation("silu"), "gated"),
    (Activation("linear"), "none"),
    (Activation("hardtanh"), "none"),
    (Activation("leaky_hardtanh", (-0.5, 0.7, 0.01, 0.2)), "none"),
    (Activation("softsign"), "none"),
    (Activation("hardswish"), "gated"),
    (Activation("fasttanh"), "none"),
]


@pytest.mark.parametrize(("activation", "gating"), CASES)
def test_the_centred_network_is_the_model(activation: Activation, gating: str) -> None:
    if activation.kind == "prelu":
        activation = Activation("prelu", activation.parameters[:2])
    width = 2 if activation.kind == "prelu" else 4
    model = model_of(1, activation, gating, width)
    audio = noise(2, 3_000)
    theirs = run(model, audio, silence=200)[-len(audio) :]
    assert np.max(np.abs(from_model(model, "m").play(audio) - theirs)) < 1e-12


@pytest.mark.parametrize(("activation", "gating"), [c for c in CASES if c[0].kind != "prelu"])
def test_the_words_are_near_the_model(activation: Activation, gating: str) -> None:
    """Random networks: at most -90 dBFS without DC, where 16 bits without care leave -70."""
    model = model_of(3, activation, gating)
    quantized = quantize(model, "m", noise(4, 60_000))
    assert max(error.noise_dbfs for error in quantized.report.errors) < -90.0
    data = psm.encode(quantized.blob)
    HostEngine(data).selftest()
    silence = HostEngine(data).process(np.zeros(500, np.int32))
    assert np.all(silence == quantized.blob.rest_output)
    rest = run(model, np.zeros(300))[-1]
    assert abs(quantized.blob.rest_output / 2**23 - rest) < 1e-6


@pytest.mark.parametrize("kind", ["tanh", "sigmoid", "silu", "hardtanh"])
def test_a_row_with_small_sums_keeps_them_beside_one_with_large(kind: str) -> None:
    """All rows of a layer are lifted by the same bits, and saturate: of a public SmartAmp capture
    that took gates of -6, far from any sum of other rows, for -1."""
    model = model_of(3, Activation(kind), "gated")
    net = model.layers[0]
    assert isinstance(net, WaveNet)

    def unlike(layer: WaveNetLayer) -> WaveNetLayer:
        kernel, bias = layer.conv.kernel.copy(), layer.conv.bias
        assert bias is not None
        kernel[..., 0] *= 30.0
        kernel[..., layer.bottleneck + 1] *= 0.2
        bias = bias.copy()
        bias[layer.bottleneck + 1] = -4.0
        return replace(layer, conv=replace(layer.conv, kernel=kernel, bias=bias))

    arrays = (replace(a, layers=tuple(map(unlike, a.layers))) for a in net.arrays)
    model = replace(model, layers=(replace(net, arrays=tuple(arrays)),))
    quantized = quantize(model, "m", noise(4, 60_000))
    assert max(error.noise_dbfs for error in quantized.report.errors) < -95.0


@pytest.mark.parametrize("kind", ["silu", "hardswish"])
def test_histories_behind_what_has_no_end_keep_what_its_sums_can_reach(kind: str) -> None:
    """Not what a word can: a residual that might be so large had 5 bits less in 16."""
    model = with_activation(untrained("a1-feather"), Activation(kind))
    quantizer = WaveNetQuantizer(model, "m", read_audio(dry_path()).samples[: 3 * SAMPLE_RATE])
    blob = quantizer.assemble(
        rounded(quantizer.net, quantizer.ranges, quantizer.grams, Formats()).record
    )
    assert max(error.noise_dbfs for error in quantizer.measure(blob)) < -105.0


def test_a_network_whose_values_explode_is_refused_by_how_far() -> None:
    model = model_of(3, Activation("relu"))
    net = model.layers[0]
    assert isinstance(net, WaveNet)
    loud = replace(net.arrays[0].rechannel, kernel=net.arrays[0].rechannel.kernel * 1e12)
    arrays = (replace(net.arrays[0], rechannel=loud), *net.arrays[1:])
    with pytest.raises(BadInput, match=r"^m: what its layers add up reaches [0-9]e\+1[0-9] on"):
        quantize(replace(model, layers=(replace(net, arrays=arrays),)), "m", noise(4, 60_000))


def test_what_32_bits_everywhere_are_not_enough_for_is_fine() -> None:
    """Weights of 32 bits over all histories, and finer chords of tanh."""
    model, guitar = model_of(3, Activation("tanh")), noise(4, 60_000)
    plain, fine = (quantize(model, "m", guitar, noise_dbfs=aim) for aim in (-90.0, -160.0))
    record = fine.blob.layers[0]
    assert isinstance(record, WaveNetRecord)
    layers = [layer for array in record.arrays for layer in array.layers]
    assert all(layer.conv.bits == 32 for layer in layers)
    assert record.functions == (FINE_TANH.function,)
    worst = [max(error.noise_dbfs for error in made.report.errors) for made in (plain, fine)]
    assert worst[1] < worst[0] - 9.0, "-142.9 dBFS and -133.1"
    assert "weights" in fine.report.rounding
    assert "weights" not in plain.report.rounding
    data = psm.encode(fine.blob)
    HostEngine(data).selftest()
    silence = HostEngine(data).process(np.zeros(500, np.int32))
    assert np.all(silence == fine.blob.rest_output)


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("taps", [2, 3])
def test_a_first_layer_that_can_hears_the_audio(layers: int, taps: int) -> None:
    """The only layer of a network cannot: the record has no 1x1 that nobody hears."""
    rng = np.random.default_rng(5)
    layer = WaveNetLayer(
        conv=convolution(rng, 6, 6, taps, 3, True),
        mixin=convolution(rng, 1, 6, 1, 1, False),
        activation=Activation("tanh"),
        layer1x1=convolution(rng, 6, 6, 1, 1, True),
    )
    rechannel, head = convolution(rng, 1, 6, 1, 1, False), convolution(rng, 6, 1, 1, 1, True)
    net = WaveNet((WaveNetArray(rechannel, (layer,) * layers, head),), head_scale=0.3)
    quantized = quantize(Model((net,), 48_000), "m", noise(4, 60_000))
    record = quantized.blob.layers[0]
    assert isinstance(record, WaveNetRecord)
    assert record.arrays[0].layers[0].of_audio == (layers > 1)
    assert max(error.noise_dbfs for error in quantized.report.errors) < -90.0
    HostEngine(psm.encode(quantized.blob)).selftest()


@pytest.mark.parametrize("gating", ["none", "gated"])
@pytest.mark.parametrize("kind", ["tanh", "leaky_relu"])
def test_a_head1x1_is_played(kind: str, gating: str) -> None:
    model = mixed(3, Activation(kind, (0.1,) if kind == "leaky_relu" else ()), gating)
    audio = noise(2, 3_000)
    theirs = run(model, audio, silence=200)[-len(audio) :]
    assert np.max(np.abs(from_model(model, "m").play(audio) - theirs)) < 1e-12
    quantized = quantize(model, "m", noise(4, 60_000))
    assert max(error.noise_dbfs for error in quantized.report.errors) < -90.0
    silence = HostEngine(psm.encode(quantized.blob)).process(np.zeros(500, np.int32))
    assert np.all(silence == quantized.blob.rest_output)


@pytest.mark.parametrize("gating", ["none", "gated"])
@pytest.mark.parametrize("taps", [1, 2])
def test_a_mix_to_one_channel_is_a_weight_for_each_activation(taps: int, gating: str) -> None:
    """Where the head hears one frame of it: a PedalNet."""
    model = mixed(3, Activation("tanh"), gating, widths=(1, 1), taps=taps)
    audio = noise(2, 3_000)
    theirs = run(model, audio, silence=200)[-len(audio) :]
    assert np.max(np.abs(from_model(model, "m").play(audio) - theirs)) < 1e-12
    quantized = quantize(model, "m", noise(4, 60_000))
    record = quantized.blob.layers[0]
    assert isinstance(record, WaveNetRecord)
    layers = [layer for array in record.arrays for layer in array.layers]
    assert all((layer.head_matrix is None) == (taps == 1) for layer in layers)
    assert max(error.noise_dbfs for error in quantized.report.errors) < -90.0
    HostEngine(psm.encode(quantized.blob)).selftest()


def test_silence_after_sound_is_exactly_the_rest() -> None:
    model = model_of(5, Activation("tanh"))
    quantized = quantize(model, "m", noise(6, 60_000))
    audio = np.concatenate([to_q23(noise(7, 4_000)), np.zeros(400, np.int32)]).astype(np.int32)
    played = HostEngine(psm.encode(quantized.blob)).process(audio)
    history = from_model(model, "m") and model.layers[0].history
    assert np.all(played[4_000 + history :] == quantized.blob.rest_output)


def layer_with(model: Model, **changes: object) -> Model:
    """The model with its first layer changed."""
    net = model.layers[0]
    assert isinstance(net, WaveNet)
    array = net.arrays[0]
    first = replace(array.layers[0], **changes)  # type: ignore[arg-type]
    arrays = (replace(array, layers=(first, *array.layers[1:])), *net.arrays[1:])
    return replace(model, layers=(replace(net, arrays=arrays),))


def film(rng: np.random.Generator, width: int) -> Film:
    return Film(convolution(rng, 1, width, 1, 1, True), shift=False)


RNG = np.random.default_rng(1)
REFUSALS: list[tuple[dict[str, object], str]] = [
    (
        {"activation_post_film": film(RNG, 4)},
        "m: has FiLM (activation_post_film) in layer 1 of array 1, which the engine does not play; "
        "train it without FiLM.",
    ),
    (
        {"gating": "blended"},
        "m: has blended activations (gating_mode) in layer 1 of array 1, which the engine does not "
        "play; train it with gating_mode none or gated.",
    ),
    (
        {"secondary": Activation("tanh"), "gating": "gated"},
        "m: has gates of tanh (secondary_activation) in layer 1 of array 1, which the engine does "
        "not play; train it with Sigmoid there.",
    ),
    (
        {"mixin": convolution(RNG, 3, 4, 1, 1, False)},
        "m: has a condition of 3 channels in layer 1 of array 1, which the engine does not play; "
        "train it with condition_size 1.",
    ),
    (
        {"activation": Activation("leaky_relu", (1.5,))},
        "m: has a slope outside -1..1 of its leaky_relu in layer 1 of array 1.",
    ),
    (
        {"activation": Activation("leaky_hardtanh", (0.5, 1.0, 0.0, 0.0))},
        "m: has corners at 0.5 and 1, not on both sides of 0, of its leaky_hardtanh in layer 1 of "
        "array 1.",
    ),
    (
        {"conv": convolution(RNG, 4, 4, 40, 1, True)},
        "m: has 40 taps in layer 1 of array 1; the engine plays up to 32.",
    ),
    (
        {"conv": convolution(RNG, 4, 4, 3, 13_000, True)},
        "m: looks back 26032 samples; the engine keeps 24000.",
    ),
]


@pytest.mark.parametrize(("changes", "words"), REFUSALS, ids=lambda c: next(iter(c), ""))
def test_what_the_engine_does_not_play_is_named(changes: dict[str, object], words: str) -> None:
    model = layer_with(model_of(1, Activation("tanh")), **changes)
    with pytest.raises(BadInput) as refusal:
        from_model(model, "m")
    assert str(refusal.value) == words


def test_a_part_that_the_engine_does_not_play_is_named() -> None:
    model = model_of(1, Activation("tanh"))
    net = model.layers[0]
    assert isinstance(net, WaveNet)
    for changed, words in (
        (replace(net, condition=(net,)), r"network for its condition \(condition_dsp\), which"),
        (replace(net, post_head=(Conv1d(np.ones((1, 1, 1), "f4")),)), "head behind its arrays"),
        (replace(net, arrays=net.arrays * 3), "has 6 arrays; the engine plays up to 4"),
    ):
        with pytest.raises(BadInput, match=words):
            from_model(replace(model, layers=(changed,)), "m")
    with pytest.raises(BadInput, match="8 bits"):
        quantize(model, "m", noise(1, 60_000), weights="int8")


@pytest.mark.parametrize(
    ("name", "bound"),
    [
        ("nam/BossWN-nano.nam", -95.0),
        ("nam/wavenet_a2_lite.nam", -100.0),
        ("nam/A2.nam", -100.0),
        ("guitarml/smartamp_LittleBigMuff.json", -100.0),
    ],
)
def test_models_of_others(shared: Path, name: str, bound: float) -> None:
    """Guitar that was not calibrated on, at -36 dBFS RMS and 20 and 40 dB below it."""
    model = replace(load_model(shared / "models" / name), sample_rate=48_000)
    dry = read_audio(shared / "captures" / "ts9_guitarix" / "train_dry.wav").samples
    quantized = quantize(model, name, dry[48_000 * 20 : 48_000 * 28])
    guitar = dry[48_000 * 40 : 48_000 * 41]
    guitar = guitar / np.sqrt(np.mean(guitar**2)) * 10 ** (-36 / 20)
    engine = HostEngine(psm.encode(quantized.blob))
    for level in (0, -20, -40):
        words = to_q23(guitar * 10 ** (level / 20))
        engine.reset()
        theirs = run(model, words / 2**23, silence=8_192)[-len(words) :]
        error = engine.process(words) / 2**23 - theirs
        assert 20 * np.log10(np.std(error)) <= bound
