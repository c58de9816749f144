from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from shuangkong.services.documents.structured import UnreadableFile, read_structured


def test_on_is_a_name_and_only_true_and_false_are_booleans(tmp_path: Path) -> None:
    file = tmp_path / "cases.yaml"
    file.write_text("{on: 2023-06-30, share: 1.10, key_region: true, off: no, y: n}", "utf-8")
    assert read_structured(file) == {"on": date(2023, 6, 30), "share": Decimal("1.10"), "key_region": True, "off": "no", "y": "n"}


def test_codes_and_impossible_days_stay_as_written(tmp_path: Path) -> None:
    file = tmp_path / "cases.yaml"
    file.write_text("{id: 010, hour: 12:30, on: 2023-02-30, tonnes: 1_000, drop: -5}", "utf-8")
    assert read_structured(file) == {"id": "010", "hour": "12:30", "on": "2023-02-30", "tonnes": 1000, "drop": -5}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gbk"])
def test_encodings_of_windows_are_read(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "cases.json"
    file.write_bytes('{"product": "水泥熟料"}'.encode(encoding))
    assert read_structured(file) == {"product": "水泥熟料"}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"%PDF-1.7\n", "PDF"),
        (b"\x00\x01\x02", "不是文本"),
        (b" " * (8 * 1024 * 1024 + 1), "8 MB"),
        (b"a: [", "不是合法的 YAML"),
        (b"[" * 1_000_000, "嵌套过深"),
        (b"- " * 1_000_000, "嵌套过深"),
        (b"a0: &a0 [x]\n" + b"".join(b"a%d: &a%d [%s]\n" % (n, n, b",".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 30)), "引用展开过大"),
    ],
)
def test_what_is_no_structured_file_is_refused(tmp_path: Path, content: bytes, told: str) -> None:
    file = tmp_path / "cases.yaml"
    file.write_bytes(content)
    with pytest.raises(UnreadableFile, match=told):
        read_structured(file)


def test_missing_file_and_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="不存在"):
        read_structured(tmp_path / "none.yaml")
    with pytest.raises(UnreadableFile, match="文件夹"):
        read_structured(tmp_path)
