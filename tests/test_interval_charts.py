"""What a picture of intervals shows: every end, every word, in both languages, and nothing from elsewhere."""

from __future__ import annotations

import struct
import xml.etree.ElementTree as ET
from fractions import Fraction
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.interval_charts import Bar, Kind, Panel, Spec, check_suffix, draw_intervals, write_chart
from pipelines.intervals import Interval
from pipelines.languages import Language

if TYPE_CHECKING:
    from pathlib import Path

SVG = "{http://www.w3.org/2000/svg}"


def interval(low: str | None, high: str | None, **said: bool) -> Interval:
    return Interval(None if low is None else Fraction(low), None if high is None else Fraction(high), **said)


TOTAL = Panel(
    "a-1: 1.746 · Đảng viên mới kết nạp",
    "người",
    (
        Bar(Kind.PRINTED, "in ra: 1.746", (Interval.exactly(1746),)),
        Bar(Kind.CONTRADICTING, "mâu thuẫn · Bình quân năm so với tổng: 196", (interval("1760", "1772"),)),
        Bar(Kind.CONTRADICTING, "Tỷ trọng", (interval("304", "1587"), interval("1819", None))),
        Bar(Kind.REPORTED, "báo cáo: <a>&.xlsx", (Interval.exactly(1764),)),
        Bar(Kind.COMMON, "phần chung", ()),
    ),
    is_doubted=True,
)
SHARE = Panel(
    "a-2: > 70 %",
    "%",
    (
        Bar(Kind.PRINTED, "in ra: > 70 %", (interval("70", "100", is_low_open=True),)),
        Bar(Kind.EXPECTED, "Tỷ trọng", (interval("0", "100"),)),
        Bar(Kind.COMMON, "phần chung", (interval("70.046", "100"),)),
    ),
    is_whole=False,
)
OVER = Panel("a-3: > 200", "người", (Bar(Kind.PRINTED, "in ra", (interval("200", None, is_low_open=True),)),))


def draw(*panels: Panel, language: Language = Language.VI) -> Spec:
    return draw_intervals(panels, title="Đảng bộ huyện Tân Sơn", notes=["Nguồn: Tạp chí"], language=language)


def read_texts(spec: Spec, folder: Path, language: Language = Language.VI) -> list[str]:
    """Return the texts of the picture, which is well-formed."""
    file = folder / "picture.svg"
    write_chart(spec, file, language)
    return ["".join(text.itertext()) for text in ET.parse(file).iter(f"{SVG}text")]


def read_domain(panel: Panel) -> tuple[float, float]:
    """Return the ends of the axis of a panel."""
    low, high = draw(panel)["vconcat"][0]["encoding"]["x"]["scale"]["domain"]
    return low, high


def list_ends(panel: Panel, row: int) -> list[tuple[str, str, float]]:
    """Return how the ends of a row are drawn: shape, filling and place."""
    return [
        (layer["mark"]["shape"], layer["mark"]["fill"], layer["data"]["values"][0]["at"])
        for layer in draw(panel)["vconcat"][0]["layer"]
        if layer["mark"].get("shape") and layer["data"]["values"][0]["row"] == row
    ]


def test_a_picture_has_the_words_and_the_ends_of_all_intervals(tmp_path: Path) -> None:
    texts = read_texts(draw(TOTAL, SHARE, OVER), tmp_path)

    assert {"Đảng bộ huyện Tân Sơn", "Nguồn: Tạp chí", "người", "%"} <= set(texts)
    assert {bar.label for panel in (TOTAL, SHARE, OVER) for bar in panel.bars} <= set(texts)
    assert {"1.746", "[1.760; 1.772]", "[304; 1.587] hoặc [1.819; ∞)", "1.764", "không giá trị nào"} <= set(texts)
    assert {"(70; 100] %", "[0; 100] %", "[70,046; 100] %", "(200; ∞)"} <= set(texts)
    assert "a-1: 1.746 · Đảng viên mới kết nạp · có thể sai" in texts
    assert "a-2: > 70 %" in texts


def test_numbers_are_written_as_the_language_does(tmp_path: Path) -> None:
    texts = read_texts(draw(TOTAL, SHARE, language=Language.EN), tmp_path, Language.EN)

    assert {"[1,760; 1,772]", "[304; 1,587] or [1,819; ∞)", "no value", "[70.046; 100]%"} <= set(texts)
    # on the axes too
    assert "1,700" in texts
    assert "1.700" in read_texts(draw(TOTAL), tmp_path)


def test_a_picture_is_also_written_as_pixels(tmp_path: Path) -> None:
    file = tmp_path / "picture.PNG"
    write_chart(draw(TOTAL), file, Language.VI)
    content = file.read_bytes()
    width, height = struct.unpack(">II", content[16:24])

    assert content.startswith(b"\x89PNG")
    assert width > height > 200


@pytest.mark.parametrize("name", ["picture.pdf", "picture", "svg"])
def test_a_picture_of_another_kind_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=f"no picture is written to '{name}'\n\nuse one of: .svg, .png"):
        check_suffix(tmp_path / name)
    with pytest.raises(ValueError, match="no picture is written"):
        write_chart(draw(TOTAL), tmp_path / name, Language.VI)
    assert list(tmp_path.iterdir()) == []


def test_ends_that_are_included_left_out_or_missing_are_drawn_differently() -> None:
    (low, black, at), (high, also_black, until) = list_ends(SHARE, 0)
    right = read_domain(OVER)[1]

    assert (low, black, at) == ("circle", "white", 70)
    assert (high, also_black, until) == ("circle", "#000000", 100)
    assert list_ends(TOTAL, 0) == [("diamond", "#000000", 1746)]
    assert list_ends(OVER, 0) == [("circle", "white", 200), ("triangle-right", "#000000", right)]


def test_what_ends_beyond_the_axis_goes_on() -> None:
    low, high = read_domain(TOTAL)
    ends = list_ends(TOTAL, 2)

    assert [(shape, at) for shape, _, at in ends] == [
        ("triangle-left", low),
        ("circle", 1587),
        ("circle", 1819),
        ("triangle-right", high),
    ]


def test_kinds_are_told_apart_without_colours() -> None:
    panel = Panel("a", "b", tuple(Bar(kind, kind.value, (interval("1", "2"),)) for kind in Kind))
    marks = [layer["mark"] for layer in draw(panel)["vconcat"][0]["layer"] if layer["mark"]["type"] == "rule"]

    assert len({(mark["strokeWidth"], tuple(mark.get("strokeDash", ()))) for mark in marks}) == len(Kind)


@pytest.mark.parametrize(
    ("own", "others", "shown", "hidden"),
    [
        # what is printed stays visible
        (interval("5.35", "5.5"), [interval("0", "100")], [5.35, 5.5], [0, 100]),
        (interval("70", "100"), [interval("0", "100")], [0, 70, 100], []),
        # and how far away it is
        (Interval.exactly(1618), [interval("1619", "1626")], [1618, 1619, 1626], []),
        (Interval.exactly(1746), [interval("1760", "1772"), interval("304", "1587")], [1587, 1772], [304]),
        (Interval.exactly(0), [], [0], []),
        (Interval(), [], [], []),
        (interval("-5", "-3"), [interval("-4", None)], [-5, -3], []),
    ],
)
def test_an_axis_goes_as_far_as_what_is_printed_can_be_seen(
    own: Interval, others: list[Interval], shown: list[float], hidden: list[float]
) -> None:
    kind = {True: Kind.EXPECTED, False: Kind.CONTRADICTING}
    bars = [Bar(kind[other.meets(own)], "other", (other,)) for other in others]
    low, high = read_domain(Panel("a", "b", (Bar(Kind.PRINTED, "own", (own,)), *bars)))

    assert low < high
    assert all(low <= end <= high for end in shown)
    assert all(not low <= end <= high for end in hidden)


def test_texts_of_sources_are_no_markup(tmp_path: Path) -> None:
    assert "báo cáo: <a>&.xlsx" in read_texts(draw(TOTAL), tmp_path)


def test_nothing_is_loaded_from_elsewhere(tmp_path: Path) -> None:
    asked: list[str] = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *arguments: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Listener)
    Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/data.json"
    spec = {"data": {"url": url}, "mark": "point", "encoding": {"x": {"field": "a", "type": "quantitative"}}}
    try:
        with pytest.raises(ValueError, match="url"):
            write_chart(spec, tmp_path / "picture.svg", Language.VI)
    finally:
        server.shutdown()
        server.server_close()

    assert asked == []
    assert "http" not in str(draw(TOTAL, SHARE, OVER)).replace("https://vega.github.io/schema/vega-lite/v6.json", "")
