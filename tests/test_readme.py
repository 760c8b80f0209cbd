"""The README's answers are what the command prints."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.publication import publish
from pipelines.settings import CHECKOUT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Built

_READMES = ("README.md", "README.vi.md")


def _read_examples(name: str) -> list[tuple[list[str], str]]:
    """Return command and output of every example of a README; a quoted argument may have several lines."""
    examples = []
    for block in re.findall(
        r"```console\n\$ (ketnap .*?)```", (CHECKOUT / name).read_text(encoding="utf-8"), re.DOTALL
    ):
        opening = block.split("\n", 1)[0].find('"')
        end = block.index("\n") if opening < 0 else block.index('"\n', opening + 1) + 1
        examples.append((shlex.split(block[:end])[1:], block[end + 1 :]))
    return examples


@pytest.fixture(scope="module")
def published_root(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("published")
    publish(built.paths.build_database, root / "data" / "warehouse" / "ketnap.duckdb")
    return root


@pytest.mark.parametrize("name", _READMES)
def test_every_answer_is_what_the_command_prints(
    name: str, published_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KETNAP_ROOT", str(published_root))
    examples = _read_examples(name)
    assert len(examples) >= 5, "the README asks five questions"
    for arguments, expected in examples:
        result = CliRunner().invoke(app, arguments)
        assert result.exit_code == 0, result.output
        assert _trim(result.output) == _trim(expected), shlex.join(arguments)


def _trim(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())
