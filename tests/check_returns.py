"""Small returns for tests of the checks: figures by element, judged by one line of the packaged catalogue."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from shuangkong.checks.catalogue import Check
from shuangkong.checks.examine import applying, catalogue, examine_bound
from shuangkong.checks.model import Dossier, Figure, Finding, Holding, Layout, TargetFigure
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import CHINA_STANDARD_TIME, Period
from shuangkong.rules import at
from shuangkong.services.check_dossiers import coefficient_ranges, traits

RULES = at(date(2025, 12, 31))
TRAITS = traits(RULES)
LAYOUT = Layout(TRAITS.values())
RANGES = coefficient_ranges(RULES)
FILED = datetime(2024, 6, 5, 9, tzinfo=CHINA_STANDARD_TIME)
NOT_APPLICABLE = "不适用"
ELECTRICITY, COAL, OUTPUT = "electricity_consumed_10k_kwh", "coal_consumed_t", "output_t"


@lru_cache(maxsize=1)
def checks() -> dict[str, Check]:
    return {check.code: check for check in catalogue(RULES)}


def reported(figures: Mapping[str, Any], *, org: str = "甲厂", period: str = "2024-05", recorded_at: datetime = FILED) -> dict[str, Figure]:
    """Numbers as text or int; None is an empty cell, 不适用 says so."""
    when = Period.parse(period)
    return {
        code: Figure(
            code, org, when, None if said is None or said == NOT_APPLICABLE else Decimal(str(said)), TRAITS[code].unit, said == NOT_APPLICABLE, recorded_at
        )
        for code, said in figures.items()
    }


def returned(
    figures: Mapping[str, Any], *, history: Sequence[Mapping[str, Any]] = (), period: str = "2024-05", coefficients: Mapping[str, str] | None = None,
    meters: Mapping[str, Any] | None = None, targets: Mapping[str, str] | None = None, children: Sequence[Mapping[str, Any]] = (),
    children_expected: int | None = None, peers: Mapping[str, Mapping[str, Any]] | None = None, trades: Mapping[str, str] | None = None,
    versions: Mapping[tuple[str, str], Sequence[tuple[str, int]]] | None = None, layout: Layout = LAYOUT, **more: Any,
) -> Dossier:  # fmt: skip
    """Build a return. `versions`: (element, period) → superseded (figure, days before the last filing), oldest first."""
    when = Period.parse(period)
    earlier, before = [], when
    for told in reversed(history):
        before = before.previous()
        earlier.append(reported(told, period=str(before)))
    held = {
        (code, Period.parse(text)): [reported({code: figure}, period=text, recorded_at=FILED - timedelta(days=days))[code] for figure, days in told]
        for (code, text), told in (versions or {}).items()
    }
    return Dossier(
        org="甲厂", name=Words("甲厂", "works A"), period=when, layout=layout, figures=reported(figures, period=period), history=earlier[::-1],
        versions=held, meters=reported(meters or {}, period=period), ranges=RANGES,
        coefficients={code: Decimal(said) for code, said in (coefficients or {}).items()},
        targets={code: TargetFigure(Decimal(said), is_ceiling=True) for code, said in (targets or {}).items()},
        children={f"下级{number}": reported(told, period=period) for number, told in enumerate(children)}, children_expected=children_expected,
        peers=Holding({org: {code: Decimal(str(said)) for code, said in told.items()} for org, told in (peers or {}).items()}, trades or {}),
        **more,
    )  # fmt: skip


def found(code: str, dossier: Dossier) -> tuple[Finding, ...]:
    """What one check of the packaged catalogue says of a return."""
    return examine_bound(dossier, applying([checks()[code]], dossier.layout))


def months(code: str, figures: Sequence[Any], **others: Sequence[Any]) -> list[dict[str, Any]]:
    """One mapping a month from parallel series."""
    series = {code: figures, **others}
    return [{name: told[place] for name, told in series.items()} for place in range(len(figures))]
