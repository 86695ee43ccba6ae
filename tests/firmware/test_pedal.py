# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""firmware/pedal on this machine: what each part does to words, and that no part clicks."""

import ctypes as ct
import json
import zlib
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.blobs import random_bytes
from pedalsmith.native.host import HostEngine, Memory

from .blobs import write_lstm
from .host import (
    FULL,
    RATE,
    Bank,
    Budget,
    Dc,
    Footswitch,
    Gate,
    Knob,
    Level,
    Player,
    Stand,
    load,
    pointer,
    sine,
)

ONE = 1 << 24
PEDAL_MUTE = -(1 << 31)


def largest_step(audio: np.ndarray) -> int:
    return int(np.abs(np.diff(audio.astype(np.int64))).max())


def test_decibels_are_within_a_five_hundredth_and_exact_at_zero(lib: ct.CDLL) -> None:
    assert lib.level_from_decibel(0) == ONE
    for hundredths in range(-6000, 3601, 7):
        ratio = lib.level_from_decibel(hundredths) / ONE
        assert 20 * np.log10(ratio) == pytest.approx(hundredths / 100, abs=0.002)
    assert lib.level_from_decibel(PEDAL_MUTE) == 0


def test_a_level_of_one_changes_no_word_and_a_move_makes_no_step(lib: ct.CDLL) -> None:
    level = Level(ONE, ONE)
    audio = sine(480)
    kept = audio.copy()
    lib.level_process(ct.byref(level), pointer(audio), ct.c_size_t(480))
    assert np.array_equal(audio, kept)
    level.target = ONE // 4
    audio = np.full(48_000, FULL // 2, np.int32)
    lib.level_process(ct.byref(level), pointer(audio), ct.c_size_t(48_000))
    assert largest_step(audio) <= FULL // 2 * 3 // 4 // 1024 + 1
    assert audio[-1] == FULL // 8, "it ends exactly at the target"


def test_the_gate_closes_to_silence_and_opens_in_a_millisecond(lib: ct.CDLL) -> None:
    gate = Gate()
    lib.gate_start(ct.byref(gate))
    loud, quiet = sine(4800), sine(96_000, amplitude=0.001)

    def run(audio: np.ndarray) -> np.ndarray:
        out = audio.copy()
        lib.gate_process(ct.byref(gate), pointer(audio), pointer(out), ct.c_size_t(len(out)))
        return out

    assert np.array_equal(run(quiet), quiet), "without a threshold it is always open"
    gate.threshold = FULL // 100
    assert np.array_equal(run(loud), loud)
    closed = run(quiet)
    assert np.array_equal(closed[:2400], quiet[:2400]), "it holds for 50 ms"
    assert not closed[-4800:].any()
    opened = run(loud)
    share = np.abs(opened[96:4800]).max() / np.abs(loud).max()
    assert share > 0.99
    assert np.array_equal(opened[960:], loud[960:]), "open, it changes nothing"


def test_the_dc_blocker_takes_off_a_constant_and_leaves_a_tone(lib: ct.CDLL) -> None:
    dc = Dc()
    audio = sine(RATE, 100.0, 0.25) + np.int32(FULL // 4)
    before = sine(RATE, 100.0, 0.25).astype(np.float64)
    lib.dc_process(ct.byref(dc), pointer(audio), ct.c_size_t(RATE))
    last = audio[RATE // 2 :].astype(np.float64)
    assert abs(last.mean()) < 2
    level = 20 * np.log10(last.std() / before[RATE // 2 :].std())
    assert level == pytest.approx(0, abs=0.03)
    rest = np.full(RATE, 12345, np.int32)
    dc = Dc()
    lib.dc_process(ct.byref(dc), pointer(rest), ct.c_size_t(RATE))
    assert not rest[-RATE // 4 :].any()


def test_the_limiter_is_clear_below_its_knee_and_smooth_above(lib: ct.CDLL) -> None:
    x = np.arange(-(1 << 25), 1 << 25, 997, dtype=np.int32)
    y = x.copy()
    lib.limiter_process(pointer(y), ct.c_size_t(len(y)))
    knee = 3 << 21
    assert np.array_equal(y[np.abs(x) <= knee], x[np.abs(x) <= knee])
    slope = np.diff(y.astype(np.int64))
    assert slope.min() >= 0 and slope.max() <= 998
    assert np.abs(np.diff(slope)).max() <= 3, "no corner"
    assert y.max() == FULL - 1 and y.min() == -(FULL - 1)
    ends = np.array([-(1 << 31), (1 << 31) - 1], np.int32)
    lib.limiter_process(pointer(ends), ct.c_size_t(2))
    assert list(ends) == [-(FULL - 1), FULL - 1]


@pytest.mark.parametrize("block", [1, 48, 100])
def test_at_its_start_it_is_the_engine_less_its_rest_in_24_bits(lib: ct.CDLL, block: int) -> None:
    blob = random_bytes(3, kind="lstm", hidden=(12,))
    audio = np.concatenate([sine(2400, 200.0, 0.9), np.zeros(600, np.int32)])
    engine = HostEngine(blob, "random")
    wanted = engine.process(audio).astype(np.int64) - engine.rest_output
    wanted = np.clip(wanted, -FULL, FULL - 1)
    assert np.array_equal(Player(lib, blob).play(audio, block), wanted)


def test_without_a_model_or_with_a_damaged_one_the_input_passes(lib: ct.CDLL) -> None:
    audio = sine(960)
    damaged = bytearray(random_bytes(3, kind="lstm", hidden=(12,)))
    damaged[200] ^= 1
    for blob in (None, bytes(damaged)):
        assert np.array_equal(Player(lib, blob).play(audio), audio)


def test_bypass_fades_in_ten_milliseconds_and_ends_exactly(
    lib: ct.CDLL, silent_model: bytes
) -> None:
    player = Player(lib, silent_model)
    audio = sine(4800)
    assert not player.play(audio).any(), "wet"
    lib.pedal_bypass(player.at, ct.c_bool(True))
    faded = player.play(audio)
    assert np.array_equal(faded[480:], audio[480:]), "dry"
    assert largest_step(faded) <= largest_step(audio) + FULL // 2 // 480 + 2
    lib.pedal_bypass(player.at, ct.c_bool(False))
    back = player.play(audio)
    assert not back[490:].any()
    assert largest_step(back) <= largest_step(audio) + FULL // 2 // 480 + 2


def test_overload_goes_dry_at_once_and_without_a_click(lib: ct.CDLL, silent_model: bytes) -> None:
    player = Player(lib, silent_model)
    audio = sine(4800, amplitude=0.9)
    first = player.play(audio[: 48 * 30])
    lib.pedal_overload(player.at)
    second = player.play(audio[48 * 30 :])
    whole = np.concatenate([first, second])
    assert np.array_equal(second[256:], audio[48 * 30 + 256 :])
    assert largest_step(whole) <= largest_step(audio) + int(0.9 * FULL) // 256 + 2
    lib.pedal_bypass(player.at, ct.c_bool(False))
    assert not player.play(audio)[490:].any(), "switching tries the model again"


def test_a_model_is_changed_while_the_output_is_dry(lib: ct.CDLL, silent_model: bytes) -> None:
    other = random_bytes(5, kind="gru", hidden=(8,))
    player = Player(lib, silent_model)
    audio = sine(9600)
    player.play(audio[:480])
    lib.pedal_change(player.at, other, ct.c_size_t(len(other)))
    assert not lib.pedal_poll(player.at), "not while the old one sounds"
    fading = player.play(audio[:960])
    assert np.array_equal(fading[490:], audio[490:960])
    assert lib.pedal_poll(player.at)
    arriving = player.play(audio[960:])
    step = largest_step(audio) + FULL // 480
    assert largest_step(np.concatenate([fading, arriving[:48]])) <= step
    engine = HostEngine(other, "other")
    wanted = np.clip(
        engine.process(audio[960:]).astype(np.int64) - engine.rest_output, -FULL, FULL - 1
    )
    assert np.array_equal(arriving[490:], wanted[490:])


def test_models_are_trimmed_to_one_loudness(lib: ct.CDLL, tmp_path: Path) -> None:
    audio = sine(RATE, amplitude=0.05)
    for loudness, decibels in ((-18.0, 0.0), (-24.0, 6.0), (-12.5, -5.5), (40.0, -24.0)):
        path = tmp_path / "through.psm"
        through = write_lstm(path, 8, skip=ONE, metadata={"loudness_db": loudness})
        player = Player(lib, through.read_bytes())
        assert np.array_equal(player.play(audio), audio), "not unless it is asked for"
        lib.pedal_shape(player.at, ct.c_bool(True))
        player.play(audio)
        heard = player.play(audio).astype(np.float64)
        assert 20 * np.log10(heard.std() / audio.std()) == pytest.approx(decibels, abs=0.01)


def test_metadata_numbers_are_cut_to_hundredths(lib: ct.CDLL) -> None:
    found = ct.c_int32()
    for text, wanted in (("-21.257", -2125), ("3", 300), ("0.5", 50), ("-0.019", -1)):
        data = f'{{"extra": {{"esr": 1}}, "loudness_db": {text}, "name": "x"}}'.encode()
        size = ct.c_size_t(len(data))
        assert lib.metadata_hundredths(data, size, b"loudness_db", ct.byref(found))
        assert found.value == wanted
    for text in ('"7"', "null", "true", "12345678"):
        data = f'{{"loudness_db": {text}}}'.encode()
        assert not lib.metadata_hundredths(
            data, ct.c_size_t(len(data)), b"loudness_db", ct.byref(found)
        )


@given(
    st.dictionaries(st.text("abcdef_", min_size=1, max_size=5), st.text("xyz 1.-:", max_size=6)),
    st.floats(-999, 999),
)
def test_metadata_is_read_as_json_has_it(entries: dict[str, str], number: float) -> None:
    lib = load()
    value = float(f"{number:.3f}")
    data = json.dumps({**entries, "number": value}, sort_keys=True).encode()
    buffer = ct.create_string_buffer(data, len(data))
    size, length, found = ct.c_size_t(len(data)), ct.c_size_t(), ct.c_int32()
    for key, wanted in entries.items():
        at = lib.metadata_text(buffer, size, key.encode(), ct.byref(length))
        assert at is not None
        assert ct.string_at(at, length.value).decode() == wanted
    assert not lib.metadata_text(buffer, size, b"absent", ct.byref(length))
    assert lib.metadata_hundredths(buffer, size, b"number", ct.byref(found))
    assert found.value == int(round(value * 1000) / 10)


def test_a_noisy_knob_stands_still_and_reaches_both_ends(lib: ct.CDLL) -> None:
    rng = np.random.default_rng(4)
    knob = Knob()

    def turn(to: float, noise: int = 60) -> list[int]:
        seen = []
        for _ in range(300):
            reading = int(np.clip(to * 65535 + rng.integers(-noise, noise + 1), 0, 65535))
            if lib.knob_update(ct.byref(knob), reading):
                seen.append(knob.value)
        return seen

    turn(0.3)
    assert turn(0.3) == [], "noise of 0.1 % moves nothing"
    assert turn(0.302, 0) == []
    turn(1.0)
    assert knob.value == 32767
    turn(0.5)
    assert knob.value == 16384
    turn(0.0)
    assert knob.value == 0
    path = turn(0.8)
    assert path == sorted(path), "no way back and forth"


def test_a_bouncing_switch_is_one_press(lib: ct.CDLL) -> None:
    rng = np.random.default_rng(5)
    switch = Footswitch()

    def feed(levels: list[bool]) -> list[int]:
        return [lib.footswitch_update(ct.byref(switch), ct.c_bool(bool(x))) for x in levels]

    bounce = [bool(x) for x in rng.integers(0, 2, 7)]
    events = feed([False] * 20 + bounce + [True] * 100 + bounce + [False] * 50)
    assert sorted(event for event in events if event) == [1]
    assert [e for e in feed([True] * 5000) if e] == [1, 2], "press, then long once"
    assert not any(feed([True] * 100))


def test_the_bank_ends_where_no_blob_begins(lib: ct.CDLL) -> None:
    blobs = [random_bytes(seed, kind="lstm", hidden=(4 + seed,)) for seed in range(3)]
    row = b"".join(blob + bytes(-len(blob) % 8) for blob in blobs)
    bank = Bank()
    for region, count in ((row, 3), (row + b"\xff" * 4096, 3), (row[:-200], 2), (b"", 0)):
        lib.bank_start(ct.byref(bank))
        buffer = ct.create_string_buffer(region, len(region) + 1)
        lib.bank_add_image(ct.byref(bank), buffer, ct.c_size_t(len(region)))
        assert bank.count == count
        for number, (model, blob) in enumerate(zip(bank.models[:count], blobs, strict=False)):
            assert ct.string_at(model.blob, model.bytes) == blob
            assert (model.slot, model.crc) == (128 + number, zlib.crc32(blob))
    lib.bank_start(ct.byref(bank))
    buffer = ct.create_string_buffer(row * 4, 4 * len(row))
    lib.bank_add_image(ct.byref(bank), buffer, ct.c_size_t(4 * len(row)))
    assert bank.count == 8, "no more of the image"
    for slot in range(17):
        lib.bank_add(ct.byref(bank), slot, buffer, ct.c_size_t(len(row)), 0)
    assert bank.count == 24, "no more at all"
    found = ct.c_uint32()
    assert lib.bank_find(ct.byref(bank), 130, ct.byref(found))
    assert found.value == 2
    assert lib.bank_find(ct.byref(bank), 3, ct.byref(found))
    assert found.value == 8 + 3
    assert not lib.bank_find(ct.byref(bank), 99, ct.byref(found))


def test_the_first_switch_bypasses_and_held_asks_for_the_loader(
    lib: ct.CDLL, silent_model: bytes
) -> None:
    stand = Stand(lib, silent_model)
    assert not stand.run(50).any()
    assert stand.lights[-1][0]
    bypassed = stand.run(100, pressed=1)
    assert np.abs(bypassed[-48:]).max() > 0
    assert not stand.lights[-1][0]
    stand.run(100)
    stand.run(30, pressed=1)
    assert not stand.run(100)[-480:].any(), "pressed again: effect"
    assert not stand.panel.loader_wanted
    stand.run(2100, pressed=1)
    assert stand.panel.loader_wanted
    stand.lights.clear()
    stand.run(1000)
    assert all(a != b for a, b in stand.lights), "both lights in turn"


def test_the_second_switch_plays_the_next_model_without_a_click(
    lib: ct.CDLL, silent_model: bytes
) -> None:
    other = random_bytes(5, kind="gru", hidden=(8,))
    stand = Stand(lib, silent_model, other)
    stand.run(20)
    heard = stand.run(100, pressed=2)
    assert stand.panel.model == 1
    assert heard.any()
    stand.run(100)
    stand.lights.clear()
    stand.run(2000)
    second = [b for _, b in stand.lights]
    flashes = sum(1 for a, b in pairwise(second) if b and not a)
    assert flashes >= 2, "the second model flashes twice in a period of 1.5 s"
    stand.run(100, pressed=2)
    assert stand.panel.model == 0


def test_knobs_at_the_centre_change_no_word(lib: ct.CDLL) -> None:
    blob = random_bytes(3, kind="lstm", hidden=(12,))
    stand, plain = Stand(lib, blob), Stand(lib, blob)
    stand.readings[2] = 0
    assert np.array_equal(stand.run(300), plain.run(300, knobs=0))
    stand.readings[1] = 0
    assert not stand.run(600)[-480:].any(), "the level knob mutes"


def test_lights_tell_what_is_wrong(lib: ct.CDLL, silent_model: bytes) -> None:
    def blinks(stand: Stand) -> int:
        stand.lights.clear()
        stand.run(2000)
        first = [a for a, _ in stand.lights]
        return sum(1 for a, b in pairwise(first) if b and not a)

    stand = Stand(lib, silent_model)
    lib.pedal_overload(stand.player.at)
    assert 7 <= blinks(stand) <= 8
    damaged = bytearray(silent_model)
    damaged[150] ^= 1
    assert 3 <= blinks(Stand(lib, bytes(damaged))) <= 4
    safe = Stand(lib, silent_model)
    memory = Memory(safe.player.arena, 1 << 18, None, 0)
    lib.pedal_open_safe(safe.player.at, ct.byref(memory), ct.byref(Budget()))
    assert 1 <= blinks(safe) <= 2


def test_a_taken_engine_leaves_the_audio_path_and_comes_back_at_rest(lib: ct.CDLL) -> None:
    blob = random_bytes(3, kind="lstm", hidden=(12,))
    player, fresh = Player(lib, blob), Player(lib, blob)
    audio = sine(4_800)
    player.play(audio)
    lib.pedal_take.restype = ct.c_void_p
    assert lib.pedal_take(player.at) is None, "it fades first"
    player.play(audio[:960])
    assert lib.pedal_take(player.at)
    assert np.array_equal(player.play(audio), audio), "dry, to the word"
    lib.pedal_give_back(player.at)
    player.play(audio)
    # What the engine remembers of long ago fades; a fresh one gets the same input.
    fresh.play(audio)
    assert np.array_equal(player.play(audio), fresh.play(audio))
    lib.pedal_take(player.at)
    lib.pedal_change(player.at, blob, ct.c_size_t(len(blob)))
    player.play(audio[:960])
    assert lib.pedal_poll(player.at)
    assert not np.array_equal(player.play(audio), audio), "a change of model ends it"
