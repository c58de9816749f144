"""The tables of the editions: complete, in both languages, and told apart."""

import re

import pytest

from shuangkong.hj212.editions import (
    codes,
    command,
    edition_of,
    editions,
    factor_by_code,
    factors,
    is_figure,
    keys,
    suffixes,
)

EVERY_CODE = [
    "1000", "1001", "1002", "1011", "1012", "1013", "1014", "1021", "1022", "1031", "1032", "1041", "1042", "1061", "1062", "1063", "1064", "1072",
    "2011", "2012", "2013", "2021", "2022", "2031", "2041", "2051", "2052", "2061", "2062", "2071", "2072", "2081", "2111", "3011", "3012", "3013",
    "3014", "3015", "3016", "3017", "3018", "3019", "3020", "3021", "3022", "3024", "9011", "9012", "9013", "9014", "9015",
]  # fmt: skip


@pytest.mark.parametrize("code", EVERY_CODE)
def test_every_command_has_a_name_in_both_languages(code: str) -> None:
    known = command(code)
    assert known is not None
    assert re.search(r"[\u4e00-\u9fff]", known.zh)
    assert re.fullmatch(r"[ -~]+", known.en)
    assert set(known.kinds) <= set("RUNI")


def test_no_command_beyond_those() -> None:
    assert sorted({code for edition in editions() for code in edition.commands}) == EVERY_CODE
    assert command("7777") is None


def test_a_code_may_mean_another_thing_in_another_edition() -> None:
    first, second, third = editions()
    assert (first.commands["1001"].en, third.commands["1001"].en) == ("set alarm duration", "upload logger hardware numbers")
    assert (first.commands["3014"].en, second.commands["3014"].en, "3014" in third.commands) == ("set sampling times", "comparison sampling", False)
    assert {"1021", "1022", "2071", "2072"} & second.commands.keys() == set()
    assert "9015" in third.commands
    assert "9015" not in second.commands


def test_systems_marks_and_results() -> None:
    assert {"31", "32", "51", "91"} <= codes("systems").keys()
    assert "44" in codes("systems")
    first, second, third = editions()
    assert [("45" in edition.systems, "P" in edition.marks, "N" in edition.marks) for edition in (first, second, third)] == [
        (False, True, True), (False, False, True), (True, False, True),
    ]  # fmt: skip
    assert sorted(codes("request_results"), key=int) == ["1", "2", "3", "4", "5", "6", "7", "8", "9", "100"]
    assert sorted(codes("execution_results"), key=int) == ["1", "2", "3", "4", "5", "6", "100"]
    assert sorted(codes("facility_states")) == ["0", "1", "2", "3", "4", "5"]


def test_what_was_not_read_in_the_standard_says_so() -> None:
    assert [edition.verified for edition in editions()] == [False, True, False]
    assert not codes("systems")["44"].verified
    assert not codes("marks")["P"].verified
    assert all(not known.verified for known in map(command, ("1002", "1014", "2013", "9015", "1021")) if known)
    assert all(not factor.verified for factor in factors() if factor.edition in ("2005", "2025", "vendor"))


def test_factors_by_either_code() -> None:
    assert len(factors()) == 409
    by_code = factor_by_code()
    assert (by_code["w21003"].zh, by_code["060"].code, by_code["a21026"].concentration_unit, by_code["B02"].code) == ("氨氮", "w21003", "mg/m3", "a00000")
    assert {factor.edition for factor in factors() if factor.code == "a00000"} == {"2017", "2025"}
    assert by_code["a00000"].edition == "2017"


def test_fields() -> None:
    assert all(is_figure(suffix) for suffix in ("Rtd", "Min", "Avg", "Max", "Cou", "ZsRtd", "ZsMin", "ZsAvg", "ZsMax"))
    assert not any(is_figure(suffix) for suffix in ("Flag", "EFlag", "Info", "SN", "RS", "Strange", ""))
    assert {field.kind for field in [*suffixes().values(), *keys().values()]} == {"figure", "state", "mark", "time", "text"}
    assert keys()["DataTime"].kind == "time"


def test_an_unknown_flag_has_no_edition() -> None:
    assert edition_of(3) is None
    assert edition_of(1) is editions()[1]
