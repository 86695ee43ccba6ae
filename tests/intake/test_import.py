# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""`pedalsmith import`: bad files, dying workers and interruptions stop nothing."""

import json
import os
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from models.examples import small_model
from pedalsmith.audio import SAMPLE_RATE
from pedalsmith.cli import build_app
from pedalsmith.errors import BadInput, NegativeResult
from pedalsmith.intake import batch, fitting, job
from pedalsmith.intake.batch import Job, Table, convert_all, find_jobs
from pedalsmith.intake.fitting import Attempt, Settings
from pedalsmith.intake.job import Row, convert_file
from pedalsmith.models.exporters import keras_json, nam
from pedalsmith.models.importers import ImportOptions
from pedalsmith.quantization import psm

SETTINGS = Settings("daisy_seed", "int16", 80.0)


def stand_in(path: Path, shown: str, output: Path, settings: Settings) -> Row:
    """What a worker does in these tests: some files end it, as a crash in C would."""
    if "deadly" in shown:
        os._exit(9)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_bytes(b"blob")
    return Row(shown, "fits", blob=output.name)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    source = tmp_path / "in"
    for name in ("a.nam", "b/a.nam", "b/a.json", "deadly.nam", "z.aidax", "readme.txt"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(name)
    return source


def test_a_worker_that_dies_costs_its_own_file_only(folder: Path, tmp_path: Path) -> None:
    jobs = find_jobs(folder, tmp_path / "out")
    names = ["a.nam", "b/a.json", "b/a.nam", "deadly.nam", "z.aidax"]
    assert [job.shown for job in jobs] == names
    seen: list[Row] = []
    table = Table(tmp_path / "out", SETTINGS)
    rows = convert_all(jobs, table, SETTINGS, 2, seen.append, stand_in)
    assert [row.file for row in rows] == names
    assert [row.outcome for row in rows] == ["fits", "fits", "fits", "refused", "fits"]
    assert rows[3].reason == "ended the process that converted it."
    assert sorted(row.file for row in seen) == names
    assert (tmp_path / "out/b/a.json.psm").is_file() and (tmp_path / "out/b/a.nam.psm").is_file()


def test_a_pool_that_has_broken_when_a_file_is_handed_to_it_loses_none(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker that died may be noticed there, and not where its result is waited for."""
    submit, handed = batch._submit, list[str]()

    def broken_once(pool: object, convert: object, job: Job, settings: Settings) -> object:
        handed.append(job.shown)
        if len(handed) == 3:
            raise BrokenProcessPool
        return submit(pool, convert, job, settings)

    monkeypatch.setattr(batch, "_submit", broken_once)
    (folder / "deadly.nam").unlink()
    jobs = find_jobs(folder, tmp_path / "out")
    table = Table(tmp_path / "out", SETTINGS)
    rows = convert_all(jobs, table, SETTINGS, 2, lambda row: None, stand_in)
    assert [(row.file, row.outcome) for row in rows] == [(job.shown, "fits") for job in jobs]


def test_every_model_of_a_bank_comes_in(tmp_path: Path) -> None:
    source, out = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    bank = "".join(f"Model{at}.rec_weight_hh_l0 = {{{{1}}}};\n" for at in range(3))
    (source / "all.h").write_text(bank)
    (source / "one.nam").write_text("no model")
    jobs = find_jobs(source, out)
    assert [(job.shown, job.output.name, job.position) for job in jobs] == [
        ("all.h#1", "all.h.1.psm", 1),
        ("all.h#2", "all.h.2.psm", 2),
        ("all.h#3", "all.h.3.psm", 3),
        ("one.nam", "one.nam.psm", None),
    ]
    assert [job.settings(SETTINGS).submodel for job in jobs] == [1, 2, 3, None]
    rows = convert_all(jobs, Table(out, SETTINGS), SETTINGS, 1, lambda row: None, stand_in)
    assert [row.file for row in rows] == [job.shown for job in jobs]
    assert [job.shown for job in find_jobs(source / "all.h", out, submodel=2)] == ["all.h"]


def never(path: Path, shown: str, output: Path, settings: Settings) -> Row:
    raise AssertionError(f"{shown} was converted again")


def test_a_second_run_does_only_what_has_changed(folder: Path, tmp_path: Path) -> None:
    (folder / "deadly.nam").unlink()
    out = tmp_path / "out"
    jobs = find_jobs(folder, out)
    first = convert_all(jobs, Table(out, SETTINGS), SETTINGS, 1, lambda row: None, stand_in)
    again = convert_all(jobs, Table(out, SETTINGS), SETTINGS, 1, lambda row: None, never)
    assert again == first
    table = Table(out, SETTINGS)
    assert all(table.known(job) for job in jobs)
    (folder / "a.nam").write_text("another")
    jobs[2].output.unlink()
    assert [job.shown for job in jobs if table.known(job) is None] == ["a.nam", "b/a.nam"]
    other = Table(out, Settings("daisy_seed", "int8", 80.0))
    assert not any(other.known(job) for job in jobs)
    (out / "import.json").write_text('[{"file": 1}]')
    assert not any(Table(out, SETTINGS).known(job) for job in jobs)


def test_a_folder_without_models_is_refused(tmp_path: Path) -> None:
    (tmp_path / "readme.txt").write_text("hello")
    with pytest.raises(BadInput, match="no file ends in"):
        find_jobs(tmp_path, tmp_path / "out")
    with pytest.raises(BadInput, match="no such folder"):
        find_jobs(tmp_path / "none", tmp_path / "out")


def test_one_model_becomes_a_blob_and_a_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, bad = tmp_path / "tone.json", tmp_path / "bad.nam"
    keras_json.write(small_model(), model)
    bad.write_text(json.dumps({"layers": [1]}))
    row = convert_file(model, "tone.json", tmp_path / "tone.psm", SETTINGS)
    assert (row.outcome, row.network, row.blob) == ("fits", "LSTM 3", "tone.psm")
    assert 0 < row.cpu_percent < 20 and row.esr_db < -40
    assert psm.read(tmp_path / "tone.psm").sample_rate == 48_000
    row = convert_file(bad, "bad.nam", tmp_path / "bad.psm", SETTINGS)
    assert row.outcome == "refused" and row.reason.startswith("layers[0]: is 1 where an object")
    # What info says of it is tested where it is made; it costs seconds.
    monkeypatch.setattr(job, "other_image", lambda blob, board, path: "bootloader")
    row = convert_file(model, "tone.json", tmp_path / "tone.psm", SETTINGS)
    assert row.outcome == "fits"
    assert row.reason == "by `pedalsmith load` or in an image of the kind bootloader."
    monkeypatch.setattr(fitting, "load_percent", lambda blob, board, name: 80.4)
    row = convert_file(model, "tone.json", tmp_path / "tight.psm", SETTINGS)
    assert (row.outcome, row.reason) == ("too big", "needs 80.4 % of the CPU, 80 % is allowed.")
    assert not (tmp_path / "tight.psm").exists() and not (tmp_path / "bad.psm").exists()


@pytest.fixture
def container(tmp_path: Path) -> Path:
    """A .nam with an LSTM of 2 units and one of 4."""
    submodels = []
    for units, most in ((2, 0.5), (4, 1.0)):
        nam.write(small_model(units=units), tmp_path / "one.nam")
        submodels.append(
            {"max_value": most, "model": json.loads((tmp_path / "one.nam").read_text())}
        )
    document = {
        "version": "0.7.0",
        "architecture": "SlimmableContainer",
        "config": {"submodels": submodels},
        "weights": [],
        "sample_rate": 48_000,
    }
    path = tmp_path / "both.nam"
    path.write_text(json.dumps(document))
    return path


def test_the_best_of_a_container_that_fits_is_taken(
    container: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        fitting, "load_percent", lambda blob, board, name: 10 * blob.layers[0].hidden
    )
    monkeypatch.setattr(job, "other_image", lambda blob, board, path: "")
    noise = np.random.default_rng(0).uniform(-0.3, 0.3, 3 * SAMPLE_RATE + 1)
    guitar = tmp_path / "guitar.wav"
    soundfile.write(guitar, noise, SAMPLE_RATE)
    monkeypatch.setattr(job, "_guitar", lambda: noise)
    settings = Settings("daisy_seed", "int16", 30.0)
    row = convert_file(container, "both.nam", tmp_path / "row.psm", settings)
    assert (row.outcome, row.network, row.cpu_percent) == ("fits", "LSTM 2", 20)
    tone = tmp_path / "tone.psm"

    def converted(*more: str) -> BaseException | None:
        arguments = ["convert", str(container), "-o", str(tone), "--calibration", str(guitar)]
        return CliRunner().invoke(build_app(), [*arguments, *more]).exception

    refusal = converted("--board", "daisy_seed", "--max-cpu", "15")
    assert isinstance(refusal, NegativeResult)
    assert "not even with an error of -60 dBFS: needs 20.0 % of the CPU, 15" in str(refusal)
    assert str(refusal).endswith("; take a smaller model or raise --max-cpu.")
    assert not tone.exists()
    assert converted("--board", "daisy_seed", "--max-cpu", "45") is None
    assert psm.read(tone).layers[0].outputs == 4
    assert psm.read(tone).metadata["extra"]["submodel"] == "2"


def test_what_it_costs_that_a_model_fits_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An LSTM that needs 32 bits of state, on a board that is fast enough for 16."""
    path, guitar = tmp_path / "quiet.json", tmp_path / "guitar.wav"
    keras_json.write(small_model(units=4, input_gain_db=-30.0), path)
    noise = np.random.default_rng(0).uniform(-0.3, 0.3, 3 * SAMPLE_RATE + 1)
    soundfile.write(guitar, noise, SAMPLE_RATE)
    monkeypatch.setattr(job, "_guitar", lambda: noise)
    monkeypatch.setattr(
        fitting, "load_percent", lambda blob, board, name: 40.0 * blob.layers[0].state_format
    )
    monkeypatch.setattr(job, "other_image", lambda blob, board, path: "")

    def converted(most: str) -> tuple[int, str]:
        arguments = ["convert", str(path), "-o", str(tmp_path / "tone.psm")]
        options = ["--calibration", str(guitar), "--board", "daisy_seed", "--max-cpu", most]
        said = CliRunner().invoke(build_app(), [*arguments, *options])
        assert said.exit_code == 0, said.output
        blob = psm.read(tmp_path / "tone.psm")
        return blob.layers[0].state_format, " ".join(said.stderr.split())

    said = "dB below the sound, so that it fits"
    row = convert_file(path, "quiet.json", tmp_path / "row.psm", replace(SETTINGS, max_cpu=80.0))
    assert (row.outcome, row.cpu_percent, row.reason) == ("fits", 80.0, "")
    row = convert_file(path, "quiet.json", tmp_path / "row.psm", replace(SETTINGS, max_cpu=79.0))
    assert (row.outcome, row.cpu_percent) == ("fits", 40.0)
    assert row.reason.endswith(f"{-row.esr_db:.0f} {said}.")
    form, words = converted("80")
    assert form == 2 and said not in words
    form, words = converted("79")
    assert form == 1 and f"{said} daisy_seed; --noise -80 makes it truer and slower." in words


def test_a_number_is_for_the_files_that_hold_several(
    container: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[ImportOptions] = []

    def best(path: Path, options: ImportOptions, *_: object) -> Attempt:
        tried.append(options)
        raise BadInput("enough")

    monkeypatch.setattr(job, "best_attempt", best)
    for path in (container, tmp_path / "one.nam"):
        convert_file(path, path.name, tmp_path / "x.psm", replace(SETTINGS, submodel=2))
    assert [options.submodel for options in tried] == [2, None]


def test_an_output_that_cannot_be_written_is_refused_at_once(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    jobs, table = find_jobs(folder, tmp_path / "out"), Table(tmp_path / "out", SETTINGS)
    with pytest.raises(BadInput, match="cannot write here"):
        convert_all(jobs, table, SETTINGS, 1, lambda row: None, never)


def test_a_file_that_is_gone_when_its_turn_comes_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name in ("a.nam", "b.nam"):
        (tmp_path / "in" / name).write_text(name)
    jobs, table = find_jobs(tmp_path / "in", tmp_path / "out"), Table(tmp_path / "out", SETTINGS)
    jobs[0].path.unlink()
    rows = convert_all(jobs, table, SETTINGS, 1, lambda row: None, stand_in)
    assert [row.file for row in rows] == ["a.nam", "b.nam"]
    # Its row is not kept: the file may be back.
    again = Table(tmp_path / "out", SETTINGS)
    assert again.known(jobs[0]) is None and again.known(jobs[1]) == rows[1]


def slow(path: Path, shown: str, output: Path, settings: Settings) -> Row:
    """Tells who converts, and takes longer than the test."""
    output.parent.mkdir(parents=True, exist_ok=True)
    (output.parent / f"{path.name}.pid").write_text(str(os.getpid()))
    time.sleep(600)
    return Row(shown, "fits")


def half_done(path: Path, shown: str, output: Path, settings: Settings) -> Row:
    """One file is done, the others are being written when the test goes on."""
    if shown == "a.nam":
        return stand_in(path, shown, output, settings)
    output.parent.mkdir(parents=True, exist_ok=True)
    (output.parent / f".{output.name}.half.psm").write_bytes(b"bl")
    return slow(path, shown, output, settings)


def started(folder: Path, out: Path, call: str, **options: Any) -> subprocess.Popen[bytes]:
    """A batch in a process of its own; `call` sees folder, out and all that stands here."""
    code = (
        "from intake.test_import import *; from pedalsmith import cli\n"
        f"folder, out = Path({str(folder)!r}), Path({str(out)!r})\n"
        f"if __name__ == '__main__':\n  {call}\n"
    )
    path = os.pathsep.join([str(Path(__file__).parents[1]), *filter(None, sys.path)])
    environment = {**os.environ, "PYTHONPATH": path, "TMPDIR": str(out.parent)}
    return subprocess.Popen([sys.executable, "-c", code], env=environment, **options)


def test_workers_end_when_the_batch_is_killed(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    call = "convert_all(find_jobs(folder, out), Table(out, SETTINGS), SETTINGS, 2, print, slow)"
    batch = started(folder, out, call)
    try:
        workers = wait_for(lambda: [int(p.read_text() or 0) for p in out.rglob("*.pid")], 2)
    finally:
        batch.kill()
        batch.wait()
    wait_for(lambda: [worker for worker in workers if not is_running(worker)], 2)
    assert not list(tmp_path.glob("pedalsmith-*"))


def test_control_c_in_a_terminal_ends_it_in_one_line(folder: Path, tmp_path: Path) -> None:
    (folder / "deadly.nam").unlink()
    out = tmp_path / "out"
    ours, theirs = os.openpty()
    settings = termios.tcgetattr(ours)
    call = (
        f"job.convert_file = half_done; sys.argv[1:] = ['import', {str(folder)!r}, '-o', "
        f"{str(out)!r}, '--processes', '2']; cli.main()"
    )
    terminal = {"stdin": theirs, "stdout": theirs, "stderr": theirs}
    batch = started(folder, out, call, **terminal, preexec_fn=partial(os.login_tty, theirs))
    os.close(theirs)
    try:
        workers = wait_for(lambda: [int(p.read_text() or 0) for p in out.rglob("*.pid")], 2)
        # A busy machine: both workers are at their second file before the first is in the table.
        wait_for(lambda: table_of(folder, out), 1)
        os.write(ours, b"\x03")
        # Ctrl-C throws away what nobody has read yet, if need be in the middle of a character.
        shown = read_all(ours).decode(errors="replace")
        assert batch.wait(60) == 130
    finally:
        batch.kill()
    # What was shown while it ran is wiped out, and the cursor is back.
    last = shown.rpartition("\x1b[?25h")[2].replace("\x1b[1A\x1b[2K", "").replace("\r", "").strip()
    assert last == "pedalsmith: stopped with 1 of 4 files done; the same command goes on there."
    assert termios.tcgetattr(ours) == settings
    assert not any(is_running(worker) for worker in workers)
    assert not list(tmp_path.glob("pedalsmith-*")) and not list(out.rglob(".*"))
    assert table_of(folder, out) == ["a.nam"]
    os.close(ours)


def table_of(folder: Path, out: Path) -> list[str]:
    """The files that are in the table."""
    table = Table(out, Settings("daisy_seed", "int16", 90.0))
    return [job.shown for job in find_jobs(folder, out) if table.known(job)]


def read_all(terminal: int) -> bytes:
    """What is written to a terminal until nobody is left who could."""
    read = b""
    with suppress(OSError):  # Linux' way to say that the other side is closed
        while data := os.read(terminal, 4096):
            read += data
    return read


def wait_for(look: Callable[[], list[int]], count: int) -> list[int]:
    """What `look` gives, as soon as it is `count` numbers; a minute at most."""
    for _ in range(600):
        if len(found := [number for number in look() if number]) == count:
            return found
        time.sleep(0.1)
    raise AssertionError(f"{found} after a minute")


def is_running(process: int) -> bool:
    """Whether there is such a process, not only what is left of one."""
    state = Path(f"/proc/{process}/stat")
    try:
        return state.read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
