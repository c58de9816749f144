"""How fast a plan's text is read, beside the floor of finding its digits at all.

    python benchmarks/plan_reading.py

Size and budget: 200 pages of 800 characters, invented, with headings, brackets and about ten numbers a page; simplified and
traditional. Budget 2 s each. The floor is one regular expression over the same text that finds runs of digits with a unit.
"""

import re
import sys
import time
from collections.abc import Callable

from opencc import OpenCC

from shuangkong.plan.reading import read_plan

BUDGET_S = 2
PAGES = 200
CHARACTERS_A_PAGE = 800

_SENTENCES = (
    "推进城乡基础设施绿色升级，完善统计监测体系，健全激励约束机制，引导社会资本参与节能改造和污染治理。",
    "到2025年，市中心城区和县城污水处理率分别达到{0}%和{1}%以上，再生水利用率力争达到{2}%，垃圾焚烧处理能力达到{0}00吨/日左右。",
    "“十四五”时期，规模以上工业单位增加值能耗下降{2}%，创建{1}家以上绿色工厂、{2}个绿色园区，煤炭消费总量控制在{0}万吨以内。",
    "落实“一企一策”，淘汰35蒸吨/小时及以下燃煤锅炉，推动重点用能单位能耗在线监测全覆盖。",
)


def invented_plan() -> str:
    """Return the text of the whole plan."""
    lines = ["江川市“十四五”节能减排综合工作方案"]
    numerals = "一二三四五六七八九十"
    length, count = 0, 0
    while length < PAGES * CHARACTERS_A_PAGE:
        part, clause = divmod(count, 10)
        if clause == 0:
            lines.append(f"{numerals[part % 10]}、重点工程{part + 1}")
        body = "".join(_SENTENCES[(count + place) % 4].format(60 + count % 39, 50 + count % 49, 10 + count % 30) for place in range(6))
        lines.append(f"（{numerals[clause]}）工程{count}。{body}（责任单位：市发展改革委、市工业和信息化局牵头，市生态环境局等配合）")
        length += len(lines[-1])
        count += 1
    return "\n".join(lines)


def timed(name: str, run: Callable[[], int]) -> float:
    """Run three times, print and return the best."""
    best = float("inf")
    found = 0
    for _ in range(3):
        start = time.perf_counter()
        found = run()
        best = min(best, time.perf_counter() - start)
    print(f"{name:34} {best:7.3f} s   {found} found")
    return best


def main() -> int:
    """Measure floor and reader; return 1 when over budget."""
    text = invented_plan()
    traditional = OpenCC("s2t").convert(text)
    print(f"{len(text)} characters, about {len(text) // CHARACTERS_A_PAGE} pages")
    floor = timed("floor: digits with a unit", lambda: len(re.findall(r"\d+(?:\.\d+)?(?:%|万?吨|家|个)", text)))
    simplified_s = timed("read_plan, simplified", lambda: len(read_plan(text).targets))
    traditional_s = timed("read_plan, traditional", lambda: len(read_plan(traditional).targets))
    print(f"ratio to the floor {simplified_s / floor:.0f}; budget {BUDGET_S} s")
    return int(max(simplified_s, traditional_s) > BUDGET_S)


if __name__ == "__main__":
    sys.exit(main())
