"""The closed lists: what the seeds hold, what the code and the models use."""

from __future__ import annotations

import ast
import csv
import re
import string
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

from pipelines.paths import DBT_PROJECT, SEEDS
from pipelines.settings import CHECKOUT
from pipelines.vocabulary import read_codes, read_rejection_reason

SEED_FILES = sorted(SEEDS.glob("*.csv"))
KEYS = {
    "group_relations": ("parent_group_code", "child_group_code", "relation", "partition_name"),
    "measure_relations": ("parent_measure_code", "child_measure_code", "relation", "partition_name"),
    "administrative_units": ("unit_code", "valid_from"),
    "administrative_unit_changes": ("old_code", "new_code", "changed_on"),
    "congress_terms": ("level_code", "nominal_starts_on", "unit_code"),
    "reporting_obligations": ("level_code", "form_number", "period_type_code", "valid_from"),
}


def read_seed(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(params=SEED_FILES, ids=lambda path: path.stem)
def seed(request: pytest.FixtureRequest) -> Path:
    """One seed after the other."""
    path: Path = request.param
    return path


def test_a_code_gives_its_row() -> None:
    assert read_codes("measures")["admissions"]["unit"] == "persons"


def test_a_reason_has_a_message_in_both_languages() -> None:
    reason = read_rejection_reason("invalid_date")

    assert reason.message_vi.format(found="13/45", expected="YYYY-MM-DD").startswith("Không phải là ngày: 13/45")
    assert reason.message_en.format(found="13/45", expected="YYYY-MM-DD").startswith("Not a date: 13/45")


def test_an_unknown_reason_is_an_error() -> None:
    with pytest.raises(KeyError, match="no_such_reason"):
        read_rejection_reason("no_such_reason")


def test_a_seed_is_utf8_in_form_c_with_line_feeds(seed: Path) -> None:
    content = seed.read_bytes()

    assert not content.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in content
    assert content.endswith(b"\n")
    assert unicodedata.is_normalized("NFC", content.decode("utf-8"))


def test_the_rows_of_a_seed_are_as_long_as_its_header(seed: Path) -> None:
    with seed.open(encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file))

    assert [row for row in rows if len(row) != len(header)] == []
    assert len(set(header)) == len(header)
    assert [cell for row in rows for cell in row if cell != cell.strip()] == []


def test_the_keys_of_a_seed_are_unique(seed: Path) -> None:
    rows = read_seed(seed)
    columns = KEYS.get(seed.stem, (next(iter(rows[0])),))
    keys = [tuple(row[column] for column in columns) for row in rows]

    assert [key for key, count in Counter(keys).items() if count > 1] == []
    assert [key for key in keys if not all(key[:2])] == []


@pytest.mark.parametrize(
    "column", ["label_vi", "label_en", "message_vi", "message_en", "unit_label_vi", "unit_label_en"]
)
def test_no_text_for_people_is_empty(seed: Path, column: str) -> None:
    rows = read_seed(seed)
    exceptions = {"exact"} if (seed.stem, column) == ("qualifiers", "label_vi") else set()

    assert [row for row in rows if row.get(column) == "" and next(iter(row.values())) not in exceptions] == []


@pytest.mark.parametrize("name", [path.stem for path in SEED_FILES if path.stem not in KEYS])
def test_every_list_of_codes_has_vietnamese_labels(name: str) -> None:
    assert set(read_seed(SEEDS / f"{name}.csv")[0]) & {"label_vi", "message_vi"}


def test_the_messages_of_a_rejection_show_what_was_found_and_expected_and_nothing_else() -> None:
    for code, row in read_codes("rejection_reasons").items():
        for column in ("message_vi", "message_en"):
            fields = {name for _, name, _, _ in string.Formatter().parse(row[column]) if name is not None}
            assert fields == {"found", "expected"}, (code, column)


def test_every_rejection_reason_of_the_code_is_in_the_seed_and_the_reverse() -> None:
    pipelines = CHECKOUT / "pipelines"
    modules = [pipelines / "sources.py", pipelines / "reporters.py", *(pipelines / "readers").glob("*.py")]
    position = {"_Check": 0, "add": 0, "reject_file": 1}
    literals, given = set(), set()
    for module in modules:
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant):
                literals.add(node.value)
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                named = [keyword.value for keyword in node.keywords if keyword.arg == "reason_code"]
                reasons = [*named, *([node.args[position[name]]] if name in position else [])]
                given |= {reason.value for reason in reasons if isinstance(reason, ast.Constant)}
    known = set(read_codes("rejection_reasons"))

    assert len(given) > 10
    assert given - known == set()
    assert known - literals == set()


def test_every_reason_of_the_models_is_in_the_seed_and_the_reverse() -> None:
    models = "\n".join(
        re.sub(r"--[^\n]*", "", path.read_text(encoding="utf-8"))
        for folder in ("models", "macros")
        for path in (DBT_PROJECT / folder).rglob("*.sql")
    )
    literals = set(re.findall(r"'([a-z_]+)'", models))

    assert set(read_codes("reasons")) - literals == set()
    assert set(read_codes("rules")) - literals == set()


def test_the_severity_of_a_reason_is_one_of_three_or_none() -> None:
    assert {row["finding_severity"] for row in read_codes("reasons").values()} == {"", "info", "warning"}


@pytest.mark.parametrize(
    ("seed_name", "column", "codes"),
    [
        ("group_relations", "parent_group_code", "groups"),
        ("group_relations", "child_group_code", "groups"),
        ("measure_relations", "parent_measure_code", "measures"),
        ("measure_relations", "child_measure_code", "measures"),
    ],
)
def test_every_relation_is_between_codes_that_exist(seed_name: str, column: str, codes: str) -> None:
    assert {row[column] for row in read_seed(SEEDS / f"{seed_name}.csv")} <= set(read_codes(codes))


def list_related(whole: str, relation: str, partition_name: str = "") -> list[str]:
    """Return the groups that stand in a relation to another one."""
    key = (whole, relation, partition_name)
    rows = read_seed(SEEDS / "group_relations.csv")
    said = ("parent_group_code", "relation", "partition_name")
    return [row["child_group_code"] for row in rows if tuple(row[column] for column in said) == key]


def test_every_group_is_contained_in_the_whole() -> None:
    assert {"all", *list_related("all", "subset_of")} == set(read_codes("groups"))


def test_everybody_has_an_ethnic_group_and_all_groups_but_one_are_minorities() -> None:
    minorities = list_related("ethnic_minority", "exclusive_part_of", "ethnicity")

    assert len(minorities) == 53
    assert list_related("all", "part_of", "ethnicity") == ["kinh", *minorities, "foreign_origin", "other_ethnicity"]


def test_the_women_of_a_group_are_in_the_group_and_among_women() -> None:
    women = [code for code in read_codes("groups") if code.endswith("_women")]

    assert len(women) > 60
    assert list_related("women", "subset_of") == women
    assert [code for code in women if code not in list_related(code.removesuffix("_women"), "subset_of")] == []


def test_statements_require_columns_that_readers_have() -> None:
    from pipelines.readers.delimited import COLUMNS

    for code, row in read_codes("statements").items():
        for words in row["requires"].split("|"):
            assert not words or words.split(";")[0].split(",")[0].split(" ")[0] in COLUMNS, code


def test_the_seeds_extend_the_vocabulary_they_began_with(shared: Path) -> None:
    beginnings = sorted((shared / "vocabulary").glob("*.csv"))

    assert len(beginnings) == 8
    for beginning in beginnings:
        ours, theirs = read_seed(SEEDS / beginning.name), read_seed(beginning)
        columns = list(theirs[0])
        kept = {tuple(row.get(column) for column in columns) for row in ours}
        assert [row for row in theirs if tuple(row.values()) not in kept] == [], beginning.name
