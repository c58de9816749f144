"""Jurisdictions and agencies, looked up by whatever they are called."""

from datetime import date

import pytest

from shuangkong.kernel.language import Words
from shuangkong.plan.organisations import (
    Agencies,
    Agency,
    Jurisdiction,
    JurisdictionKind,
    Jurisdictions,
    UnknownAgency,
    UnknownJurisdiction,
)

CITY = Jurisdiction(code="990100", name=Words("某市", "City"), full_name="某市", kind=JurisdictionKind.CITY)
DISTRICT = Jurisdiction(
    code="990102", name=Words("甲区", "A"), full_name="某市甲区", kind=JurisdictionKind.DISTRICT, parent="990100", overlaps=("9901Z1",)
)
ZONE = Jurisdiction(
    code="9901Z1", name=Words("经开区", "Zone"), full_name="某经济开发区", kind=JurisdictionKind.FUNCTIONAL_ZONE, parent="990100",
    aliases=("经济开发区",), valid_from=date(2020, 1, 1), overlaps=("990102",), carved_out_of="990102",
)  # fmt: skip
TOWN = Jurisdiction(
    code="990102101000", name=Words("某镇", "Town"), full_name="某镇", kind=JurisdictionKind.TOWNSHIP, parent="990102", is_accounted=False
)
TREE = Jurisdictions([CITY, DISTRICT, ZONE, TOWN])


@pytest.mark.parametrize("text", ["9901Z1", "经开区", "某经济开发区", "经济开发区", " 经 开区 ", "９９０１Ｚ１", "zone"])
def test_a_jurisdiction_is_found_by_code_name_and_alias(text: str) -> None:
    assert TREE.find(text) is ZONE


def test_an_unknown_one_is_refused_with_those_there_are() -> None:
    with pytest.raises(UnknownJurisdiction, match="甲区、经开区"):
        TREE.find("乙县")


def test_the_partition_holds_what_adds_up_and_nothing_below_that_is_not_filed() -> None:
    assert [one.code for one in TREE.partition("990100")] == ["990102", "9901Z1"]
    assert [one.code for one in TREE.children("990102")] == ["990102101000"]
    assert TREE.partition("990102") == ()


def test_before_a_zone_existed_it_is_no_part() -> None:
    assert [one.code for one in TREE.partition("990100", on=date(2019, 12, 31))] == ["990102"]
    assert len(TREE.partition("990100", on=date(2020, 1, 1))) == 2


def test_the_root_is_the_city() -> None:
    assert TREE.root() is CITY
    assert "990102" in TREE
    assert len(TREE) == 4


def test_an_agency_is_found_by_its_aliases() -> None:
    housing = Agency(code="housing", name=Words("市住房和城乡建设局", "Housing"), aliases=("市住房城乡建设局",))
    assert Agencies([housing]).find("市住房城乡建设局") is housing
    with pytest.raises(UnknownAgency, match="市住建委"):
        Agencies([housing]).find("市住建委")
