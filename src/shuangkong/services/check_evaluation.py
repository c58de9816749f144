"""How the checks fare on planted fraud, as text for a terminal (核查评估文本)."""

from shuangkong.kernel.language import Language, Words
from shuangkong.services.checks import LEAST_RECALL, MOST_FALSE_PER_1000, Evaluation


def evaluation_text(result: Evaluation, language: Language) -> str:
    """Return recall of every pattern and the false findings, marked 模拟 (检出率和误报)."""
    lines = [Words(f"模拟评估，种子 {result.seed}，{result.units} 家单位", f"Simulated (模拟), seed {result.seed}, {result.units} units")]
    for one in result.patterns:
        recall = "—" if one.recall is None else f"{one.recall:.2f}"
        flag = " !" if one.recall is not None and one.recall < LEAST_RECALL else ""
        named = f"{one.name.in_language(language)}（{' '.join(one.expected)}）"
        lines.append(Words(
            f"  {one.code:<20} 植入 {one.planted:>3}  检出 {one.found:>3}  检出率 {recall}{flag}  {named}",
            f"  {one.code:<20} planted {one.planted:>3}  found {one.found:>3}  recall {recall}{flag}  {named}",
        ))  # fmt: skip
    wrong = "，".join(f"{code} {count}" for code, count in sorted(result.false_by_check.items(), key=lambda pair: -pair[1]))
    rate = f"{result.false_per_1000:.2f}"
    lines.append(Words(
        f"干净报表 {result.clean_returns} 份，误报 {result.false_findings} 处，每千份 {rate}（限 {MOST_FALSE_PER_1000:g}）{'：' + wrong if wrong else ''}",
        f"{result.clean_returns} clean returns, {result.false_findings} false findings, {rate} per 1,000 (at most {MOST_FALSE_PER_1000:g}): {wrong}",
    ))  # fmt: skip
    lines.append(Words("以上全部为模拟数据", "all of the above is simulated (模拟)"))
    return "\n".join(line.in_language(language) for line in lines)
