from datetime import date
from decimal import Decimal

import pytest

from shuangkong.energy.meters import ImplausibleMeterCount, MeterLevel, check_meter_fitting, meter_fitting_pct
from shuangkong.rules import UnknownRule, at

RULES = at(date(2023, 6, 30))


@pytest.mark.parametrize(("fitted", "meets"), [(94, False), (95, True), (96, True)])
def test_rate_is_met_on_the_requirement(fitted: int, meets: bool) -> None:
    found = check_meter_fitting(energy="electricity", level=MeterLevel.MAIN_EQUIPMENT, fitted=fitted, required=100, rules=RULES)
    assert (found.fitting_pct, found.required_pct, found.meets, found.rule.stamp) == (Decimal(fitted), 95, meets, "未核实")


def test_nothing_required_is_neither_met_nor_missed() -> None:
    residual = check_meter_fitting(energy="recoverable_energy", level=MeterLevel.MAIN_EQUIPMENT, fitted=0, required=5, rules=RULES)
    assert (residual.required_pct, residual.meets) == (None, None)
    assert check_meter_fitting(energy="water", level=MeterLevel.WHOLE_UNIT, fitted=0, required=0, rules=RULES).meets is None


@pytest.mark.parametrize(("fitted", "required"), [(-1, 5), (6, 5), (0, -1)])
def test_refuses_counts_that_cannot_be(fitted: int, required: int) -> None:
    with pytest.raises(ImplausibleMeterCount):
        meter_fitting_pct(fitted=fitted, required=required)


def test_refuses_an_energy_the_standard_does_not_list() -> None:
    with pytest.raises(UnknownRule):
        check_meter_fitting(energy="sunlight", level=MeterLevel.WHOLE_UNIT, fitted=1, required=1, rules=RULES)
