"""An invented return for tests: a grid with computed and impossible cells, a grid of one column, and a list."""

from datetime import date

from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Grain, Period
from shuangkong.kernel.provenance import Citation, Confidence
from shuangkong.kernel.units import unit
from shuangkong.returns.form import Column, Deadline, EntryKind, FilerKind, Form, Row, Table, TableKind

PERIOD = Period.parse("2024")
FILER = "91411700MA0000001X"
FILER_NAME = "示例水泥有限公司"


def sample_form(*, edition: str = "2024", list_rows: int = 200) -> Form:
    """Return the form (示例报表)."""
    return Form(
        code="demo-1", edition=edition, name=Words("示例能源年报", "sample energy return"), filer=FilerKind.UNIT, agency="fgw", grain=Grain.YEAR,
        deadline=Deadline(month=3, day=31), basis=Citation("示例报表制度", "第一条"), confidence=Confidence.DESIGN, verified=False,
        tables=(_energy(), _basics(), _equipment(list_rows)), valid_from=date(2021, 1, 1), purpose=Words("核对能耗", "to check energy use"),
    )  # fmt: skip


def _energy() -> Table:
    return Table(
        code="energy", name=Words("能源购进与消费", "energy bought and used"), kind=TableKind.GRID,
        columns=(
            Column(code="opening", name=Words("期初库存", "opening stock"), group="库存与购进", meaning=Words("报告期第一天的实际库存。", "Stock on the first day.")),
            Column(code="bought", name=Words("购进量", "bought"), group="库存与购进"),
            Column(code="used", name=Words("消费量", "used"), group="消费", is_required=True),
            Column(code="closing", name=Words("期末库存", "closing stock"), group="消费", formula="[opening] + [bought] - [used]"),
        ),
        rows=(
            Row(code="raw_coal", name=Words("原煤", "raw coal"), number="01", unit=unit("t"), meaning=Words("未经洗选的煤炭。", "Coal as mined.")),
            Row(code="washed_coal", name=Words("洗精煤", "washed coal"), number="02", unit=unit("t"), level=1),
            Row(code="electricity", name=Words("电力", "electricity"), number="33", unit=unit("万kWh"), without=frozenset({"opening", "closing"})),
        ),
        note=Words("库存按盘点数填报。", "Stocks as counted."),
    )  # fmt: skip


def _basics() -> Table:
    return Table(
        code="basics", name=Words("基本情况", "basics"), kind=TableKind.GRID,
        columns=(Column(code="value", name=Words("本期", "this period"), unit=None, decimals=4, allows_not_applicable=True),),
        rows=(
            Row(code="output_value", name=Words("工业总产值", "output value"), unit=unit("万元"), meaning=Words("按现价计算。", "At current prices."), is_required=True),
            Row(code="energy_cost", name=Words("能源费用", "cost of energy"), unit=unit("万元")),
            Row(code="both", name=Words("合计", "both"), unit=unit("万元"), formulas={"value": "sum(basics, value, output_value..energy_cost)"}),
            Row(code="used_share", name=Words("占比", "share"), unit=unit("%")),
        ),
    )  # fmt: skip


def _equipment(rows: int) -> Table:
    return Table(
        code="equipment", name=Words("主要用能设备", "equipment"), kind=TableKind.LIST, max_rows=rows,
        columns=(
            Column(code="name", name=Words("设备名称", "name"), kind=EntryKind.TEXT, is_required=True, allows_not_applicable=False),
            Column(code="level", name=Words("能效等级", "level"), kind=EntryKind.CHOICE, choices=("1级", "2级", "3级")),
            Column(code="started", name=Words("投运日期", "since"), kind=EntryKind.DATE),
            Column(code="power", name=Words("额定功率", "power"), unit=unit("kW"), decimals=1, meaning=Words("铭牌功率。", "As on the plate.")),
            Column(code="hours", name=Words("年运行小时", "hours"), unit=unit("h"), decimals=0),
            Column(code="energy", name=Words("年耗电量", "energy"), unit=unit("kWh"), decimals=1, formula="[power] * [hours]"),
        ),
    )  # fmt: skip
