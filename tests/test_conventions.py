"""The house rules that a program can check, on the files that git knows or would take."""

from __future__ import annotations

import ast
import re
import subprocess
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipelines.settings import CHECKOUT

TEXT_SUFFIXES = frozenset(
    [
        ".cfg",
        ".csv",
        ".in",
        ".json",
        ".lock",
        ".md",
        ".py",
        ".sql",
        ".toml",
        ".txt",
        ".yaml",
        ".yml",
        ".sh",
        ".ini",
        ".html",
        ".css",
        ".js",
        ".vue",
        ".svg",
    ]
)
PREFIXES = {"staging": ("stg_",), "intermediate": ("int_",), "marts": ("dim_", "fct_", "bridge_"), "reports": ("rpt_",)}
VAGUE_NAMES = frozenset(("utils", "helpers", "common", "misc", "manager", "tools", "lib"))
ALLOWED_IMPORTS = {
    "dagster": ("pipelines/defs/", "pipelines/definitions.py", "tests/"),
    "dagster_dbt": ("pipelines/defs/", "pipelines/definitions.py", "tests/"),
    "great_expectations": ("pipelines/expectations.py", "expectations/", "tests/"),
}


@cache
def list_files() -> tuple[str, ...]:
    """Return the files that are in git, and those that are new and not ignored."""
    output = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return tuple(sorted(name for name in set(output.split("\0")) if name and (CHECKOUT / name).is_file()))


def select_files(start: str = "", *suffixes: str) -> list[str]:
    return [name for name in list_files() if name.startswith(start) and (not suffixes or name.endswith(suffixes))]


@cache
def read(name: str) -> str:
    """Return the text of a file."""
    return (CHECKOUT / name).read_bytes().decode("utf-8")


MODELS = select_files("dbt_project/models/", ".sql", ".py")
SEEDS = select_files("dbt_project/seeds/", ".csv")
MODULES = select_files("", ".py")
UNIONS = ("int_comparisons_unioned", "int_report_contradictions_unioned")
FAMILIES = frozenset(
    family
    for union in UNIONS
    for family in re.findall(r"'(int_\w+_compared)'", read(f"dbt_project/models/intermediate/{union}.sql"))
)
"""Models with the same columns, whose key is tested where they are united."""
TEXTS = [name for name in list_files() if Path(name).suffix in TEXT_SUFFIXES or "." not in Path(name).name]


@cache
def read_twin(model: str) -> dict[str, Any]:
    """Return what the ``.yml`` beside a model says of it."""
    (entry,) = yaml.safe_load(read(model.rpartition(".")[0] + ".yml"))["models"]
    twin: dict[str, Any] = entry
    return twin


@cache
def read_docs() -> dict[str, str]:
    """Return the shared descriptions of columns, by name."""
    blocks = "\n".join(read(name) for name in select_files("dbt_project/", ".md"))
    return dict(re.findall(r"{%\s*docs\s+(\w+)\s*%}\s*(.*?)\s*{%\s*enddocs\s*%}", blocks, flags=re.DOTALL))


def resolve_description(text: str | None) -> str:
    """Return a description with its shared text put in."""
    return re.sub(r"{{\s*doc\(['\"](\w+)['\"]\)\s*}}", lambda match: read_docs().get(match[1], ""), text or "").strip()


# dbt


def test_there_are_models_to_check() -> None:
    assert len(MODELS) > 40


@pytest.mark.parametrize("model", MODELS)
def test_a_model_has_a_twin_that_describes_it(model: str) -> None:
    twin = read_twin(model)
    description = resolve_description(twin.get("description"))

    assert twin["name"] == Path(model).stem
    assert len(description) > 20
    assert "FILL" not in description


@pytest.mark.parametrize("model", MODELS)
def test_the_description_of_a_model_ends_in_its_grain(model: str) -> None:
    last = re.split(r"(?<=\.)\s+", resolve_description(read_twin(model).get("description")).rstrip())[-1]

    assert re.search(r"\bone row\b|\bgrain\b", last, flags=re.IGNORECASE), last


@pytest.mark.parametrize("model", MODELS)
def test_every_column_of_a_model_is_described(model: str) -> None:
    columns = read_twin(model)["columns"]
    undescribed = [
        column["name"]
        for column in columns
        if len(text := resolve_description(column.get("description"))) < 5 or "FILL" in text
    ]

    assert columns
    assert undescribed == []
    assert len({column["name"] for column in columns}) == len(columns)


@pytest.mark.parametrize("model", [model for model in MODELS if Path(model).stem not in FAMILIES])
def test_a_model_has_a_test_of_its_key(model: str) -> None:
    twin = read_twin(model)
    entries = [twin, *twin["columns"]]
    tests = [test for entry in entries for test in entry.get("data_tests", ())]
    names = {test if isinstance(test, str) else next(iter(test)) for test in tests}
    constraints = {constraint["type"] for entry in entries for constraint in entry.get("constraints", ())}

    assert names & {"unique", "unique_combination"} or "primary_key" in constraints


@pytest.mark.parametrize("model", MODELS)
def test_what_a_model_asks_of_its_columns_is_one_test_of_a_kind(model: str) -> None:
    twin = read_twin(model)
    of_columns = [test for column in twin["columns"] for test in column.get("data_tests", ())]
    kinds = [kind for test in twin.get("data_tests", ()) for kind in test if kind != "unique_combination"]
    names = [test[kind].get("name") for test in twin.get("data_tests", ()) for kind in test if kind in kinds]

    # each is a query that dbt prepares every night for longer than it runs
    assert set(of_columns) <= {"unique"}
    assert len(set(kinds)) == len(kinds)
    assert names == [f"{twin['name']}_{kind}" for kind in kinds]


@pytest.mark.parametrize("model", [model for model in MODELS if "/marts/" in model])
def test_a_mart_has_a_contract(model: str) -> None:
    project = yaml.safe_load(read("dbt_project/dbt_project.yml"))["models"]["ketnap"]["marts"]
    contract = read_twin(model).get("config", {}).get("contract", project.get("+contract", {}))

    assert contract.get("enforced") is True
    assert all(column.get("data_type") for column in read_twin(model)["columns"])


@pytest.mark.parametrize("model", MODELS)
def test_the_prefix_of_a_model_says_its_layer(model: str) -> None:
    assert Path(model).name.startswith(PREFIXES[Path(model).parent.name])


@pytest.mark.parametrize("model", MODELS)
def test_only_staging_reads_sources_and_it_reads_nothing_else(model: str) -> None:
    sql = re.sub(r"--[^\n]*", "", read(model))
    is_staging = "/staging/" in model

    assert ("source(" in sql) == is_staging
    assert not (is_staging and "ref(" in sql)


@pytest.mark.parametrize("model", MODELS)
def test_a_model_names_no_table_itself(model: str) -> None:
    sql = re.sub(r"--[^\n]*|^from [\w.]+ import .*", "", read(model), flags=re.MULTILINE)

    sql = re.sub(r"extract\([^)]*\)|is (not )?distinct from", " ", sql)
    assert re.findall(r"\b(?:from|join)\s+\w+\.\w+", sql) == []


@pytest.mark.parametrize("name", [*MODELS, *SEEDS, *select_files("dbt_project/tests/", ".sql")])
def test_names_are_lower_case_ascii_without_dates_or_versions(name: str) -> None:
    stem = Path(name).stem

    assert re.fullmatch(r"[a-z][a-z_]*", stem)
    assert not re.search(r"(^|_)(new|final|old|tmp|temp|v\d+|copy)(_|$)", stem)


@pytest.mark.parametrize("name", select_files("dbt_project/tests/", ".sql"))
def test_a_singular_dbt_test_is_a_sentence_and_says_why(name: str) -> None:
    if "/generic/" in name:
        assert read(name).lstrip().startswith(("{#", "{%", "--"))
    else:
        assert len(Path(name).stem.split("_")) > 3
        assert read(name).lstrip().startswith(("--", "{#"))


@pytest.mark.parametrize("name", select_files("dbt_project/models/", ".yml"))
def test_every_twin_belongs_to_a_model(name: str) -> None:
    assert Path(name).name.startswith("_") or name.removesuffix(".yml") in {
        model.rpartition(".")[0] for model in MODELS
    }


@pytest.mark.parametrize("model", [model for model in MODELS if "/staging/" not in model])
def test_every_shared_description_of_a_model_exists(model: str) -> None:
    names = re.findall(r"doc\(['\"](\w+)['\"]\)", read(model.rpartition(".")[0] + ".yml"))

    assert set(names) <= set(read_docs())


def test_no_shared_description_is_unused() -> None:
    used = {
        name
        for twin in select_files("dbt_project/", ".yml")
        for name in re.findall(r"doc\(['\"](\w+)['\"]\)", read(twin))
    }

    assert set(read_docs()) - used == set()


def test_what_is_called_the_same_is_labelled_in_both_languages() -> None:
    for model in MODELS:
        columns = {column["name"] for column in read_twin(model)["columns"]}
        for column in columns:
            if column.endswith(("_vi", "_en")):
                assert {column[:-3] + "_vi", column[:-3] + "_en"} <= columns, (model, column)


# Python


def find_imports(name: str) -> set[str]:
    """Return the packages that a module imports anywhere in it."""
    packages = set()
    for node in ast.walk(ast.parse(read(name))):
        if isinstance(node, ast.Import):
            packages |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            packages.add((node.module or "").split(".")[0])
    return packages


@pytest.mark.parametrize("package", ALLOWED_IMPORTS)
def test_a_heavy_library_is_imported_only_where_it_belongs(package: str) -> None:
    elsewhere = [
        name for name in MODULES if package in find_imports(name) and not name.startswith(ALLOWED_IMPORTS[package])
    ]

    assert elsewhere == []


def test_the_environment_is_read_only_by_the_settings() -> None:
    pattern = re.compile(r"\bos\.environ\b|\bgetenv\b|\bputenv\b|from os import")
    elsewhere = [name for name in select_files("pipelines/", ".py") if pattern.search(read(name))]

    assert elsewhere == ["pipelines/settings.py"]


@pytest.mark.parametrize("name", [name for name in MODULES if not name.startswith("tests/")])
def test_a_module_begins_by_saying_what_belongs_in_it(name: str) -> None:
    assert len(ast.get_docstring(ast.parse(read(name))) or "") > 20


@pytest.mark.parametrize("name", select_files("tests/", ".py"))
def test_the_names_of_tests_are_sentences(name: str) -> None:
    functions = [node for node in ast.walk(ast.parse(read(name))) if isinstance(node, ast.FunctionDef)]
    tests = [node for node in functions if node.name.startswith("test_")]

    assert [node.name for node in tests if len(node.name.split("_")) < 3] == []
    assert [node.name for node in tests if node.returns is None] == []


# every file


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_is_utf8_in_form_c_with_line_feeds(name: str) -> None:
    content = (CHECKOUT / name).read_bytes()

    assert not content.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in content
    assert unicodedata.is_normalized("NFC", content.decode("utf-8"))


def test_no_file_has_a_vague_name() -> None:
    assert [name for name in list_files() if VAGUE_NAMES & {Path(part).stem for part in Path(name).parts}] == []


def test_nothing_is_left_to_do() -> None:
    marks = re.compile(r"\b(TODO|FIXME|XXX|FILL)\b")
    names = [name for name in TEXTS if not name.startswith("data/raw/") and name != "tests/test_conventions.py"]

    assert [name for name in names if marks.search(read(name))] == []


def test_no_path_of_a_machine_stands_in_a_file() -> None:
    path = re.compile(r"(?<![\w.])/(?:home|Users|work|root|tmp|private)/\w+|\b[A-Z]:\\\\")

    assert [(name, match[0]) for name in TEXTS for match in [path.search(read(name))] if match] == []


def test_no_file_is_both_ignored_and_kept() -> None:
    kept = subprocess.run(
        ["git", "ls-files", "--cached", "--ignored", "--exclude-standard"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert kept == ""
