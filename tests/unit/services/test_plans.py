"""Plan files as they come: encodings, Word, what is no plan; JSON out and in again."""

from pathlib import Path

import docx
import pytest

from shuangkong.plan.reading import read_plan
from shuangkong.services.cities import packaged_city
from shuangkong.services.plans import (
    UnreadablePlan,
    compare_plan_files,
    difference_as_json,
    plan_as_json,
    plan_from_json,
    read_plan_file,
)

TEXT = "江川市“十四五”节能减排综合工作方案\n一、目标\n（一）主要目标。到2025年，森林覆盖率达到30%以上。（责任单位：市林业局）\n"
TRADITIONAL = "江川市「十四五」節能減排綜合工作方案\n一、目標\n（一）主要目標。到2025年,單位生產總值能源消耗比2020年下降14%,森林覆蓋率達到30%以上。\n"


def _written(folder: Path, content: bytes, name: str = "方案.txt") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    read = read_plan_file(_written(tmp_path, TEXT.encode(encoding)))
    assert read.plan == read_plan(TEXT)
    assert bool(read.notices) == (not encoding.startswith("utf-8"))


def test_traditional_text_in_big5(tmp_path: Path) -> None:
    read = read_plan_file(_written(tmp_path, TRADITIONAL.encode("big5")))
    assert [(target.indicator, target.value) for target in read.plan.targets] == [("单位生产总值能源消耗下降率", "14"), ("森林覆盖率", "30")]


def test_word_with_table(tmp_path: Path) -> None:
    document = docx.Document()
    for line in TEXT.strip().split("\n"):
        document.add_paragraph(line)
    document.add_paragraph("附件1")
    document.add_paragraph("主要节能指标")
    table = document.add_table(rows=0, cols=4)
    for row in (("指标", "单位", "2020年", "2025年"), ("供电煤耗", "克标准煤/千瓦时", "304", "301")):
        for cell, words in zip(table.add_row().cells, row, strict=True):
            cell.text = words
    document.save(str(tmp_path / "方案.docx"))
    plan = read_plan_file(tmp_path / "方案.docx").plan
    assert [(target.clause, target.operator, target.value) for target in plan.targets] == [("一(一)", ">=", "30"), ("附件1", "<=", "301")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "空"),
        (b"\n \n", "空"),
        (b"%PDF-1.7\n\xe2\xe3", "PDF"),
        (bytes(range(256)) * 50, "不是可读"),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "旧版 Word"),
        (b"PK\x03\x04" + b"\x01" * 600, "不是 Word"),
        ("今天天气很好，我们去公园玩。".encode(), "没有找到"),
        (b"just some English words, 12% of them numbers", "不是可读"),
        ("节".encode() * 1_500_000, "过大"),
        (b'{"targets": 3}', "不是 plan parse"),
        ('{"标题": "甲市方案"}'.encode(), "不是 plan parse"),
    ],
)
def test_what_is_no_plan_is_refused_in_one_line(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(UnreadablePlan) as refused:
        read_plan_file(_written(tmp_path, content))
    (fault,) = refused.value.faults
    assert said in fault.line("zh")
    assert "方案.txt" in fault.line("en")


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(UnreadablePlan, match="不存在"):
        read_plan_file(tmp_path / "没有.txt")


def test_json_comes_back_as_the_same_plan(tmp_path: Path) -> None:
    import json

    plan = read_plan(TEXT)
    assert plan_from_json(json.dumps(plan_as_json(plan), ensure_ascii=False), tmp_path) == plan


def test_comparing_a_text_with_the_json_of_another(tmp_path: Path) -> None:
    import json

    old = _written(tmp_path, json.dumps(plan_as_json(read_plan(TEXT)), ensure_ascii=False).encode(), "旧.json")
    new = _written(tmp_path, TEXT.replace("30%", "31%").replace("市林业局", "市林草局").encode(), "新.txt")
    difference, _ = compare_plan_files(old, new)
    shown = difference_as_json(difference)
    assert shown["summary"] == {
        "clauses": {"same": 0, "changed": 1, "moved": 0, "added": 0, "dropped": 0},
        "targets": {"same": 0, "changed": 1, "moved": 0, "added": 0, "dropped": 0},
        "is_same": False,
    }
    assert shown["targets"][0]["fields"] == {"value": {"old": "30", "new": "31"}, "lead": {"old": ("市林业局",), "new": ("市林草局",)}}


def test_a_city_pack_and_its_plan_folder_are_the_same_plan() -> None:
    pack = packaged_city()
    difference, _ = compare_plan_files(pack, pack / "plan" / "zhumadian-14fyp-draft")
    assert difference.is_empty
    assert len(difference.clauses) == 23


@pytest.mark.parametrize(("folder", "words"), [(".", "不是城市包"), ("zhumadian/indicators", "不是城市包中的方案")])
def test_another_folder_is_refused(folder: str, words: str) -> None:
    with pytest.raises(UnreadablePlan) as refused:
        read_plan_file(packaged_city().parent / folder)
    assert words in str(refused.value)
