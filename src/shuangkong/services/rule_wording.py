"""What a rule says, in words: fields by their names, units as the field writes them (规则取值的说法)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from shuangkong.checks.catalogue import THRESHOLDS
from shuangkong.checks.model import Severity
from shuangkong.kernel.language import Words
from shuangkong.kernel.rounding import plain
from shuangkong.rules import RuleValue
from shuangkong.services.check_wording import KINDS, limits_in_words
from shuangkong.services.documents.wording import unit_text

FIELDS = {
    "above": Words("高于", "above"), "ammoniacal_share_pct": Words("铵态氮占比（%）", "ammoniacal share (%)"), "baseline": Words("基准水平", "baseline"),
    "below_limit_least_pct": Words("低于排放标准（%）", "below the limit by (%)"), "benchmark": Words("标杆水平", "benchmark"), "both": Words("年度和累计都达到", "year and cumulative met"),
    "breakpoints": Words("分档点", "breakpoints"), "carbon_t_per_gj": Words("单位热值含碳量（吨碳/GJ）", "carbon (t per GJ)"), "categories": Words("类别", "categories"),
    "coefficient": Words("系数", "coefficient"), "cumulative_only": Words("仅累计达到", "cumulative alone met"), "effect": Words("处理", "effect"), "equal": Words("等量", "equal"),
    "excretion_kg_n_per_head": Words("排泄氮（千克/头）", "excreted nitrogen (kg per head)"), "exempt_below_coal_t": Words("免审：煤炭低于（吨）", "exempt below, coal (t)"),
    "exempt_below_kwh": Words("免审：用电低于（千瓦时）", "exempt below, electricity (kWh)"), "exempt_below_tce": Words("免审：能耗低于（吨标准煤）", "exempt below (tce)"),
    "exempt_when_intensity_met": Words("强度达标即免总量考核", "total waived where intensity is met"), "exponent": Words("指数", "exponent"), "full_rate_pct": Words("全额的捕集率（%）", "full rate (%)"),
    "high": Words("上限", "high"), "housing_loss_pct": Words("舍内损失（%）", "housing loss (%)"), "intensity": Words("强度", "intensity"), "key": Words("代码", "code"),
    "key_region": Words("重点区域", "key region"), "least_pct": Words("最低（%）", "least (%)"), "levels": Words("分档", "levels"), "limit_mg_m3": Words("限值（毫克/立方米）", "limit (mg/m³)"),
    "limit_pct": Words("限值（%）", "limit (%)"), "low": Words("下限", "low"), "lowest_rate_pct": Words("最低捕集率（%）", "lowest rate (%)"), "main_equipment": Words("主要用能设备", "main equipment"),
    "main_sub_unit": Words("主要次级用能单位", "main sub-units"), "most_pct": Words("最高（%）", "most (%)"), "name": Words("名称", "name"), "national_from_tce": Words("国家审查起点（吨标准煤）", "national review from (tce)"),
    "neither": Words("都未达到", "neither met"), "net_calorific_value_gj": Words("低位发热量（GJ）", "net calorific value (GJ)"), "one": Words("一方", "one"), "other": Words("另一方", "other"),
    "other_region": Words("其他区域", "other regions"), "out_of_control_pct": Words("失控界（%）", "out of control at (%)"), "oxidation": Words("氧化率", "oxidation"), "payable_pct": Words("应缴（%）", "payable (%)"),
    "provincial_from_tce": Words("省级审查起点（吨标准煤）", "provincial review from (tce)"), "reason": Words("理由", "reason"), "reduction_high": Words("减量上限", "reduction, high"),
    "reduction_low": Words("减量下限", "reduction, low"), "reference_oxygen_pct": Words("基准氧含量（%）", "reference oxygen (%)"), "renewable_above_pct": Words("可再生能源占比高于（%）", "renewable share above (%)"),
    "renewable_cut_pct_per_point": Words("每高 1 个百分点减（%）", "cut per point above (%)"), "restricted_or_cross_province": Words("限制类或跨省", "restricted or cross-province"),
    "settlement": Words("裁定", "settlement"), "short_gap_h": Words("短缺失（小时）", "short gap (h)"), "spreading_loss_pct": Words("施用损失（%）", "spreading loss (%)"), "stage": Words("环节", "stage"),
    "step": Words("每档", "step"), "storage_loss_pct": Words("贮存损失（%）", "storage loss (%)"), "surcharge": Words("加价", "surcharge"), "surcharge_per_step": Words("每档加价", "surcharge per step"),
    "table": Words("取用的表", "table"), "threshold": Words("门槛", "threshold"), "total": Words("总量", "total"), "unpaid_after_days": Words("逾期（日）", "overdue after (days)"),
    "unpaid_factor": Words("逾期倍数", "factor when overdue"), "whole_unit": Words("用能单位", "whole unit"), "window_long_gap_h": Words("长缺失取值窗口（小时）", "window, long gap (h)"),
    "window_low_rate_h": Words("低捕集率取值窗口（小时）", "window, low rate (h)"), "window_short_gap_h": Words("短缺失取值窗口（小时）", "window, short gap (h)"), "year_only": Words("仅年度达到", "year alone met"),
    "items": Words("计分项", "item"), "max": Words("满分", "most points"), "max_cumulative": Words("累计满分", "most points, cumulative"), "points": Words("分值", "points"),
    "points_each": Words("每次扣分", "points each"), "at_least": Words("不低于", "at least"), "at_least_pct": Words("不低于（%）", "at least (%)"), "otherwise_points": Words("否则得分", "otherwise points"),
    "otherwise_at_least_pct": Words("否则不低于（%）", "otherwise at least (%)"), "grades": Words("等次", "grade"), "steps": Words("分档", "step"), "outcomes": Words("结果", "outcome"),
    "parameters": Words("参数", "parameter"), "criteria": Words("评分标准", "criterion"), "share_pct": Words("占比（%）", "share (%)"), "bonus_points": Words("加分", "bonus points"),
    "bonus_step_pct": Words("每加一分需超额（%）", "bonus step (%)"), "bonus_step_points": Words("每档加分", "bonus step, points"), "bonus_max": Words("加分上限", "most bonus"),
    "adjustment_cap_points": Words("调分上限", "cap of adjustments"), "zero_at_excess_pct": Words("超出多少得零分（%）", "nought at an excess of (%)"), "caps": Words("封顶", "cap"),
    "years_back": Words("滞后年数", "years back"), "unit": Words("单位", "unit"), "tags": Words("特征", "tags"), "group": Words("组", "group"),
}  # fmt: skip
# Values that are words of the field; a list of words that people type stays as it is.
TERMS = {
    "风电": "wind power", "太阳能发电": "solar power", "水电": "hydropower", "生物质发电": "biomass power", "地热能发电": "geothermal power",
    "优秀": "excellent", "良好": "good", "合格": "pass", "不合格": "fail", "剔除": "struck out", "淘汰类": "eliminated", "限制类": "restricted",
    "未完成化解过剩产能任务": "overcapacity task not met", "垃圾焚烧": "waste incineration", "火电": "thermal power", "水泥": "cement", "造纸": "papermaking",
}
_SAME = {"zh": Words("", ""), "en": None}


def value_in_words(line: RuleValue) -> Words:
    """Return what a dated line says (规则取值).

    A check says its kind and gravity, its limits as the catalogue of checks words them; a score table how many items it has.
    """
    value = line.value
    if isinstance(value, Mapping) and line.path.startswith(f"{THRESHOLDS}."):
        return limits_in_words(value)
    if isinstance(value, Mapping) and value.get("kind") in KINDS and "severity" in value:
        kind, severity = KINDS[str(value["kind"])], str(value["severity"])
        return Words(f"{kind.zh}；{Severity[severity].value}", f"{kind.en}; {severity.lower().replace('_', ' ')}")
    if isinstance(value, Mapping) and "items" in value and "total" in value:
        return Words(f"{len(value['items'])} 项，满分 {_plain(value['total'])} 分", f"{len(value['items'])} items, {_plain(value['total'])} points in all")
    told = _told(value)
    return Words(f"{told.zh} {unit_text(line.unit)}".strip(), f"{told.en} {unit_text(line.unit, 'en')}".strip())


def part_in_words(part: str) -> Words:
    """Return the place of a number in a rule's value (其中的数): its fields by name.

    Examples
    --------
    >>> part_in_words("breakpoints.0"), part_in_words("odd")
    (Words(zh='分档点 1', en='breakpoints 1'), Words(zh='odd', en='odd'))
    """
    told = [Words(str(int(one) + 1), str(int(one) + 1)) if one.isdecimal() else FIELDS.get(one, Words(one, one)) for one in part.split(".")]
    return Words(" ".join(one.zh for one in told), " ".join(one.en for one in told))


def _told(value: Any) -> Words:
    if isinstance(value, Mapping):
        parts = [
            (FIELDS.get(name, _SAME.get(name, _told(name))), _unit(str(one)) if name == "unit" else _paired(one, value.get(f"{name}_en")))
            for name, one in value.items() if one is not None and not name.endswith("_en")
        ]  # fmt: skip
        return Words("；".join(f"{name.zh} {one.zh}".strip() for name, one in parts if name), "; ".join(f"{name.en} {one.en}".strip() for name, one in parts if name))
    if isinstance(value, tuple | list):
        told = [_told(one) for one in value]
        return Words("、".join(one.zh for one in told), ", ".join(one.en for one in told))
    if isinstance(value, bool):
        return Words("是", "yes") if value else Words("否", "no")
    return Words(_plain(value), TERMS.get(value, value) if isinstance(value, str) else _plain(value))


def _paired(value: Any, en: Any) -> Words:
    """A text with its English beside it, where the rule gives one."""
    told = _told(value)
    return told if en is None else Words(told.zh, str(en))


def _unit(symbol: str) -> Words:
    return Words(unit_text(symbol), unit_text(symbol, "en"))


def _plain(value: Any) -> str:
    return plain(value) if isinstance(value, Decimal) else str(value)
