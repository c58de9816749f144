"""The editions of the standard as tables: commands, systems, marks, fields, factors. Nothing else differs between them.

The tables are files beside this one, read when first asked for. What was not read in the standard's own text is `verified: false` there and here.
"""

import csv
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

import yaml


class Command(NamedTuple):
    """A command by its code, CN (命令). `kinds` holds R request, U upload, N notice, I interaction; `fields` are the usual items of its area."""

    code: str
    kinds: str
    zh: str
    en: str
    fields: tuple[str, ...]
    editions: tuple[str, ...]
    verified: bool

    @property
    def is_notice(self) -> bool:
        """Whether it is answered as a notice, 9013, rather than as data, 9014 (通知)."""
        return "N" in self.kinds


class Meaning(NamedTuple):
    """What a short code stands for (编码含义)."""

    zh: str
    en: str
    verified: bool


class Field(NamedTuple):
    """What follows the dash of a key, or a key by itself (字段). `kind` is figure, mark, state, time or text."""

    kind: str
    zh: str
    en: str
    verified: bool


class Factor(NamedTuple):
    """What is measured (监测因子). `old_code` is its code in the 2005 edition; the units are the standard's, and sites send others."""

    edition: str
    code: str
    old_code: str
    zh: str
    en: str
    medium: str
    concentration_unit: str
    total_unit: str
    data_type: str
    source: str
    verified: bool
    note: str


class Edition(NamedTuple):
    """One edition of the standard (标准版本)."""

    name: str
    document: str
    version_bits: int
    longest: dict[str, int]
    commands: dict[str, Command]
    systems: dict[str, Meaning]
    marks: dict[str, Meaning]
    verified: bool


@cache
def editions() -> tuple[Edition, ...]:
    """Return the editions, oldest first (各版标准).

    Examples
    --------
    >>> [(edition.name, edition.version_bits) for edition in editions()]
    [('2005', 0), ('2017', 1), ('2025', 2)]
    """
    return tuple(
        Edition(
            name, told["document"], told["version_bits"], told["longest"],
            {one.code: one for one in _commands() if name in one.editions},
            _meanings("systems", name), _meanings("marks", name), told["verified"],
        )
        for name, told in _table("editions").items()
    )  # fmt: skip


def edition_of(version_bits: int) -> Edition | None:
    """Return the edition that the upper bits of a Flag name (按标志位取版本)."""
    return next((edition for edition in editions() if edition.version_bits == version_bits), None)


def command(code: str, edition: Edition | None = None) -> Command | None:
    """Return a command as the edition knows it, else as the newest that does (命令编码).

    Devices send codes of one edition under the Flag of another.

    Source
    ------
    HJ 212-2017 表9.

    Examples
    --------
    >>> command("3014", edition_of(0)).zh, command("3014").zh, command("2061").en
    ('设置采样时间', '比对采样', 'hourly data')
    """
    if edition and code in edition.commands:
        return edition.commands[code]
    return next((other.commands[code] for other in reversed(editions()) if code in other.commands), None)


@cache
def codes(table: str) -> dict[str, Meaning]:
    """Return a closed list whatever the edition: systems, marks, request_results, execution_results, facility_states (编码表).

    Examples
    --------
    >>> codes("execution_results")["5"].zh
    '系统繁忙不能执行'
    """
    return _meanings(table, None)


@cache
def suffixes() -> dict[str, Field]:
    """Return what may follow the dash of a factor's key (因子字段)."""
    return _fields("suffixes")


@cache
def keys() -> dict[str, Field]:
    """Return the keys that belong to no factor (公共字段)."""
    return _fields("keys")


def is_figure(suffix: str) -> bool:
    """Say whether a factor's field holds a figure; what is not known keeps its text (数值字段)."""
    field = suffixes().get(suffix)
    return field is not None and field.kind == "figure"


@cache
def factors() -> tuple[Factor, ...]:
    """Return every known factor; one code may stand twice, as editions or the standard itself give it twice (因子表)."""
    return tuple(
        Factor(
            row["edition"], row["code"], row["old_code"], row["name_zh"], row["name_en"], row["medium"], row["concentration_unit"], row["total_unit"],
            row["data_type"], row["source"], row["verified"] == "yes", row["note"],
        )
        for row in csv.DictReader(_text("factors.csv").splitlines())
    )  # fmt: skip


@cache
def factor_by_code() -> dict[str, Factor]:
    """Return factors by their code of 2017 or 2005; of several the one read in the standard, the first (按编码查因子).

    Examples
    --------
    >>> factor_by_code()["w01018"].zh, factor_by_code()["011"].code
    ('化学需氧量', 'w01018')
    """
    by_code: dict[str, Factor] = {}
    for factor in sorted(factors(), key=lambda one: not one.verified):
        for code in (factor.code, factor.old_code):
            if code:
                by_code.setdefault(code, factor)
    return by_code


@cache
def _commands() -> tuple[Command, ...]:
    return tuple(Command(**{**row, "fields": tuple(row["fields"]), "editions": tuple(row["editions"])}) for row in _table("commands"))


def _meanings(table: str, edition: str | None) -> dict[str, Meaning]:
    return {
        code: Meaning(told["zh"], told["en"], told.get("verified", True))
        for code, told in _table("codes")[table].items()
        if edition is None or edition in told.get("editions", (edition,))
    }


def _fields(table: str) -> dict[str, Field]:
    return {name: Field(told["kind"], told["zh"], told["en"], told.get("verified", True)) for name, told in _table("fields")[table].items()}


@cache
def _table(name: str) -> Any:
    return yaml.load(_text(f"{name}.yaml"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def _text(file: str) -> str:
    return resources.files(__name__).joinpath(file).read_text("utf-8")
