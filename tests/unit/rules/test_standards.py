"""The list of cited documents: since when and until when, where used, how many lines verified."""

from pathlib import Path

from shuangkong.rules import load
from shuangkong.rules.standards import standards_page

RULES = """
unit: "%"
confidence: memory
verified: false
entries:
  first: {values: {2018-01-01: {value: "1", source: {document: 甲办法, clause: 一}}, 2020-01-01: {value: "2", source: {document: 乙办法, clause: 一}}}}
  second: {values: {2019-01-01: {value: "3", valid_to: 2021-01-01, source: {document: 甲办法, clause: 二}, confidence: published, verified: true}}}
"""


def test_a_document_holds_from_its_first_line_to_the_end_of_its_last(tmp_path: Path) -> None:
    (tmp_path / "limits.yaml").write_text(RULES, "utf-8")
    assert standards_page(load(tmp_path)).splitlines()[-2:] == [
        "| 乙办法 |  | 2020-01-01 on | `limits.first` | 0 / 1 |",
        "| 甲办法 |  | 2018-01-01 to 2021-01-01 | `limits.first`, `limits.second` | 1 / 2 |",
    ]
