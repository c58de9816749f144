"""What the city gives a county (市下达目标): a cell that shows what the city states of the filer, never typed by it."""

from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.kernel.units import unit
from shuangkong.plan.model import Target
from shuangkong.returns.entries import Entry
from shuangkong.returns.form import Cell, CellKey, Form
from shuangkong.returns.formula import CellResult
from shuangkong.services.deployment import city
from shuangkong.services.filing_observations import current_rows
from shuangkong.store.models import Filing, ObservationRow

_NOT_YET = Words("市里尚未下达", "the city has given none yet")


def given_to(form: Form, filing: Filing) -> dict[CellKey, CellResult]:
    """Return the cells of a return that the city gives (市下达目标): what its own return states of the filer, else the plan's target.

    Where neither says anything the cell stays empty with the reason, and nothing is compared with it.
    """
    cells = [cell for cell in form.fixed_cells.values() if cell.given]
    if not cells:
        return {}
    org, period = filing.organisation.code, Period.parse(filing.period)
    rows = {row.element: row for row in current_rows(org=org, period=str(period), element__in=[cell.given for cell in cells])}
    return {cell.key: _given(cell, rows.get(cell.given), _target(cell, org, period)) for cell in cells}


def _given(cell: Cell, row: ObservationRow | None, target: Target | None) -> CellResult:
    own = cell.unit or unit("1")
    if row is not None:
        entry = Entry(is_not_applicable=True) if row.value is None else Entry(number=row.value * unit(row.unit).factor_to(own))
        return CellResult(entry, Words(f"{cell.name.zh}：{row.source}", f"{cell.name.en}: {row.source}"))
    if target is not None and target.value is not None:
        clause = Words(f"{cell.name.zh}：方案{target.clause} {target.id}", f"{cell.name.en}: the plan, {target.clause} {target.id}")
        return CellResult(Entry(number=target.value * unit(target.unit).factor_to(own)), clause)
    return CellResult(None, Words(f"{cell.name.zh}：{_NOT_YET.zh}", f"{cell.name.en}: {_NOT_YET.en}"), _NOT_YET)


def _target(cell: Cell, org: str, period: Period) -> Target | None:
    targets = (one for one in city().plan.targets if cell.target and one.indicator == cell.target and one.scope == org and one.target_year == period.last_year)
    return next(targets, None)
