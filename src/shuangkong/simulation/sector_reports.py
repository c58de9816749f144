"""Energy of a field by carrier and by use, as a place or an agency of the simulated city types it (模拟分领域能源统计)."""

from collections.abc import Mapping
from decimal import Decimal

from shuangkong.kernel.rounding import round_gbt8170
from shuangkong.returns.entries import Entry
from shuangkong.returns.form import CellKey, Form
from shuangkong.simulation.organisations import UnitsProfile
from shuangkong.simulation.unit_reports import NOT_APPLICABLE, Cells


def sector_report(profile: UnitsProfile, form: Form, org: str, *, year: int, total_tce: Decimal, factors: Mapping[str, Decimal]) -> Cells:
    """Return the carriers of a field: stated shares of a place's energy, a use without a share does not apply (模拟分领域填报值)."""
    shares: Mapping[str, Mapping[str, str]] = profile.stated["sector_energy"][form.code]
    draw = profile.random(f"sector {form.code} {org} {year}")
    (table,) = (one for one in form.tables if one.code == "energy")
    uses = [column.code for column in table.columns if column.is_required]
    cells: Cells = {}
    for carrier, parts in shares.items():
        for use in uses:
            key = CellKey("energy", carrier, use)
            share = parts.get(use)
            cells[key] = NOT_APPLICABLE if share is None else Entry(number=round_gbt8170(total_tce * Decimal(share) / 100 * draw.randint(95, 105) / 100 / factors[carrier], 2))
    return cells
