from datetime import date
from pathlib import Path

import pytest

from shuangkong.indicators.catalogue import UnknownIndicator
from shuangkong.kernel.faults import InputRefused
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import UnreadablePeriod
from shuangkong.plan.organisations import Jurisdiction, JurisdictionKind, Jurisdictions, UnknownJurisdiction
from shuangkong.services.indicators import explain_indicator, list_indicators, load_catalogue, load_indicators

ELEMENTS = """
elements:
- {code: energy_tce, name: 能源消费量, name_en: Energy, unit: tce, kind: flow, scope: both, aliases: [能耗]}
- {code: gdp, name: 生产总值, unit: 亿元, kind: flow, scope: both}
"""
INDICATORS = """
indicators:
- {code: intensity, name: 能耗强度, name_en: Intensity, unit: tce/万元, decimals: 4, missing: partial, scope: both, clause: 一(二),
   formula: own_or_children(energy_tce) / gdp}
- {code: carbon, name: 用电折标, unit: tce, decimals: 2, missing: strict, formula: 'energy_tce * rule("energy.coal_equivalent.electricity_calorific") / rule("energy.coal_equivalent.electricity_calorific")'}
"""
HEADER = "element,org,period,value,unit,grade,source,reported_by,approved_by,recorded_at,note\n"
ROWS = """energy_tce,411721,2023,"1,000",tce,填报,年报,西平县统计局,市统计局,2024-03-01T09:00:00+08:00,
能耗,上蔡,2023,0.2,万tce,simulated,推演,上蔡县统计局,,2024-03-02,
gdp,驻马店市,2023,２,亿元,实测,公报,市统计局,市统计局,2024-03-03T09:00:00+08:00,
energy_tce,411721,2023,1100,tce,填报,订正,西平县统计局,市统计局,2024-06-01T09:00:00+08:00,订正
"""


def jurisdictions() -> Jurisdictions:
    def one(code: str, name: str, kind: JurisdictionKind, parent: str | None = None) -> Jurisdiction:
        return Jurisdiction(code=code, name=Words(name, code), full_name=f"河南省{name}", kind=kind, parent=parent, aliases=(name[:-1],))

    return Jurisdictions([
        one("411700", "驻马店市", JurisdictionKind.CITY), one("411721", "西平县", JurisdictionKind.COUNTY, "411700"),
        one("411722", "上蔡县", JurisdictionKind.COUNTY, "411700"), one("411723", "平舆县", JurisdictionKind.COUNTY, "411700"),
    ])  # fmt: skip


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    (tmp_path / "indicators").mkdir()
    (tmp_path / "data").mkdir()
    (tmp_path / "indicators" / "elements.yaml").write_text(ELEMENTS, "utf-8")
    (tmp_path / "indicators" / "energy.yaml").write_text(INDICATORS, "utf-8")
    (tmp_path / "data" / "returns.csv").write_text(HEADER + ROWS, "utf-8")
    (tmp_path / "data" / "reduction_projects.csv").write_text("id,method\nP1,W1\n", "utf-8")
    return tmp_path


def explain(pack: Path, *, code: str = "intensity", org: str = "驻马店市", period: str = "2023", as_of: date | None = None) -> dict:
    loaded = load_indicators(folder=pack, jurisdictions=jurisdictions())
    return explain_indicator(indicators=loaded, code=code, org=org, period=period, as_of=as_of)


def test_a_figure_is_explained_down_to_who_reported_it(pack: Path) -> None:
    told = explain(pack)
    assert (told["value"], told["rounded"], told["unit"], told["coverage"]) == ("0.155", "0.1550", "tce/万元", "2/3")
    assert (told["org"], told["period"], told["as_of"], told["reason"]) == ("411700", "2023", "2024-06-01T09:00:00+08:00", None)
    assert told["formula_zh"] == "能耗强度 = 能源消费量〔本级或所辖合计〕 ÷ 生产总值"
    assert told["working"].splitlines()[0].endswith("= （1100 + 2000 + 缺） ÷ 2 × 0.0001 = 0.1550 tce/万元（覆盖 2/3）")
    assert (told["marks"], told["missing"]) == (["模拟"], ["平舆县2023年缺“能源消费量”"])
    first = told["inputs"][0]
    assert {key: first[key] for key in ("element", "value", "unit", "source", "reported_by", "approved_by", "recorded_at")} == {
        "element": "energy_tce", "value": "1100", "unit": "tce", "source": "订正", "reported_by": "西平县统计局", "approved_by": "市统计局",
        "recorded_at": "2024-06-01T09:00:00+08:00",
    }  # fmt: skip
    assert (first["version"], first["grade"]) == (2, "填报")


def test_a_past_day_gives_what_was_known_then(pack: Path) -> None:
    told = explain(pack, as_of=date(2024, 5, 31))
    assert (told["value"], told["as_of"]) == ("0.15", "2024-05-31")
    before = explain(pack, as_of=date(2024, 3, 2))
    assert (before["value"], before["reason"]["zh"]) == (None, "平舆县2023年缺“能源消费量”；驻马店市2023年缺“生产总值”")


def test_rules_are_cited(pack: Path) -> None:
    told = explain(pack, code="carbon", org="西平")
    assert told["value"] == "1100"
    assert [(rule["rule"], rule["value"], rule["unit"]) for rule in told["rules"]] == [
        ("energy.coal_equivalent.electricity_calorific", "0.1229", "kgce/kWh")
    ]


def test_what_is_not_known_is_refused_with_near_misses(pack: Path) -> None:
    with pytest.raises(UnknownIndicator, match="intensity"):
        explain(pack, code="intesity")
    with pytest.raises(UnknownJurisdiction, match="西平县"):
        explain(pack, org="西坪县")
    with pytest.raises(UnreadablePeriod):
        explain(pack, period="去年")


def test_indicators_are_listed_with_their_chinese_formula(pack: Path) -> None:
    listed = list_indicators(checked=load_catalogue(pack))
    assert [(one["code"], one["unit"], one["clause"]) for one in listed] == [("intensity", "tce/万元", "一(二)"), ("carbon", "tce", "")]
    assert listed[0]["formula_zh"].startswith("能耗强度 = ")


def test_every_fault_of_the_declarations_is_told_with_its_file(pack: Path) -> None:
    (pack / "indicators" / "energy.yaml").write_text("indicators:\n- {code: a, name: 甲, unit: 斤两, formula: x}\n", "utf-8")
    (pack / "indicators" / "other.yaml").write_text("- 1\n", "utf-8")
    (pack / "indicators" / "worse.yaml").write_text("indicators: [", "utf-8")
    with pytest.raises(InputRefused) as refused:
        load_catalogue(pack)
    places = {fault.where.en.split()[0] for fault in refused.value.faults}
    assert places == {"indicators/energy.yaml", "indicators/other.yaml", "indicators/worse.yaml"}
    assert len(refused.value.faults) == 5


def test_every_fault_of_the_data_is_told_by_row(pack: Path) -> None:
    (pack / "data" / "bad.csv").write_text(
        HEADER
        + "energy,411721,2023,1,tce,填报,年报,县,市,2024-03-01,\n"
        + "energy_tce,西坪,2023,1,tce,填报,年报,县,市,2024-03-01,\n"
        + "energy_tce,411721,2023Q5,1,tce,填报,年报,县,市,2024-03-01,\n"
        + "energy_tce,411721,2023,多,tce,填报,年报,县,市,2024-03-01,\n"
        + "energy_tce,411721,2023,,tce,填报,年报,县,市,2024-03-01,\n"
        + "energy_tce,411721,2023,1,t,填报,年报,县,市,2024-03-01,\n"
        + "energy_tce,411721,2023,1,tce,猜测,年报,县,市,2024-03-01,\n"
        + "energy_tce,411721,2023,1,tce,填报,,县,市,昨天,\n",
        "utf-8",
    )
    with pytest.raises(InputRefused) as refused:
        load_indicators(folder=pack, jurisdictions=jurisdictions())
    told = [f"{fault.where.en}: {fault.thing.en}" for fault in refused.value.faults]
    assert told == [
        "bad.csv row 2: element", "bad.csv row 3: jurisdiction", "bad.csv row 4: period", "bad.csv row 5: value",
        "bad.csv row 6: value", "bad.csv row 7: units", "bad.csv row 8: grade", "bad.csv row 9: source", "bad.csv row 9: recorded_at",
    ]  # fmt: skip


def test_an_empty_figure_with_a_word_why_does_not_apply(pack: Path) -> None:
    row = "energy_tce,411723,2023,,tce,填报,年报,平舆县统计局,市统计局,2024-03-01,无此项\n"
    (pack / "data" / "returns.csv").write_text(HEADER + ROWS + row, "utf-8")
    assert explain(pack)["coverage"] == "2/2"
