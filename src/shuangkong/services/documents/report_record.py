"""The report of an assessment as plain values and back (报告存录): what was frozen is set again, not computed again."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import lru_cache
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from shuangkong.kernel.language import Words
from shuangkong.services.documents.assessment_report import AssessmentReport


def record_of(report: AssessmentReport) -> dict[str, Any]:
    """Return the report as plain values with a canonical form (存录)."""
    found: dict[str, Any] = _plain(report)
    return found


def report_of_record(record: Mapping[str, Any]) -> AssessmentReport:
    """Return the report that `record_of` gave (还原)."""
    found: AssessmentReport = _read(AssessmentReport, record)
    return found


def _plain(one: Any) -> Any:
    if isinstance(one, Words):
        return {"zh": one.zh, "en": one.en}
    if isinstance(one, Enum):
        return one.name
    if is_dataclass(one):
        return {each.name: _plain(getattr(one, each.name)) for each in fields(one)}
    return [_plain(each) for each in one] if isinstance(one, tuple) else one


@lru_cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _read(kind: Any, told: Any) -> Any:
    """Return the value of a declared type; optional and repeated types first, then our own."""
    if isinstance(kind, UnionType):
        return None if told is None else _read(next(one for one in get_args(kind) if one is not NoneType), told)
    if get_origin(kind) is tuple:
        return tuple(_read(get_args(kind)[0], each) for each in told)
    if kind is Words:
        return Words(told["zh"], told["en"])
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind[told]
    if is_dataclass(kind) and isinstance(kind, type):
        return kind(**{name: _read(hint, told[name]) for name, hint in _hints(kind).items() if name in told})
    return tuple(told) if isinstance(told, Sequence) and not isinstance(told, str) else told
