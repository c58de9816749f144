"""What an alarm says in one line and in facts (报警说法)."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from shuangkong.kernel.language import Words
from shuangkong.kernel.period import CHINA_STANDARD_TIME
from shuangkong.kernel.rounding import plain, round_gbt8170
from shuangkong.pollution.alarm_life import AlarmKind
from shuangkong.pollution.exceedance import MeanKind, MeanSpan
from shuangkong.services.alarm_records import Case
from shuangkong.services.monitoring_kinds import factor_words

WHY_ENDED: Mapping[str, Words] = {
    "within": Words("已恢复正常", "back within the limit"), "stopped": Words("已停产", "the plant stands still"), "no_readings": Words("此后长时间无数据", "nothing was heard for long"),
    "corrected": Words("数据已更正或标记，不再超标", "the readings were corrected or marked"), "merged": Words("并入相邻报警", "joined with the one before"),
    "heard": Words("已恢复上传", "reports again"), "retired": Words("设备已停用", "the device is retired"),
}  # fmt: skip
_MEANS = {
    MeanKind.MEASURED: Words("实测", "measured"), MeanKind.CONVERTED: Words("折算", "converted"), MeanKind.WEIGHTED: Words("流量加权", "flow-weighted"),
    MeanKind.ARITHMETIC: Words("中位", "median"),
}  # fmt: skip
_SPANS = {MeanSpan.HOUR: (Words("小时", "hour"), Words("小时", "hours")), MeanSpan.DAY: (Words("日", "day"), Words("天", "days")), MeanSpan.MONTH: (Words("月", "month"), Words("个月", "months"))}
_REASONS = {
    "BAD_CHECKSUM": Words("校验错误", "bad checksum"), "WRONG_PASSWORD": Words("密码错误", "wrong password"), "BAD_STRUCTURE": Words("格式错误", "bad structure"),
    "OTHER_MN": Words("连接中出现别的 MN", "another MN on its connection"), "UNKNOWN_MN": Words("未登记的 MN", "unknown MN"), "NO_TIME": Words("没有时间", "no time"),
}  # fmt: skip


def moment_text(told: str) -> str:
    """Return a moment of facts as it is shown, in China Standard Time (时刻)."""
    moment = datetime.fromisoformat(told)
    return f"{moment.astimezone(CHINA_STANDARD_TIME) if moment.tzinfo else moment:%Y-%m-%d %H:%M}"


def reason_words(reason: str) -> Words:
    """Return why packets were refused (拒收原因)."""
    return _REASONS.get(reason, Words(reason, reason.lower().replace("_", " ")))


def mean_words(facts: Mapping[str, Any]) -> Words:
    """Return which mean an exceedance is of (均值口径)."""
    span, kind = _SPANS[MeanSpan[facts["span"]]][0], _MEANS[MeanKind[facts["mean"]]]
    return Words(f"{span.zh}{kind.zh}均值", f"{kind.en} mean of the {span.en}")


def limit_text(facts: Mapping[str, Any]) -> str:
    """Return the limit of an exceedance (限值)."""
    return f"{facts['low']}～{facts['high']}" if facts.get("low") is not None and facts.get("high") is not None else str(facts.get("high") or facts.get("low"))


def times_over(facts: Mapping[str, Any]) -> str | None:
    """Return by how many times the limit is exceeded, rounded to be shown (超标倍数); None of a lower end and of pH."""
    if facts.get("high") is None or facts.get("low") is not None or not Decimal(facts["high"]):
        return None
    high = Decimal(facts["high"])
    shown = plain(round_gbt8170((Decimal(facts["peak"]) - high) / high, 2))
    return "<0.01" if shown == "0" else shown


def _shown(figure: str) -> str:
    return plain(round_gbt8170(Decimal(figure), 3))


def line_of(case: Case) -> Words:
    """Return what an alarm says (报警内容)."""
    facts, kind = case.facts, case.kind
    if kind is AlarmKind.EXCEEDANCE:
        name, mean, unit = factor_words(case.alarm.factor), mean_words(facts), "" if facts["unit"] == "1" else f" {facts['unit']}"
        long, times = _SPANS[MeanSpan[facts["span"]]][1], times_over(facts)
        over = Words(f"，超标 {times} 倍", f", {times} times over") if times else Words("", "")
        return Words(
            f"{name.zh}{mean.zh}最{'高' if times or not _is_low(facts) else '低'} {_shown(facts['peak'])}{unit}，限值 {limit_text(facts)}{over.zh}，连续 {facts['count']} {long.zh}",
            f"{name.en}: {mean.en} up to {_shown(facts['peak'])}{unit}, limit {limit_text(facts)}{over.en}, for {facts['count']} {long.en}",
        )
    if kind is AlarmKind.SILENCE:
        since = moment_text(facts["since"])
        return Words(f"登记后从未上传，自 {since}", f"never heard of since {since}") if facts.get("never") else Words(f"自 {since} 起无数据", f"silent since {since}")
    if kind is AlarmKind.OUTAGE:
        count, since = len(facts.get("devices", ())), moment_text(facts["since"])
        return Words(f"{count} 台设备同时失联，自 {since}", f"{count} devices silent at once since {since}")
    if kind is AlarmKind.CLOCK:
        drift = Decimal(facts["drift"])
        return Words(f"时钟{'快' if drift > 0 else '慢'} {abs(drift)} 秒，自动校时无效", f"clock {abs(drift)} s {'ahead' if drift > 0 else 'behind'}; setting it did not help")
    if kind is AlarmKind.ERRORS:
        why = reason_words(str(facts.get("reason", "")))
        return Words(f"{facts['day']} 报文 {facts['packets']} 个，拒收 {facts['refused']} 个（{why.zh}）", f"{facts['refused']} of {facts['packets']} packets of {facts['day']} refused ({why.en})")
    return Words(str(facts.get("zh", "—")), str(facts.get("en", facts.get("zh", "—"))))


def _is_low(facts: Mapping[str, Any]) -> bool:
    return facts.get("low") is not None and Decimal(facts["peak"]) < Decimal(facts["low"])


def facts_in_words(case: Case) -> Iterator[tuple[Words, str | Words]]:
    """Yield the facts of an alarm, name by name (报警事实)."""
    facts = case.facts
    if case.kind is AlarmKind.EXCEEDANCE:
        yield Words("因子", "Factor"), Words(f"{factor_words(case.alarm.factor).zh} {case.alarm.factor}", f"{factor_words(case.alarm.factor).en} {case.alarm.factor}")
        yield Words("判定均值", "Mean judged"), mean_words(facts)
        yield Words("限值", "Limit"), f"{limit_text(facts)} {'' if facts['unit'] == '1' else facts['unit']}".strip()
        yield Words("限值依据", "Basis of the limit"), " ".join(part for part in (facts["document"], facts["clause"]) if part)
        yield Words("最不利值", "Worst"), f"{_shown(facts['peak'])} · {moment_text(facts['peak_at'])}"
        if times := times_over(facts):
            yield Words("超标倍数", "Times over"), times
        yield Words("起止", "From, to"), f"{moment_text(facts['first'])}～{moment_text(facts['last'])}"
        yield Words("连续个数", "In a row"), str(facts["count"])
    elif case.kind is AlarmKind.CLOCK:
        yield Words("偏差", "Error"), f"{facts['drift']} s"
        yield Words("允许偏差", "Allowed"), f"{facts['most']} s"
    elif case.kind is AlarmKind.ERRORS:
        yield Words("当日报文", "Packets of the day"), str(facts["packets"])
        yield Words("拒收", "Refused"), str(facts["refused"])
        yield Words("最近原因", "Last reason"), reason_words(str(facts.get("reason", "")))
        yield Words("允许占比", "Share allowed"), f"{facts['most']} %"
    elif not case.kind.lasts:
        for name, told in facts.items():
            if name not in ("zh", "en", "place", "ended_at", "why_ended") and isinstance(told, str | int):
                yield Words(name, name), str(told)
