# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Many model files in parallel processes, with a table that lets a later run go on.

The table stands in the output folder (import.json) and is written whole after every file, so
that an interrupted run has lost at most the files it was at.
"""

import hashlib
import json
import multiprocessing
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, fields, replace
from importlib.metadata import version
from pathlib import Path

from pedalsmith.errors import BadInput
from pedalsmith.files import clear_unfinished, write_whole
from pedalsmith.intake.fitting import Settings
from pedalsmith.intake.job import Row, convert_file
from pedalsmith.models.importers import count_models
from pedalsmith.models.parsing.content import LARGEST_FILE

TABLE = "import.json"

SUFFIXES = {".nam", ".namb", ".json", ".aidax", ".h"}
"""What other programs call their models. Within a folder only such files are looked at; what they
are is found by their content."""


Convert = Callable[[Path, str, Path, Settings], Row]
"""What a worker does with a file; see convert_file."""


@dataclass(frozen=True)
class Job:
    """A file, its name in the table, and the blob it becomes."""

    path: Path
    shown: str
    output: Path
    position: int | None = None
    """Of a model in a bank, from 1; None for a file of one model."""

    def settings(self, batch: Settings) -> Settings:
        """What this job shares with the batch, and what it does not."""
        return batch if self.position is None else replace(batch, submodel=self.position)


def find_jobs(source: Path, folder: Path, submodel: int | None = None) -> list[Job]:
    """The models in `source` (a folder, searched to the bottom, or one file). Raises BadInput.

    A bank gives a job for each of its models, or for the one that `submodel` says.
    """
    if source.is_file():
        return _jobs_of(source, source.name, folder / source.name, submodel)
    if not source.is_dir():
        raise BadInput(f"{source}: there is no such folder; check the name.")
    found = sorted(
        path
        for path in source.rglob("*")
        if path.suffix.lower() in SUFFIXES and path.is_file() and folder not in path.parents
    )
    if not found:
        raise BadInput(f"{source}: no file ends in {', '.join(sorted(SUFFIXES))}; name another.")
    names = [path.relative_to(source) for path in found]
    return [
        job
        for path, name in zip(found, names, strict=True)
        for job in _jobs_of(path, name.as_posix(), folder / name, submodel)
    ]


def _jobs_of(path: Path, shown: str, output: Path, submodel: int | None) -> list[Job]:
    """The suffix stays in the blob's name: tone.nam and tone.json are two models."""
    count = 1 if submodel is not None else count_models(path)
    if count == 1:
        return [Job(path, shown, output.with_name(output.name + ".psm"))]
    return [
        Job(path, f"{shown}#{at}", output.with_name(f"{output.name}.{at}.psm"), at)
        for at in range(1, count + 1)
    ]


class Table:
    """The rows there are, by file, each with the key of what it was made from."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        """Reads the table of an earlier run; one that cannot be read is begun anew."""
        self.path = folder / TABLE
        self._base = json.dumps([version("pedalsmith"), asdict(settings)], sort_keys=True)
        self._rows: dict[str, tuple[str, Row]] = {}
        try:
            for entry in json.loads(self.path.read_text(encoding="utf-8")):
                row = Row(**{field.name: entry[field.name] for field in fields(Row)})
                self._rows[row.file] = (str(entry["key"]), row)
        except (OSError, ValueError, KeyError, TypeError):
            self._rows = {}

    def write(self) -> None:
        """Writes the table as it is. Raises BadInput where the folder cannot be written."""
        entries = [{**asdict(row), "key": key} for key, row in self._rows.values()]
        write_whole(self.path, json.dumps(entries, indent=1) + "\n")

    def known(self, job: Job) -> Row | None:
        """The row of an earlier run, when file, settings and program are the same."""
        key, row = self._rows.get(job.shown, ("", None))
        if not key or key != self._key(job):
            return None
        if row and row.blob and not job.output.is_file():
            return None
        return row

    def put(self, job: Job, row: Row) -> None:
        """Keeps a row and writes the table."""
        self._rows[job.shown] = (self._key(job), row)
        self.write()

    def _key(self, job: Job) -> str:
        """Of settings, program and contents; "" for a file that is gone or cannot be read, whose
        row says so."""
        digest = hashlib.sha256(self._base.encode())
        try:
            with job.path.open("rb") as file:
                digest.update(file.read(LARGEST_FILE + 1))  # larger ones are refused for their size
        except OSError:
            return ""
        return digest.hexdigest()[:24]


def convert_all(
    jobs: list[Job],
    table: Table,
    settings: Settings,
    processes: int,
    done: Callable[[Row], None],
    convert: Convert = convert_file,
    begun: Callable[[int], None] = lambda count: None,
) -> list[Row]:
    """Converts what `table` does not know yet: tells `begun` how many files that are, and `done`
    each of their rows. Returns the rows of all.

    Raises BadInput, before anything is converted, where the output cannot be written.
    """
    table.write()
    rows = {job.shown: row for job in jobs if (row := table.known(job))}
    waiting = [job for job in jobs if job.shown not in rows]
    begun(len(waiting))
    try:
        clear_unfinished([table.path, *(job.output for job in waiting)])
        with closing(_in_processes(waiting, settings, processes, convert)) as made:
            for job, row in made:
                rows[job.shown] = row
                table.put(job, row)
                done(row)
    finally:
        clear_unfinished(job.output for job in waiting)
    return [rows[job.shown] for job in jobs]


def _in_processes(
    jobs: list[Job], settings: Settings, count: int, convert: Convert
) -> Generator[tuple[Job, Row]]:
    """Rows as they are done. A worker that dies takes its pool with it; the files that were
    under way are tried once more, each alone, so that only the one at fault is refused."""
    suspects: list[Job] = []
    waiting = list(jobs)
    while waiting:
        under_way: dict[Future[Row], Job] = {}
        with _pool(count) as pool:
            try:
                while waiting or under_way:
                    while waiting and len(under_way) < 2 * count:
                        future = _submit(pool, convert, waiting[0], settings)
                        under_way[future] = waiting.pop(0)
                    for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                        row = future.result()
                        yield under_way.pop(future), row
            except BrokenProcessPool:
                suspects += under_way.values()
    for job in suspects:
        with _pool(1) as pool:
            try:
                future = _submit(pool, convert, job, settings)
                yield job, future.result()
            except BrokenProcessPool:
                yield job, Row(job.shown, "refused", "ended the process that converted it.")


def _submit(
    pool: ProcessPoolExecutor, convert: Convert, job: Job, settings: Settings
) -> Future[Row]:
    """Hands a file to the pool, which starts its workers here."""
    with _deaf():
        return pool.submit(convert, job.path, job.shown, job.output, job.settings(settings))


@contextmanager
def _deaf() -> Iterator[None]:
    """A process that begins within never hears of Ctrl-C, which a terminal sends to all there are:
    a worker that it found idle would print where it was."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _pool(count: int) -> Iterator[ProcessPoolExecutor]:
    """Workers that end when the block is left early, and leave no file behind however they end."""
    # There is a process a core already: threads of BLAS would wait for each other, and that is
    # 12 s of CPU where one thread needs 7 (LSTM-16, 2 cores). It is read when NumPy is imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # A fork of a process that has threads (BLAS, rich) may hang.
    spawn = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory(prefix="pedalsmith-", ignore_cleanup_errors=True) as scratch:
        pool = ProcessPoolExecutor(count, spawn, initializer=_begin, initargs=(scratch,))
        try:
            yield pool
        except BaseException:
            # Then it need not wait for them; and its thread must have ended when Python ends, which
            # would wake it at a pipe that it may be closing.
            for worker in multiprocessing.active_children():
                worker.kill()
            pool.shutdown(cancel_futures=True)
            raise
        finally:
            pool.shutdown()


def _begin(scratch: str) -> None:
    """Makes a worker keep its temporary files in `scratch`, and ends it when its parent is killed;
    it would wait for more work for ever."""
    tempfile.tempdir = os.environ["TMPDIR"] = scratch  # its compilers', too
    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch() -> None:
        parent.join()
        shutil.rmtree(scratch, ignore_errors=True)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
