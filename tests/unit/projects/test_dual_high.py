from datetime import date
from decimal import Decimal

import pytest

from shuangkong import rules
from shuangkong.projects.catalogue import (
    SECTORS,
    SUBSECTORS,
    DualHighFinding,
    DualHighProject,
    MissingSubsector,
    NegativeProjectEnergy,
    ProjectStage,
    StageEntry,
    StageGoesBack,
    dual_high_finding,
)


def _found(sector: str, subsector: str | None, tce: str, day: date = date(2023, 6, 30)) -> DualHighFinding:
    return dual_high_finding(sector, subsector=subsector, equivalent_tce=Decimal(tce), rules=rules.at(day))


@pytest.mark.parametrize(
    ("sector", "subsector", "tce", "project_class"),
    [
        ("建材", "水泥", "9999.9", None), ("建材", "水泥", "10000", "2"), ("building materials", "cement", "49999.9", "2"),
        ("建材", "水泥", "50000", "1"), ("建材", "石膏板", "50000", "1"), ("建材", "石膏板", "49999", None),
        ("化工", "氮肥", "20000", "2"), ("chemicals", None, "60000", "1"), ("水泥", None, "20000", "2"), ("煤电", None, "20000", "2"),
        ("食品", None, "90000", None), ("食品", "水泥", "90000", "1"), ("C30", "3011", "20000", "2"), ("26", "2669", "20000", None), ("C31", None, "50000", "1"),
        ("有色金属冶炼", "secondary lead", "20000", "2"), ("化工", "caustic soda", "20000", "2"), ("钢铁", "硅铁", "20000", "2"),
    ],
)
def test_classes_on_the_thresholds(sector: str, subsector: str | None, tce: str, project_class: str | None) -> None:
    found = _found(sector, subsector, tce)
    assert (found.is_dual_high, found.project_class) == (project_class is not None, project_class)


def test_a_finding_by_code_says_that_a_code_is_wider() -> None:
    assert "核对具体工序" in _found("C30", "3011", "20000").reason.zh
    assert "核对具体工序" not in _found("建材", "水泥", "20000").reason.zh


def test_the_sub_sector_must_be_said_where_it_decides() -> None:
    with pytest.raises(MissingSubsector):
        _found("化工", None, "20000")
    assert not _found("化工", None, "9999").is_dual_high


def test_no_catalogue_before_its_month_and_no_negative_energy() -> None:
    with pytest.raises(rules.NoRuleOnDay):
        _found("建材", "水泥", "60000", date(2021, 11, 30))
    with pytest.raises(NegativeProjectEnergy):
        _found("建材", "水泥", "-1")


def test_the_catalogue_has_8_sectors_and_22_sub_sectors_each_found_by_its_names() -> None:
    sectors, subsectors = rules.book().below(SECTORS), rules.book().below(SUBSECTORS)
    assert (len(sectors), len(subsectors)) == (8, 22)
    for rule in subsectors.values():
        assert rule.labels["sector"] in sectors
        for name in (*rule.name, *rule.labels.get("aliases", ())):
            assert _found("其他", name, "20000").rules[0].path == rule.lines[-1].path


def _project() -> DualHighProject:
    return DualHighProject("P1", "某熟料线", "建材", "水泥", Decimal(60000), consents=frozenset({"市发展改革委"}))


def test_stages_go_forward_and_keep_their_dates() -> None:
    project = _project().moved(StageEntry(ProjectStage.PROPOSED, date(2021, 3, 1), "立项")).moved(
        StageEntry(ProjectStage.BUILDING, date(2022, 6, 1), "开工")
    )
    assert [project.stage_on(day) for day in (date(2021, 2, 28), date(2022, 5, 31), date(2022, 6, 1))] == [
        None, ProjectStage.PROPOSED, ProjectStage.BUILDING,
    ]
    with pytest.raises(StageGoesBack):
        project.moved(StageEntry(ProjectStage.PROPOSED, date(2023, 1, 1), "退回"))
    with pytest.raises(StageGoesBack):
        project.moved(StageEntry(ProjectStage.EXISTING, date(2022, 5, 31), "投产"))


def test_each_missing_consent_is_a_red_flag() -> None:
    needed = frozenset({"市发展改革委", "市生态环境局", "市自然资源局"})
    assert [fault.value for fault in _project().joint_review_faults(needed)] == sorted(needed - {"市发展改革委"})
