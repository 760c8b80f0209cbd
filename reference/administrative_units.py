"""Writes the seeds of administrative units: all units of Vietnam with their dates, and which unit went into which.

The states before and after the reform of 1 July 2025 come from the data files of the package ``vietnamadminunits``,
which is read and never imported. What it lacks or has wrong stands in the CSV files beside this module; the README says
where each of them comes from.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import sqlite3
import unicodedata
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FOLDER = Path(__file__).parent
CHECKOUT = FOLDER.parent
PACKAGE = CHECKOUT / ".venv" / "reference" / "vietnamadminunits"
SEEDS = CHECKOUT / "dbt_project" / "seeds"

REFORM = "2025-07-01"
UNKNOWN_START = "1900-01-01"
PROVINCE_RESOLUTION = "Nghị quyết 202/2025/QH15"

_UNIT_TYPES = ("thành phố", "tỉnh", "thị xã", "quận", "huyện", "thị trấn", "phường", "đặc khu", "xã")
_PROVINCE_CODE_LENGTH = 2


class Unit(NamedTuple):
    """One version of a unit; dates are ISO days, ``valid_to`` is exclusive, an empty text is no value."""

    unit_code: str
    unit_name: str
    unit_type: str
    level: str
    parent_code: str
    valid_from: str
    valid_to: str
    resolution: str


class Change(NamedTuple):
    """One old unit that went, wholly (``full``) or in part (``partial``), into one new unit."""

    old_code: str
    new_code: str
    kind: str
    changed_on: str
    resolution: str


class State(NamedTuple):
    """What the package knows: the units before and after the reform, and which old code went into which new one."""

    before: list[Unit]
    after: list[Unit]
    successions: set[tuple[str, str]]


def read_package(package: Path) -> State:
    """Read the data files of the package.

    Args:
        package: The folder into which ``vietnamadminunits`` was installed.

    Returns:
        Units without dates and resolutions, their names normalised. The successions of districts without communes,
        which are five islands, begin at the district.

    Raises:
        FileNotFoundError: If the package is not there.
    """
    data = package / "vietnamadminunits" / "data"
    if not data.is_dir():
        message = f"no data of vietnamadminunits in {str(package)!r}\n`make units` and `make test` install it."
        raise FileNotFoundError(message)
    connection = sqlite3.connect(f"file:{data / 'dataset.db'}?mode=ro", uri=True)
    old_rows = connection.execute(
        "select provinceCode, province, provinceKey, districtCode, district, districtKey, wardCode, ward, wardKey"
        " from admin_units_legacy"
    ).fetchall()
    new_rows = connection.execute(
        "select provinceCode, province, provinceKey, wardCode, ward, wardKey from admin_units"
    ).fetchall()
    connection.close()

    before: set[Unit] = set()
    old_codes: dict[str, str] = {}
    for province_code, province, province_key, district_code, district, district_key, code, name, key in old_rows:
        before.add(_unit(province_code, province, "province", ""))
        before.add(_unit(district_code, district, "district", province_code))
        if code:
            before.add(_unit(code, name, "commune", district_code))
        old_codes["_".join((province_key, district_key, key or ""))] = code or district_code
    after: set[Unit] = set()
    new_codes: dict[tuple[str, str], str] = {}
    province_codes: dict[str, str] = {}
    for province_code, province, province_key, code, name, key in new_rows:
        after |= {_unit(province_code, province, "province", ""), _unit(code, name, "commune", province_code)}
        new_codes[province_key, key] = code
        province_codes[province_key] = province_code

    old_province_codes = {row[2]: row[0] for row in old_rows}
    converter = json.loads((data / "converter_2025.json").read_text(encoding="utf-8"))
    successions = {
        (old_province_codes[old], province_codes[new])
        for new, olds in converter["DICT_PROVINCE"].items()
        for old in olds
    }
    for province, wards in converter["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        successions |= {(old_codes[old], new_codes[province, new]) for new, olds in wards.items() for old in olds}
    for province, wards in converter["DICT_PROVINCE_WARD_DIVIDED"].items():
        successions |= {
            (old_codes[old], new_codes[province, new["newWardKey"]]) for old, news in wards.items() for new in news
        }
    return State(sorted(before), sorted(after), successions)


def _unit(code: str, printed: str, level: str, parent_code: str) -> Unit:
    name = normalise_name(printed)
    for unit_type in _UNIT_TYPES:
        if name.casefold().startswith(f"{unit_type} "):
            return Unit(code, name[len(unit_type) + 1 :], unit_type, level, parent_code, "", "", "")
    message = f"{printed!r} ({code}) does not begin with a type of unit\nThe types are {', '.join(_UNIT_TYPES)}."
    raise ValueError(message)


def normalise_name(printed: str) -> str:
    """Return a unit's name in form C with straight apostrophes, single spaces and capitals for words of one letter.

    Examples:
        >>> normalise_name("Xã  é Tòng")
        'Xã É Tòng'
        >>> normalise_name("Huyện M’Đrắk")
        "Huyện M'Đrắk"
    """
    text = re.sub(r"[\u2018\u2019\u02bc`]", "'", unicodedata.normalize("NFC", printed))
    return " ".join(word.upper() if len(word) == 1 else word for word in text.split())


def correct(
    state: State, unit_corrections: Iterable[dict[str, str]], change_corrections: Iterable[dict[str, str]]
) -> State:
    """Apply the known errors of the package.

    Args:
        state: What the package knows.
        unit_corrections: ``state`` (before, after), ``unit_code``, ``column``, ``published``, ``corrected``.
        change_corrections: ``old_code``, ``new_code``, ``action`` (remove, add).

    Raises:
        ValueError: If the package does not have the error, or no longer.
    """
    units = {"before": state.before, "after": state.after}
    successions = set(state.successions)
    for row in unit_corrections:
        found = [unit for unit in units[row["state"]] if unit.unit_code == row["unit_code"]]
        if [getattr(unit, row["column"]) for unit in found] != [row["published"]]:
            is_not = f"{row['column']} of {row['unit_code']!r} is not {row['published']!r}"
            message = f"{is_not}\nDrop a correction that the package has made."
            raise ValueError(message)
        corrected = found[0]._replace(**{row["column"]: row["corrected"]})
        units[row["state"]] = [corrected if unit is found[0] else unit for unit in units[row["state"]]]
        if row["column"] == "unit_code":
            successions = {(old, row["corrected"] if new == row["published"] else new) for old, new in successions}
    for row in change_corrections:
        succession = (row["old_code"], row["new_code"])
        if (succession in successions) != (row["action"] == "remove"):
            message = (
                f"there is nothing to {row['action']} at {succession!r}\nDrop a correction that the package has made."
            )
            raise ValueError(message)
        successions ^= {succession}
    return State(units["before"], units["after"], successions)


def date_units(
    state: State, resolutions: dict[str, str], others: list[Unit], changes: list[Change]
) -> tuple[list[Unit], list[Change]]:
    """Give the units of the package their dates and join them with those that it lacks.

    A unit that has no earlier version begins on an unknown day. Communes begin anew with the reform, for what stands
    above them changed; a province does only if another was merged into it.

    Args:
        state: The corrected package.
        resolutions: By code of the new province, the resolution that arranged its communes.
        others: Versions that ended before the reform or began after it.
        changes: The changes at those days.

    Returns:
        All versions and all changes, sorted.
    """
    ordered = {(change.new_code, change.changed_on): change.resolution for change in changes}
    starts: dict[str, list[str]] = defaultdict(list)
    for code, day in sorted(ordered):
        starts[code].append(day)
    merged = {new for old, new in state.successions if len(new) == _PROVINCE_CODE_LENGTH and old != new}
    going_on = {unit.unit_code for unit in state.after if unit.level == "province"} - merged

    units = [unit._replace(resolution=ordered.get((unit.unit_code, unit.valid_from), "")) for unit in others]
    for unit in state.before:
        start = max((day for day in starts[unit.unit_code] if day < REFORM), default=UNKNOWN_START)
        end = _find_end(starts[unit.unit_code]) if unit.unit_code in going_on else REFORM
        units.append(unit._replace(valid_from=start, valid_to=end, resolution=ordered.get((unit.unit_code, start), "")))
    for unit in state.after:
        if unit.unit_code not in going_on:
            resolution = PROVINCE_RESOLUTION if unit.level == "province" else resolutions[unit.parent_code]
            end = _find_end(starts[unit.unit_code])
            units.append(unit._replace(valid_from=REFORM, valid_to=end, resolution=resolution))

    reform_resolutions = {unit.unit_code: unit.resolution for unit in units if unit.valid_from == REFORM}
    successors: dict[str, list[str]] = defaultdict(list)
    for old, new in state.successions:
        if new not in going_on:
            successors[old].append(new)
    reform = [
        Change(old, new, "partial" if len(codes) > 1 else "full", REFORM, reform_resolutions[new])
        for old, codes in successors.items()
        for new in codes
    ]
    return (
        sorted(units, key=lambda unit: (unit.unit_code, unit.valid_from)),
        sorted([*changes, *reform], key=lambda change: (change.old_code, change.changed_on, change.new_code)),
    )


def _find_end(starts: list[str]) -> str:
    return min((day for day in starts if day > REFORM), default="")


def build_seeds(package: Path, folder: Path = FOLDER) -> tuple[list[Unit], list[Change]]:
    """Return the rows of both seeds.

    Args:
        package: The folder into which ``vietnamadminunits`` was installed.
        folder: The folder of the files that are kept by hand.
    """
    state = correct(
        read_package(package),
        _read_rows(folder / "unit_corrections.csv"),
        _read_rows(folder / "change_corrections.csv"),
    )
    resolutions = {row["province_code"]: row["resolution"] for row in _read_rows(folder / "resolutions.csv")}
    others = [Unit(**row, resolution="") for row in _read_rows(folder / "earlier_and_later_units.csv")]
    changes = [Change(**row) for row in _read_rows(folder / "earlier_and_later_changes.csv")]
    return date_units(state, resolutions, others, changes)


def write_seeds(package: Path, seeds: Path) -> None:
    """Write both seeds into a folder."""
    units, changes = build_seeds(package)
    _write_rows(seeds / "administrative_units.csv", Unit._fields, units)
    _write_rows(seeds / "administrative_unit_changes.csv", Change._fields, changes)


def _read_rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _write_rows(path: Path, header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def main() -> None:
    """Write the seeds from the command line."""
    parser = argparse.ArgumentParser(description="Write the seeds of administrative units anew.")
    parser.add_argument("--package", type=Path, default=PACKAGE, help="folder with vietnamadminunits (%(default)s)")
    parser.add_argument("--seeds", type=Path, default=SEEDS, help="folder to write to (%(default)s)")
    arguments = parser.parse_args()
    write_seeds(arguments.package, arguments.seeds)


if __name__ == "__main__":
    main()
