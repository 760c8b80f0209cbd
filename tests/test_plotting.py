"""``ketnap explain --plot``: the register's figures as intervals, with what others leave of them."""

from __future__ import annotations

import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import duckdb
import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.commands import plotting
from pipelines.consistency import remainders
from pipelines.consistency.conflicts import Undecided
from pipelines.languages import Language
from pipelines.publication import publish
from pipelines.vocabulary import read_codes

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result
    from conftest import Built

SVG = "{http://www.w3.org/2000/svg}"
REPORT = """
insert into marts.fct_figures
select * replace (
    'report-1' as figure_id, null as publication_id, 'reports/tân sơn.xlsx' as file_path, '1.764' as printed,
    1764 as value, 1764 as value_low, 1764 as value_high
)
from marts.fct_figures
where figure_id = 'tan-son-2017-008'
"""


@pytest.fixture(scope="module")
def root(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a root with the published register, and one report beside it."""
    root = tmp_path_factory.mktemp("published")
    database = root / "data" / "warehouse" / "ketnap.duckdb"
    publish(built.paths.build_database, database)
    with duckdb.connect(str(database)) as connection:
        connection.execute(REPORT)
    return root


@pytest.fixture(autouse=True)
def _published(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KETNAP_ROOT", str(root))


def explain(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["explain", *arguments])


def draw(folder: Path, *arguments: str) -> list[str]:
    """Return the texts of the picture that a command draws."""
    file = folder / "picture.svg"
    result = explain(*arguments, "--plot", str(file))

    assert result.exit_code == 0, result.output
    assert str(file) in result.output.replace("\n", "")
    return ["".join(text.itertext()) for text in ET.parse(file).iter(f"{SVG}text")]


def test_a_total_and_an_average_are_drawn_with_what_each_leaves_of_the_other(tmp_path: Path) -> None:
    texts = draw(tmp_path, "tan-son-2017-009")

    assert "Đảng bộ huyện Tân Sơn, giai đoạn 2008–2016 (Đảng viên mới kết nạp)" in texts
    assert {"tan-son-2017-009: 196 · Đảng viên mới kết nạp · có thể sai", "[195,5; 197)", "194"} <= set(texts)
    assert {"tan-son-2017-008: 1.746 · Đảng viên mới kết nạp · có thể sai", "1.746", "[1.760; 1.772]"} <= set(texts)
    # counts, and counts a year, each on an axis of its own
    assert {"người", "người mỗi năm"} <= set(texts)
    assert "mâu thuẫn · Bình quân năm so với tổng: 1.746" in texts
    assert any(text.startswith("Nguồn: Đảng bộ huyện Tân Sơn (Phú Thọ)") for text in texts)


def test_whole_numbers_leave_less_of_a_share_and_of_one_that_cannot_be_nothing(tmp_path: Path) -> None:
    texts = draw(tmp_path, "tan-son-2017-008", "--lang", "en")

    # more than 70 % of 1 746 are 1 223 or more
    assert {"printed: > 70%", "(70; 100]%", "[70.0458; 100]%"} <= set(texts)
    # 5 and 6 of them are the nearest to 0.32 %
    assert {"[0.315; 0.33)%", "[0; 0.2864] or [0.3436; 100]%"} <= set(texts)
    assert "[304; 1,587] or [1,819; ∞)" in texts
    assert texts.count("no value") == 3
    assert any("may be wrong" in text for text in texts)


def test_counts_behind_the_percentages_of_a_list_say_how_many_reached_a_threshold(tmp_path: Path) -> None:
    texts = draw(tmp_path, "n007-003", "--lang", "en")

    # 50 % could be 50.4 %, but not of ten persons of whom five were admitted
    assert {"n007-003: 4 · Not classified · may be wrong", "2", "[49.5; 51)%"} <= set(texts)
    assert not any(text.startswith("n007-008") for text in texts)


def test_a_report_of_the_same_count_is_drawn_beside_it(tmp_path: Path) -> None:
    texts = draw(tmp_path, "tan-son-2017-008")

    assert "mâu thuẫn · báo cáo: reports/tân sơn.xlsx" in texts
    assert "1.764" in texts


def test_an_interval_without_end_is_drawn(tmp_path: Path) -> None:
    texts = draw(tmp_path, "n027-001")

    assert {"n027-001: > 5.000 · Giới thiệu cho Đảng xem xét kết nạp; Đoàn viên TNCS Hồ Chí Minh", "(5.000; ∞)"} <= set(
        texts
    )
    # nothing is compared with it
    assert "phần chung" not in texts


def test_all_figures_of_an_organisation_and_a_period_are_drawn_and_no_others(tmp_path: Path) -> None:
    texts = draw(tmp_path, "--organisation", "tan son", "--period", "2017", "--lang", "en")
    titles = [text for text in texts if text.startswith("tan-son")]

    assert "Đảng bộ huyện Tân Sơn, 2017" in texts
    assert [title.split(":")[0] for title in titles] == [f"tan-son-2017-0{number}" for number in (19, 20, 21)]
    assert {"[52; ∞)", "[92; ∞)", "[0; 118]", "118"} <= set(texts)


def test_figures_of_another_organisation_are_named_with_it(tmp_path: Path) -> None:
    texts = draw(tmp_path, "o-mon-2022-001")

    assert "o-mon-2022-005: 24 · Đảng viên mới kết nạp · Đảng bộ phường Long Hưng, từ năm 2021 đến 16/05/2022" in texts
    assert "[39,6666; 39,6667] %" in texts


def test_figures_beyond_a_number_are_counted_and_not_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plotting, "_MOST_FIGURES", 5)
    texts = draw(tmp_path, "n043-001", "--lang", "en")

    assert len([text for text in texts if re.match(r"n043-\d+:", text)]) == 5
    assert "18 more figures are not drawn" in texts


def test_what_takes_too_long_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def give_up(*arguments: object, **options: object) -> None:
        raise Undecided

    monkeypatch.setattr(remainders, "find_remainder", give_up)
    texts = draw(tmp_path, "tan-son-2017-009")

    assert "2 phép so sánh bị bỏ qua vì tính quá lâu" in texts
    assert "mâu thuẫn · Bình quân năm so với tổng: 1.746" not in texts


def test_a_picture_can_be_pixels(tmp_path: Path) -> None:
    file = tmp_path / "picture.png"

    assert explain("tan-son-2017-009", "--plot", str(file)).exit_code == 0
    assert file.read_bytes().startswith(b"\x89PNG")


def test_a_picture_of_another_kind_is_refused_before_anything_is_printed(tmp_path: Path) -> None:
    result = explain("tan-son-2017-009", "--plot", str(tmp_path / "picture.pdf"))

    assert result.exit_code == 2
    assert "no picture is written to" in result.output
    assert ".svg, .png" in result.output
    assert "true value" not in result.output
    assert list(tmp_path.iterdir()) == []


def test_a_picture_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    result = explain("tan-son-2017-009", "--plot", str(tmp_path / "nowhere" / "picture.svg"))

    assert result.exit_code == 2
    assert "nowhere" in result.stderr


def test_nothing_is_drawn_of_figures_that_are_not_there(tmp_path: Path) -> None:
    assert explain("no-such-figure", "--plot", str(tmp_path / "picture.svg")).exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_there_is_a_word_for_every_unit_and_a_sign_for_every_qualifier() -> None:
    units = {row["unit"] for row in read_codes("measures").values()} - {""} | {"years"}
    qualifiers = {(row["bound_side"], row["is_strict"] == "true") for row in read_codes("qualifiers").values()}

    assert all(units <= set(plotting._WORDS[language]) for language in Language)
    assert qualifiers == set(plotting._SIGNS)


def test_the_library_that_draws_is_loaded_only_for_a_picture() -> None:
    program = "import sys, pipelines.commands.explaining; print('vl_convert' in sys.modules, 'z3' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert run.stdout.split() == ["False", "False"]
