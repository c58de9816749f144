"""A folder is the demo's by its marker; one that holds a platform of its own is left alone."""

from pathlib import Path

import pytest

from shuangkong.services.demo import MARKER, NotADemoDirectory, claim_demo_folder, load_demo


def test_a_new_folder_is_marked_and_claimed_again(tmp_path: Path) -> None:
    claim_demo_folder(data=tmp_path / "var")
    (tmp_path / "var/platform.sqlite3").write_bytes(b"demo")
    claim_demo_folder(data=tmp_path / "var")
    assert (tmp_path / "var" / MARKER).is_file()


def test_a_folder_with_a_real_platform_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "platform.sqlite3").write_bytes(b"real")
    with pytest.raises(NotADemoDirectory):
        claim_demo_folder(data=tmp_path)
    assert [child.name for child in tmp_path.iterdir()] == ["platform.sqlite3"]


def test_the_platform_and_the_report_share_a_folder(tmp_path: Path) -> None:
    claim_demo_folder(data=tmp_path)
    assert load_demo(data=tmp_path).city.code == "411700"
    claim_demo_folder(data=tmp_path)
