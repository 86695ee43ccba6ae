# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""From the command line's file names to material: reads, judges and aligns every capture."""

from dataclasses import dataclass
from pathlib import Path

from pedalsmith.capture.judgement import Grade, judge
from pedalsmith.capture.positions import in_step
from pedalsmith.capture.reading import Capture, describe_alignment, read_capture
from pedalsmith.console import notice, talk
from pedalsmith.errors import BadInput
from pedalsmith_trainer.manifest import read_manifest
from pedalsmith_trainer.material import Material, Setting, prepare
from pedalsmith_trainer.request import Request


@dataclass(frozen=True)
class Gathered:
    """What is trained on and where it came from."""

    material: Material
    captures: tuple[Capture, ...]
    """Those trained on."""


def gather(request: Request) -> Gathered:
    """Reads all that the request names. Raises BadInput."""
    if request.captures is not None:
        if request.dry or request.wet or request.test_dry or request.test_wet:
            raise BadInput(
                "--captures: names all files itself; leave --dry, --wet, --test-... out."
            )
        return _gather_list(request, request.captures)
    if request.dry is None or request.wet is None:
        raise BadInput("--dry and --wet: both are needed, or --captures with a list.")
    capture = _read(request, request.dry, request.wet)
    tests = []
    if (request.test_dry is None) != (request.test_wet is None):
        raise BadInput("--test-dry and --test-wet: give both or none.")
    if request.test_dry is not None and request.test_wet is not None:
        tested = read_capture(
            request.test_dry,
            request.test_wet,
            channel=request.channel,
            alignment=capture.alignment,
        )
        tests.append(Setting(tested))
    _check_test_seconds(request, capture)
    material = prepare([Setting(capture)], test=tests, test_seconds=request.test_seconds)
    return Gathered(material, (capture,))


def _gather_list(request: Request, path: Path) -> Gathered:
    manifest = read_manifest(path)
    entries = (*manifest.captures, *manifest.tests)
    knobs = [entry.knobs for entry in entries]
    captures = in_step(
        [
            *(_read(request, entry.dry, entry.wet) for entry in manifest.captures),
            *(
                read_capture(entry.dry, entry.wet, channel=request.channel)
                for entry in manifest.tests
            ),
        ],
        knobs,
    )
    placed = [Setting(*pair) for pair in zip(captures, knobs, strict=True)]
    settings, tests = placed[: len(manifest.captures)], placed[len(manifest.captures) :]
    for setting in settings:
        _check_test_seconds(request, setting.capture)
    material = prepare(
        settings, test=tests, test_seconds=request.test_seconds, knob_names=manifest.knob_names
    )
    return Gathered(material, tuple(setting.capture for setting in settings))


def _read(request: Request, dry: Path, wet: Path) -> Capture:
    """Reads a pair to train on and tells what `pedalsmith check` would find fault with."""
    capture = read_capture(dry, wet, channel=request.channel)
    talk.print(
        f"{wet.name}: {capture.seconds:.1f} s; {describe_alignment(capture.alignment)}.",
        markup=False,
        soft_wrap=True,
    )
    for finding in judge(capture.dry_audio, capture.wet_audio, capture.alignment):
        if finding.grade is not Grade.GOOD:
            notice(f"{finding.subject}: {finding.found}; {finding.remedy}.")
    return capture


def _check_test_seconds(request: Request, capture: Capture) -> None:
    if request.test_seconds > 0.5 * capture.seconds:
        raise BadInput(
            f"--test-seconds {request.test_seconds:g}: is more than half of "
            f"{capture.wet_path.name} ({capture.seconds:.1f} s); ask for less."
        )
