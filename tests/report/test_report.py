# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The report is one file that asks for nothing and says what was measured."""

import base64
import dataclasses
import hashlib
import io
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
import soundfile

from pedalsmith import report
from pedalsmith.errors import BadInput
from pedalsmith.report.page import decibel, part, ratio


def make_data(*, differing: int = 0, title: str = "Fuzz <&> Friends") -> report.ReportData:
    t = np.arange(2 * 48_000) / 48_000
    dry = 0.1 * np.sin(2 * np.pi * 220 * t) * np.exp(-t)
    target = np.tanh(20 * dry)
    model = target + 0.003 * np.sin(2 * np.pi * 3000 * t)
    return report.ReportData(
        title=title, board="Daisy Seed", dry=dry, target=target, model=model, pedal=model * 0.999,
        esr_float=0.0042, esr_quantized=0.0044, esr_rounding=2.5e-7,
        samples_compared=1_728_000, samples_differing=differing,
        load_mean=12.34, load_worst=15.67, load_error="within 5 %",
        memory=(report.Memory("Flash", 30_000, 131_072),),
        curve=report.Curve((1.0, 2.0, 3.0), (0.5, 0.1, 0.2)),
        facts=(("Network", "LSTM, 16 units"),), versions=(("pedalsmith", "0.1.0"),),
        boards=(report.BoardLoad("Teensy 4.1", 9.8, 12.1),),
        flashing=("Run `dfu-util -D x.bin`.",),
    )  # fmt: skip


class Attributes(HTMLParser):
    """Gathers every tag with its attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("report") / "report.html"
    report.write(path, make_data())
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def tags(page: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Attributes()
    parser.feed(page)
    return parser.tags


def test_nothing_is_requested(page: str, tags: list[tuple[str, dict[str, str | None]]]) -> None:
    for tag, attributes in tags:
        for name in ("src", "href", "data", "poster", "action", "srcset"):
            value = attributes.get(name)
            assert value is None or value.startswith(("data:", "#")), (tag, name)
    # The only addresses are names of XML namespaces, which nobody fetches.
    addresses = set(re.findall(r"https?://[^\s\"'<>)]+", page))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert not re.search(r"@import|url\(\s*[\"']?(?!#|data:)", page)


def test_policy_forbids_requests_and_allows_the_script(page: str) -> None:
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert policy and "default-src 'none'" in policy[1]
    assert "http" not in policy[1] and "*" not in policy[1]
    scripts = re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)
    assert len(scripts) == 1
    digest = base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()
    assert f"'sha256-{digest}'" in policy[1]


def test_players_have_one_loudness_and_do_not_clip(
    tags: list[tuple[str, dict[str, str | None]]],
) -> None:
    sounds = [a for tag, a in tags if tag == "audio"]
    assert len(sounds) == 4
    levels = []
    for attributes in sounds:
        data = base64.b64decode((attributes["src"] or "").split(",", 1)[1])
        samples, rate = soundfile.read(io.BytesIO(data))
        assert rate == 48_000 and len(samples) == 2 * 48_000
        assert np.abs(samples).max() < 10 ** (-0.99 / 20)
        levels.append(10 * np.log10(np.mean(samples**2)))
    assert max(levels) - min(levels) < 0.01


def test_everything_has_a_text(page: str, tags: list[tuple[str, dict[str, str | None]]]) -> None:
    assert '<html lang="en">' in page
    pictures = [a for tag, a in tags if tag == "svg"]
    assert len(pictures) == 8
    assert all(len(a.get("aria-label") or "") > 30 for a in pictures)
    assert all(a.get("aria-label") for tag, a in tags if tag == "audio")
    identifiers = [a["id"] for _, a in tags if "id" in a]
    assert len(identifiers) == len(set(identifiers))


def test_figures_are_told_and_text_is_escaped(page: str) -> None:
    for figure in ("0.0042", "1,728,000", "12.3 %", "15.7 %", "within 5 %", "LSTM, 16 units"):
        assert figure in page, figure
    assert "Fuzz &lt;&amp;&gt; Friends" in page and "Fuzz <&>" not in page
    assert "<code>dfu-util -D x.bin</code>" in page
    assert len(page) < 8_000_000


def test_a_difference_is_shown_as_bad(tmp_path: Path) -> None:
    report.write(tmp_path / "bad.html", make_data(differing=3))
    assert 'class="figure bad"' in (tmp_path / "bad.html").read_text(encoding="utf-8")


def test_silence_and_a_short_sound_are_no_trouble(tmp_path: Path) -> None:
    silence = np.zeros(1000)
    data = dataclasses.replace(
        make_data(), dry=silence, target=silence, model=silence, pedal=silence, esr_float=0.0
    )
    report.write(tmp_path / "silence.html", data)
    page = (tmp_path / "silence.html").read_text(encoding="utf-8")
    assert not re.search(r"\b(nan|inf)\b", re.sub(r'base64,[^"]*', "", page))


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(BadInput, match="cannot write here"):
        report.write(tmp_path / "file" / "report.html", make_data())


@pytest.mark.parametrize(
    ("esr", "number", "level", "words"),
    [
        (0.0042, "0.0042", "−23.8 dB", "one part in 240 of the sound's power"),
        (0.5, "0.5000", "−3.0 dB", "50 % of the sound's power"),
        (0.0, "0", "no error", "no error at all"),
    ],
)
def test_words(esr: float, number: str, level: str, words: str) -> None:
    assert (ratio(esr), decibel(esr), part(esr)) == (number, level, words)


def test_the_blind_test_is_there_where_scripts_run_and_boards_have_their_load(page: str) -> None:
    section = re.search(r"<section hidden>\n<h2>Hear the difference.*?</section>", page, re.DOTALL)
    assert section and section[0].count("<button") == 5
    assert "data-play" in section[0] and "data-answer" in section[0]
    assert 'closest("section").hidden = false' in page
    assert re.search(r"Teensy 4\.1</th>.*?mean 9\.8 %, worst 12\.1 %", page)
