"""Figures read from every shape of file, all faults at once; loading appends, never overwrites, and a dry run writes nothing."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from shuangkong.cli import main
from shuangkong.indicators.declaration import Element, ElementKind, Scope
from shuangkong.indicators.observations import Observation, ObservationStore
from shuangkong.kernel.faults import InputRefused
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period, UnreadablePeriod
from shuangkong.kernel.provenance import DataGrade
from shuangkong.kernel.units import unit
from shuangkong.plan.organisations import Jurisdiction, JurisdictionKind, Jurisdictions
from shuangkong.services.observation_template import UnknownAgency, write_template
from shuangkong.services.observations import ChangeKind, LoadReport, load_file, read_observations

NOON = datetime(2024, 5, 6, 4, tzinfo=UTC)


def element(code: str, name: str, symbol: str, kind: ElementKind, scope: Scope = Scope.BOTH, aliases: tuple[str, ...] = ()) -> Element:
    return Element(code, Words(name, code), unit(symbol), kind, scope, agency="市统计局", definition=Words("定义", "meaning"), aliases=aliases)


ELEMENTS = {one.code: one for one in (
    element("energy_tce", "能源消费总量（等价值）", "tce", ElementKind.FLOW, aliases=("能源消费总量",)),
    element("growth_pct", "增长率", "%", ElementKind.RATE),
    element("coal_rate_gce_per_kwh", "供电煤耗", "gce/kWh", ElementKind.RATE, Scope.CITY),
    element("net_power_10k_kwh", "净调入电量", "万kWh", ElementKind.FLOW),
)}  # fmt: skip
PLACES = Jurisdictions([
    Jurisdiction(code="411700", name=Words("驻马店市", "Zhumadian"), full_name="驻马店市", kind=JurisdictionKind.CITY),
    *(Jurisdiction(code=code, name=Words(name, en), full_name=f"驻马店市{name}", kind=JurisdictionKind.COUNTY, parent="411700", aliases=(name[:-1],))
      for code, name, en in (("411721", "西平县", "Xiping"), ("411728", "遂平县", "Suiping"))),
])  # fmt: skip


def read(path: Path) -> dict[tuple[str, str, str], str | None]:
    store = read_observations(path, elements=ELEMENTS, jurisdictions=PLACES).store
    return {(one.element, one.org, str(one.period)): None if one.value is None else f"{one.value:f}" for one in store}


def written(tmp_path: Path, text: str, name: str = "f.csv", encoding: str = "utf-8") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def faults(path: Path) -> list[str]:
    with pytest.raises(InputRefused) as refused:
        read(path)
    return [fault.line() for fault in refused.value.faults]


def test_a_long_file_in_gbk_with_wide_digits_and_separators(tmp_path: Path) -> None:
    path = written(tmp_path, '指标,单位名称,时期,数值,计量单位\n能源消费总量,西平县,2023年,"１，２３４．５",万吨标准煤\n增长率,遂平,2023Q2,5.5%,\n', encoding="gbk")
    given = read_observations(path, elements=ELEMENTS, jurisdictions=PLACES)
    assert read(path) == {("energy_tce", "411721", "2023"): "12345000.0", ("growth_pct", "411728", "2023Q2"): "5.5"}
    notices = "；".join(notice.zh for notice in given.notices)
    assert "GBK" in notices
    assert "1 个数由 万吨标准煤 换算为 tce" in notices
    assert "全角" in notices


def test_a_wide_file_takes_units_from_its_heads(tmp_path: Path) -> None:
    path = written(tmp_path, "县区,年份,能源消费总量（万吨标准煤）,增长率,净调入电量\n西平县,2022,80,5,-3\n西平县,2023,81.5,,\n")
    assert read(path) == {
        ("energy_tce", "411721", "2022"): "800000", ("growth_pct", "411721", "2022"): "5", ("net_power_10k_kwh", "411721", "2022"): "-3",
        ("energy_tce", "411721", "2023"): "815000.0",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["f.json", "f.yaml"])
def test_structured_files_long_and_wide(tmp_path: Path, name: str) -> None:
    entries = [
        {"element": "energy_tce", "org": "411721", "period": 2023, "value": "812000", "unit": "tce"},
        {"org": "遂平县", "period": "2023", "energy_tce": 1400000, "增长率": 4.1},
    ]
    path = written(tmp_path, json.dumps({"observations": entries}, ensure_ascii=False), name)
    assert read(path) == {
        ("energy_tce", "411721", "2023"): "812000", ("energy_tce", "411728", "2023"): "1400000", ("growth_pct", "411728", "2023"): "4.1",
    }  # fmt: skip


def test_not_applicable_is_a_note_without_a_figure(tmp_path: Path) -> None:
    path = written(tmp_path, "element,org,period,value,note\nenergy_tce,411721,2023,,停产\nenergy_tce,411728,2023,,\ngrowth_pct,411728,2023,1,\n")
    assert read(path) == {("energy_tce", "411721", "2023"): None, ("growth_pct", "411728", "2023"): "1"}


def test_rows_without_a_moment_are_known_at_the_end_of_their_period(tmp_path: Path) -> None:
    path = written(tmp_path, "element,org,period,value\ngrowth_pct,411721,2023,1\n")
    (one,) = read_observations(path, elements=ELEMENTS, jurisdictions=PLACES).store
    assert one.recorded_at.isoformat() == "2023-12-31T23:59:59+08:00"


def test_all_faults_are_told_together_with_their_cells(tmp_path: Path) -> None:
    path = written(tmp_path, "指标,单位名称,时期,数值,计量单位,数据等级,记录时间\n"
        "能源消费总数,西平县,2023,1,tce,,\n能源消费总量,西坪县,2023,1,tce,,\n能源消费总量,西平县,2023年13月,1,tce,,\n"
        "能源消费总量,西平县,2023,一百,tce,,\n能源消费总量,西平县,2023,1,万kWh,,\n能源消费总量,西平县,2023,-1,tce,,\n"
        "增长率,西平县,2023,1,%,猜的,\n增长率,西平县,2023,1,%,,昨天\n供电煤耗,西平县,2023,304,gce/kWh,,\n增长率,西平县,2023,900000,%,,\n")  # fmt: skip
    told = faults(path)
    assert len(told) == 10
    assert [line.partition("：")[0] for line in told] == [f"第{number}行" for number in range(2, 12)]
    assert "是否为 能源消费总量" in told[0]
    assert "是否为 西平县" in told[1]
    for line, expected in zip(told[2:], ["时期", "不是数", "量纲", "不能为负", "数据等级", "记录时间", "只由市本级", "大得不合理"], strict=True):
        assert expected in line


def test_the_same_figure_twice_is_a_fault_naming_both_rows(tmp_path: Path) -> None:
    path = written(tmp_path, "指标,单位名称,时期,数值\n增长率,西平县,2023,1\n增长率,西平,2023年,2\n")
    assert faults(path) == ["第3行：观测值“2”——与第2行重复（同一指标、单位和时期）；只留一行；修订值请另行载入"]


def test_unknown_columns_of_a_wide_file_are_named_with_near_misses(tmp_path: Path) -> None:
    told = faults(written(tmp_path, "单位名称,时期,能源消费量,增长率\n西平县,2023,1,2\n"))
    assert len(told) == 1
    assert "能源消费量" in told[0]
    assert "是否为 能源消费总量" in told[0]


def test_a_unit_of_another_dimension_in_a_head_is_refused(tmp_path: Path) -> None:
    assert "量纲不同" in faults(written(tmp_path, "单位名称,时期,能源消费总量（万kWh）\n西平县,2023,1\n"))[0]


@pytest.mark.parametrize("text", ["", "指标,单位名称,时期,数值\n", "%PDF-1.4 junk", "a,b\n1,2\n", "[]", "- 3\n"])
def test_what_is_no_table_of_figures_is_refused(tmp_path: Path, text: str) -> None:
    assert faults(written(tmp_path, text, "f.yaml" if text in ("[]", "- 3\n") else "f.csv"))


def held(figure: str) -> ObservationStore:
    return ObservationStore([Observation(
        "energy_tce", "411721", Period.year(2023), Decimal(figure), unit("tce"), DataGrade.REPORTED, "年报", "西平县", "市统计局",
        datetime(2024, 3, 1, tzinfo=UTC),
    )])  # fmt: skip


def load(path: Path, known: ObservationStore, folder: Path, *, is_committed: bool) -> LoadReport:
    return load_file(path=path, elements=ELEMENTS, jurisdictions=PLACES, known=known, folder=folder, now=NOON, is_committed=is_committed)


def test_a_dry_run_says_what_would_change_and_writes_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, "指标,单位名称,时期,数值\n能源消费总量,西平县,2023,812000\n能源消费总量,遂平县,2023,5\n")
    report = load(path, held("800000"), tmp_path / "data", is_committed=False)
    assert [change.kind for change in report.changes] == [ChangeKind.REVISED, ChangeKind.NEW]
    assert report.changes[0].line(name="能源消费总量", org_name="西平县") == "修订  西平县  2023  能源消费总量  800000 tce → 812000 tce"
    assert not (tmp_path / "data").exists()


def test_committing_appends_and_keeps_every_earlier_byte(tmp_path: Path) -> None:
    store = tmp_path / "data" / "observations.csv"
    load(written(tmp_path, "指标,单位名称,时期,数值\n能源消费总量,西平县,2022,1\n"), held("800000"), store.parent, is_committed=True)
    first = store.read_bytes()
    load(written(tmp_path, "指标,单位名称,时期,数值\n能源消费总量,西平县,2023,812000\n"), held("800000"), store.parent, is_committed=True)
    assert store.read_bytes().startswith(first)
    assert store.read_text("utf-8").splitlines()[-1] == (
        "energy_tce,411721,2023,812000,tce,REPORTED,f.csv,文件未注明,,2024-05-06T04:00:00+00:00,"
    )
    assert [child.name for child in store.parent.iterdir()] == ["observations.csv"]


def test_the_same_figure_is_not_written_again(tmp_path: Path) -> None:
    path = written(tmp_path, "指标,单位名称,时期,数值,计量单位\n能源消费总量,西平县,2023,80,万tce\n")
    report = load(path, held("800000"), tmp_path / "data", is_committed=True)
    assert [change.kind for change in report.changes] == [ChangeKind.SAME]
    assert not (tmp_path / "data").exists()


def test_a_faulty_file_writes_nothing_at_all(tmp_path: Path) -> None:
    path = written(tmp_path, "指标,单位名称,时期,数值\n能源消费总量,西平县,2022,1\n能源消费总量,西平县,2021,x\n")
    with pytest.raises(InputRefused):
        load(path, held("800000"), tmp_path / "data", is_committed=True)
    assert not (tmp_path / "data").exists()


def test_a_revision_dated_before_the_version_held_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "指标,单位名称,时期,数值,记录时间\n能源消费总量,西平县,2023,1000000,2024-02-01\n")
    with pytest.raises(InputRefused, match="不晚于已有版本"):
        load(path, held("800000"), tmp_path / "data", is_committed=True)


@pytest.mark.parametrize(("figure", "is_suspicious"), [("8000001", True), ("8000000", False), ("80000", False), ("79999", True)])
def test_a_figure_ten_times_the_year_before_is_pointed_at(tmp_path: Path, figure: str, is_suspicious: bool) -> None:
    path = written(tmp_path, f"指标,单位名称,时期,数值\n能源消费总量,西平县,2024,{figure}\n")
    report = load(path, held("800000"), tmp_path / "data", is_committed=False)
    assert any("核对计量单位" in notice.zh for notice in report.notices) is is_suspicious


def test_the_template_filled_in_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    asked = write_template(path=path, elements=ELEMENTS, jurisdictions=PLACES, periods=["2023"])
    assert asked == 3 * 3 + 1  # three elements of city and two counties, one of the city alone
    workbook = openpyxl.load_workbook(path)
    sheet = workbook["填报"]
    assert [cell.value for cell in sheet[2]][:3] == ["能源消费总量（等价值）", "驻马店市", "2023"]
    sheet["D3"] = 812000
    workbook.save(path)
    assert read(path) == {("energy_tce", "411721", "2023"): "812000"}


def sheet_of(path: Path, edit: Callable[[openpyxl.Workbook], None]) -> Path:
    write_template(path=path, elements=ELEMENTS, jurisdictions=PLACES, periods=["2023"])
    workbook = openpyxl.load_workbook(path)
    workbook["填报"]["D3"] = 812000
    edit(workbook)
    workbook.save(path)
    return path


def put(cell: str, content: object) -> Callable[[openpyxl.Workbook], None]:
    return lambda workbook: workbook["填报"].__setitem__(cell, content)


def hide_a_sheet_in_front(workbook: openpyxl.Workbook) -> None:
    hidden = workbook.create_sheet("旧表", 0)
    hidden["A1"] = "作废"
    hidden.sheet_state = "hidden"


def test_a_hidden_sheet_is_not_read(tmp_path: Path) -> None:
    assert read(sheet_of(tmp_path / "t.xlsx", hide_a_sheet_in_front)) == {("energy_tce", "411721", "2023"): "812000"}


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (put("D4", "=1+2"), "第4行 D4：公式“=1+2”——没有保存计算结果"),
        (put("C3", date(2023, 1, 1)), "第3行：时期“2023-01-01”——是一天"),
        (put("D3", "约12"), "第3行：数值“约12”——不是数"),
        (lambda workbook: workbook["填报"].merge_cells("A1:B1"), "是合并单元格"),
        (lambda workbook: workbook["填报"].insert_rows(1), ""),
    ],
)
def test_what_excel_does_to_a_sheet_is_told_with_its_cell(tmp_path: Path, edit: Callable[[openpyxl.Workbook], None], told: str) -> None:
    path = sheet_of(tmp_path / "t.xlsx", edit)
    if not told:  # a blank row above the heads does no harm
        assert read(path) == {("energy_tce", "411721", "2023"): "812000"}
        return
    assert told in "\n".join(faults(path))


def test_a_title_above_the_heads_is_told(tmp_path: Path) -> None:
    path = written(tmp_path, "2023年统计数据填报表\n指标,单位名称,时期,数值\n能源消费总量,西平县,2023,1\n")
    assert faults(path) == ["第1行：表头“2023年统计数据填报表”——只有一格，不是列名；删去标题行，第一行写列名"]


@pytest.mark.parametrize("period", ["2024-06", "2025"])
def test_a_period_that_has_not_begun_is_refused_when_loading(tmp_path: Path, period: str) -> None:
    path = written(tmp_path, f"指标,单位名称,时期,数值\n能源消费总量,西平县,{period},1\n")
    with pytest.raises(InputRefused, match="尚未开始"):
        load(path, held("800000"), tmp_path / "data", is_committed=False)


def test_a_period_under_way_is_taken(tmp_path: Path) -> None:
    path = written(tmp_path, "指标,单位名称,时期,数值\n能源消费总量,西平县,2024-05,1\n")
    assert len(load(path, held("800000"), tmp_path / "data", is_committed=False).changes) == 1


def test_the_template_knows_its_periods_and_agencies(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    with pytest.raises(UnreadablePeriod):
        write_template(path=path, elements=ELEMENTS, jurisdictions=PLACES, periods=["20x3"])
    with pytest.raises(UnknownAgency, match="没有由它提供的指标"):
        write_template(path=path, elements=ELEMENTS, jurisdictions=PLACES, periods=["2023"], agency="没有局")
    assert not path.exists()


def test_the_commands_work_end_to_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, "指标,单位名称,时期,数值\n能源消费总量,西平县,2019,812000\n")
    for words, expected in (
        (["load", str(path), "--data", str(tmp_path / "d")], "试算"),
        (["load", str(path), "--data", str(tmp_path / "d"), "--commit"], "已写入"),
        (["load", str(path), "--data", str(tmp_path / "d")], "新增 0，修订 0，相同 1"),
    ):
        with pytest.raises(SystemExit) as ended:
            main(["observations", *words, "--lang", "zh"])
        assert ended.value.code == 0
        assert expected in capsys.readouterr().out
