"""What the environment sets."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.settings import CHECKOUT, Settings, load_settings


def test_what_is_not_set_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"KETNAP_{name.upper()}", raising=False)

    assert load_settings() == Settings()
    assert load_settings().root == CHECKOUT


def test_every_setting_is_read_from_a_variable_with_the_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KETNAP_ROOT", "elsewhere")
    monkeypatch.setenv("KETNAP_MAX_FILE_BYTES", "1000")
    monkeypatch.setenv("MEMORY_LIMIT", "1GB")
    settings = load_settings()

    assert (settings.root, settings.max_file_bytes) == (Path("elsewhere"), 1000)
    assert settings.memory_limit == Settings().memory_limit


@pytest.mark.parametrize("value", ["", "much", "1.5"])
def test_a_setting_that_is_no_number_is_named(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("KETNAP_MAX_FILE_BYTES", value)

    with pytest.raises(ValueError, match="max_file_bytes"):
        load_settings()
