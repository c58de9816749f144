"""`evidence export` and `evidence verify` as typed, on the packaged city."""

import json
from pathlib import Path
from typing import Any

import pytest

from shuangkong.cli import main
from shuangkong.evidence.canonical import from_canonical
from shuangkong.evidence.container import closed, opened

ALTERED = "contents/observations.jsonl"


def run(*words: str, language: str = "zh") -> int:
    with pytest.raises(SystemExit) as left:
        main(["--lang", language, "evidence", *words])
    return int(left.value.code or 0)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("evidence")
    (folder / "签字页.pdf").write_bytes(b"a signed sheet")
    out = folder / "考核2023.zip"
    asked = ["--cycle", "annual", "--year", "2023", "--as-of", "2024-12-31", "--out", str(out), "--attach", str(folder / "签字页.pdf")]
    assert run("export", *asked, "--algorithm", "sm3", "--actor", "王五", "--post", "考核岗") == 0
    return out


def told(path: Path, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, Any]:
    code = run("verify", str(path), "--format", "json", *words)
    return code, json.loads(capsys.readouterr().out)


def test_an_exported_assessment_is_verified(exported: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, result = told(exported, capsys)
    assert (code, result["verified"], result["anchored"], result["scope"], result["links"]) == (0, True, False, "whole", 2)
    assert "模拟" in result["marks"]
    assert "未核实" in result["marks"]
    assert result["heads"][0]["digest"].startswith("sm3:")
    assert all(check["ok"] for check in result["checks"])


def test_it_holds_result_inputs_rules_and_attachment_and_who_did_it(exported: Path) -> None:
    parts = opened(exported.read_bytes()).parts
    names = {name.removeprefix("contents/") for name in parts if name.startswith("contents/")}
    assert names == {"assessment.json", "assessment.docx", "assessment.xlsx", "observations.jsonl", "rules.jsonl", "run.json", "export.json", "签字页.pdf"}
    result: Any = from_canonical(parts["contents/assessment.json"])
    assert (result["year"], result["as_of"], len(result["jurisdictions"])) == (2023, "2024-12-31", 13)
    assert parts["contents/rules.jsonl"].count(b"\n") > 100
    run_act, export_act = (json.loads(line)["act"] for line in parts["links.jsonl"].splitlines())
    assert (run_act["kind"], export_act["kind"], run_act["actor"], run_act["post"]) == ("assessment_run", "export", "王五", "考核岗")
    assert run_act["subject"] == "assessment/411700/annual/2023"


def test_the_published_head_anchors_it_and_another_does_not(exported: Path, capsys: pytest.CaptureFixture[str]) -> None:
    head = told(exported, capsys)[1]["heads"][0]["digest"]
    code, result = told(exported, capsys, "--head", f" {head.upper()[:30]} {head.upper()[30:]}")
    assert (code, result["anchored"]) == (0, True)
    assert run("verify", str(exported), "--head", head) == 0
    assert "与公布的链头一致" in capsys.readouterr().out
    assert run("verify", str(exported), "--head", head[:-1] + ("0" if head[-1] != "0" else "1")) == 1
    assert "✗ 公布的链头" in capsys.readouterr().out


def test_an_edited_bundle_exits_with_1_and_names_the_file(exported: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parts = dict(opened(exported.read_bytes()).parts)
    parts[ALTERED] = parts[ALTERED].replace(b'"grade":', b'"gradE":', 1)
    edited = tmp_path / "edited.zip"
    edited.write_bytes(closed(parts))
    assert run("verify", str(edited), language="en") == 1
    printed = capsys.readouterr().out
    assert "✗ contents" in printed
    assert "observations.jsonl of its docket differs from what was sealed" in printed
    assert "NOT VERIFIED" in printed


@pytest.mark.parametrize("content", [b"", b"not a zip", closed({"a.txt": b"1"}), None], ids=["empty", "text", "another zip", "missing"])
def test_what_is_no_bundle_exits_with_2(content: bytes | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "某文件.zip"
    if content is not None:
        path.write_bytes(content)
    assert run("verify", str(path)) == 2
    printed = capsys.readouterr()
    assert printed.err.startswith("某文件.zip：存证包")
    assert printed.out == ""


def test_a_folder_is_no_bundle_and_a_word_is_no_head(exported: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("verify", str(tmp_path)) == 2
    assert run("verify", str(exported), "--head", "abc") == 2
    assert "摘要“abc”" in capsys.readouterr().err


def test_an_input_file_is_sealed_with_the_result(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    inputs, out = tmp_path / "输入.csv", tmp_path / "out.zip"
    inputs.write_text("element,org,period,value,unit\nenergy_intensity_reduction_pct,驿城区,2021,3.1,%\n", "utf-8")
    assert run("export", "--cycle", "annual", "--year", "2021", "--inputs", str(inputs), "--out", str(out)) == 0
    capsys.readouterr()
    code, result = told(out, capsys)
    assert (code, "模拟" in result["marks"]) == (0, False)
    assert opened(out.read_bytes()).parts["contents/输入.csv"] == inputs.read_bytes()


@pytest.mark.parametrize("name", ["missing.docx", "run.json", "a b.docx"])
def test_an_unfit_attachment_is_refused_and_nothing_is_written(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if name != "missing.docx":
        (tmp_path / name).write_bytes(b"1")
    out = tmp_path / "out.zip"
    assert run("export", "--cycle", "annual", "--year", "2023", "--attach", str(tmp_path / name), "--out", str(out)) == 2
    assert name in capsys.readouterr().err
    assert not out.exists()
