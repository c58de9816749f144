from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from shuangkong import rules
from shuangkong.kernel.faults import InputRefused
from shuangkong.rules import NoRuleOnDay, UnknownRule, load

SOURCE = "source: {document: 某办法, clause: 第一条}, confidence: published, verified: true"


def _book(folder: Path, **texts: str) -> rules.RuleBook:
    for name, text in texts.items():
        file = folder / "energy" / f"{name}.yaml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return load(folder)


def test_the_line_that_held_on_a_day(tmp_path: Path) -> None:
    book = _book(
        tmp_path,
        price=f"name: 加价\nunit: 元/kWh\nvalues:\n  2017-01-01: {{value: '0.1', {SOURCE}}}\n  2022-01-01: {{value: '0.3', {SOURCE}}}\n",
    )
    assert book.at(date(2021, 12, 31)).get("energy.price").number == Decimal("0.1")
    assert book.at(date(2022, 1, 1)).energy.price.number == Decimal("0.3")
    assert book.at(date(2021, 12, 31)).get("energy.price").valid_to == date(2022, 1, 1)
    with pytest.raises(NoRuleOnDay, match="最早一条自 2017-01-01 起"):
        book.at(date(2016, 12, 31)).get("energy.price")


def test_a_line_may_end_without_a_successor(tmp_path: Path) -> None:
    book = _book(tmp_path, old=f"name: 旧规\nvalues:\n  2017-01-01: {{value: '1', valid_to: 2020-01-01, {SOURCE}}}\n")
    with pytest.raises(NoRuleOnDay):
        book.at(date(2020, 1, 1)).get("energy.old")


def test_a_table_shares_what_it_states_once(tmp_path: Path) -> None:
    book = _book(
        tmp_path,
        level="unit: kgce/t\nfields: {best: decimal, worst: decimal}\nconfidence: memory\nverified: false\nsource: {document: 某目录}\n"
        "entries:\n  clinker:\n    name: 熟料\n    aliases: [水泥熟料]\n    values:\n      2022-01-01: {value: {best: '100', worst: '117'}}\n",
    )
    line = book.at(date(2023, 1, 1)).get("energy.level.clinker")
    assert line.value == {"best": Decimal(100), "worst": Decimal(117)}
    assert line.labels["aliases"] == ["水泥熟料"]
    assert line.stamp == "未核实"


def test_an_unknown_path_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnknownRule, match=r"energy\.nothing"):
        _book(tmp_path).at(date(2023, 1, 1)).get("energy.nothing")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name: 无\n", "缺少 values 或 entries"),
        ("name: 无\nvalues: {}\n", "不为空"),
        ("name: 无\nvalues:\n  2022-01-01: {value: 0.5, source: {document: 甲}, confidence: memory, verified: false}\n", "加引号的十进制数"),
        ("name: 无\nvalues:\n  2022-01-01: {value: '1', confidence: memory, verified: false}\n", "缺少此项"),
        ("name: 无\nvalues:\n  2022-01-01: {value: '1', source: {document: 甲}, confidence: rumour, verified: false}\n", "可信程度未知"),
        ("name: 无\nvalues:\n  2022-01-01: {value: '1', source: {}, confidence: memory, verified: false}\n", "未注明依据文件"),
        (f"name: 无\nvalues:\n  2022-01-01: {{value: '1', worth: '2', {SOURCE}}}\n", "不是规则的字段"),
    ],
)
def test_a_faulty_file_is_told_in_full(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(InputRefused, match=told):
        _book(tmp_path, wrong=text)


def test_all_faults_of_all_files_come_together(tmp_path: Path) -> None:
    with pytest.raises(InputRefused) as refused:
        _book(tmp_path, one="name: 一\n", two="name: 二\n")
    assert len(refused.value.faults) == 2


def test_every_packaged_rule_cites_a_document() -> None:
    for rule in rules.book().rules.values():
        assert rule.lines, rule.path
        assert all(line.citation.document for line in rule.lines), rule.path


def test_what_is_from_memory_is_never_verified() -> None:
    bold = [
        line.path
        for rule in rules.book().rules.values()
        for line in rule.lines
        if line.verified and line.confidence.name in ("MEMORY", "SECONDARY", "DESIGN")
    ]
    assert bold == []
