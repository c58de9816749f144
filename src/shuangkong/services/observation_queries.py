"""Observations asked for by element, organisation and period (观测值查询), as far as the asker may see them."""

from datetime import date

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.services.filing_observations import current_rows
from shuangkong.services.membership import Membership
from shuangkong.services.people import Member
from shuangkong.store.models import ObservationRow

MOST = 20_000


class TooWide(Refusal):
    """The query names nothing, or finds too much (查询过宽)."""

    def __init__(self, rule: Words) -> None:
        super().__init__(thing=Words("观测值查询", "query of observations"), value="", rule=rule, remedy=Words("写明 element、org 或 period", "name element, org or period"))


def seen_observations(*, who: Member, element: str = "", org: str = "", period: str = "", as_of: date | None = None) -> tuple[ObservationRow, ...]:
    """Return the versions in force that a person may see, by element, organisation and period (观测值查询).

    Raises
    ------
    TooWide
        If nothing is named, or more is found than can be told.
    """
    wanted = {name: told for name, told in (("element", element), ("org", org), ("period", period)) if told}
    if not wanted:
        raise TooWide(Words("没有写明条件", "names nothing"))
    membership = Membership(as_of=as_of)
    seen: dict[tuple[str, str], bool] = {}
    found = []
    for row in current_rows(as_of=as_of, **wanted):
        key = row.org, row.period
        if key not in seen:
            seen[key] = membership.sees(who, row.org, Period.parse(row.period))
        if seen[key]:
            found.append(row)
        if len(found) > MOST:
            raise TooWide(Words(f"超过 {MOST} 条", f"finds more than {MOST}"))
    return tuple(sorted(found, key=lambda row: (row.element, row.org, row.period)))
