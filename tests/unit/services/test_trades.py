"""Trades of units: told by a tag, named as of a day, summed over units."""

from datetime import date
from decimal import Decimal

from shuangkong.kernel.language import Words
from shuangkong.services.carrier_flows import CarrierUse, UnitEnergy
from shuangkong.services.trades import TradeSum, links_by_trade, sums_by_trade, trade_name, trades_on

DAY = date(2025, 12, 31)
COAL = Words("原煤", "raw coal")


def energy(org: str, tce: str) -> UnitEnergy:
    amounts = {"purchased": Decimal(tce), "consumed": Decimal(tce), "industrial": Decimal(tce), "coefficient": Decimal(1)}
    return UnitEnergy(org, 2025, (CarrierUse("raw_coal", COAL, "t", amounts, {}),), Decimal(tce))


def test_divisions_are_named_as_of_a_day() -> None:
    assert trade_name("30", DAY) == Words("30 非金属矿物制品业", "30 non-metallic mineral products")
    assert (trade_name("", DAY), trade_name("99", DAY)) == (None, Words("99", "99"))
    assert (len(trades_on(DAY)), trades_on(date(2017, 9, 30))) == (41, {})


def test_what_has_no_trade_stands_apart() -> None:
    cement = Words("30 非金属矿物制品业", "30 non-metallic mineral products")
    units = [energy("U1", "5"), energy("U2", "7"), energy("U3", "1")]
    assert [(one.name.zh, one.units, one.tce) for one in sums_by_trade(units, {"U1": cement, "U3": cement})] == [("未登记行业", 1, Decimal(7)), (cement.zh, 2, Decimal(6))]
    assert [(one.source.zh, one.target.zh, one.tce) for one in links_by_trade(units, {"U1": cement, "U3": cement})] == [
        ("原煤", "未登记行业", Decimal(7)), ("未登记行业", "工业生产燃料动力", Decimal(7)), ("原煤", cement.zh, Decimal(6)), (cement.zh, "工业生产燃料动力", Decimal(6)),
    ]  # fmt: skip
    assert links_by_trade(units, {}) == ()
    assert sums_by_trade([], {}) == ()
    assert sums_by_trade(units[:1], {"U1": cement}) == (TradeSum(cement, 1, Decimal(5)),)
