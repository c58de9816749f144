"""What bears no link of its own is held against the chain too: people, organisations, cycles, frozen and handed-over files."""

import pytest
from cycle_steps import REFORM, Person, acted, decided_cycle, frozen
from django.db import connection
from filing_steps import open_window, submitted
from test_chain import run

from shuangkong.access.roles import Role
from shuangkong.assessment.cycle_states import CycleAct
from shuangkong.services.administration import deactivate, register
from shuangkong.services.attachments import attach_file
from shuangkong.services.chain_verification import verify_chain
from shuangkong.services.filings import open_filing
from shuangkong.services.hand_over import hand_over_result

_UNGUARDED = ("store_assessmentcycle", "store_person", "store_organisation")


def _edit(statement: str, table: str) -> None:
    if table not in _UNGUARDED:
        run(statement, table)
        return
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _told() -> list[str]:
    return [one.line() for one in verify_chain().findings]


@pytest.mark.parametrize(
    ("table", "statement", "zh"),
    [
        ("store_frozenfile", "UPDATE store_frozenfile SET content = 'x' WHERE name = 'result.json'", "content（result.json） 现为"),
        ("store_frozenfile", "UPDATE store_frozenfile SET digest = 'x' WHERE name = 'result.json'", "digest 现为 x"),
        ("store_frozenfile", "DELETE FROM store_frozenfile WHERE name = 'result.json'", "store_frozenfile 缺少result.json"),
        ("store_handover", "UPDATE store_handover SET bundle = 'x' WHERE bundle IS NOT NULL", "bundle 现为"),
        ("store_assessmentcycle", "UPDATE store_assessmentcycle SET as_of = '2025-01-01'", "as_of 现为 2025-01-01，存证为 2026-03-01"),
        ("store_assessmentcycle", "UPDATE store_assessmentcycle SET rules_digest = 'x'", "rules_digest 现为 x"),
    ],
)
def test_a_result_changed_behind_the_programs_back_is_named(person: Person, table: str, statement: str, zh: str) -> None:
    cycle = decided_cycle(person)
    frozen(cycle, person)
    acted(cycle, person, CycleAct.PUBLISH)
    hand_over_result(cycle_id=cycle.pk, version=cycle.version, who=person(Role.ASSESSOR, REFORM))
    assert _told() == []
    _edit(statement, table)
    assert any(zh in line and table in line for line in _told()), _told()


@pytest.mark.parametrize(
    ("statement", "zh"),
    [
        ("UPDATE store_person SET full_name = '张三' WHERE sign_in_name = 'newcomer'", "full_name 现为 张三，存证为 新人"),
        ("UPDATE store_person SET is_active = true WHERE sign_in_name = 'newcomer'", "is_active 现为 True，存证为 False"),
    ],
)
def test_a_person_renamed_or_let_in_again_is_named(person: Person, statement: str, zh: str) -> None:
    key = register(sign_in_name="newcomer", full_name="新人", title="科员", who=person(Role.SYSTEM_ADMINISTRATOR, "411700"), reason="调入")
    deactivate(person_id=key, who=person(Role.SYSTEM_ADMINISTRATOR, "411700"), reason="调出")
    assert _told() == []
    _edit(statement, "store_person")
    assert any(zh in line for line in _told()), _told()


def test_a_credit_code_changed_or_an_organisation_slipped_in_is_named(person: Person) -> None:
    _edit("UPDATE store_organisation SET credit_code = '91410000000000000X' WHERE code = 'U001'", "store_organisation")
    _edit("INSERT INTO store_organisation (code, kind, credit_code, is_simulated, recorded_at) SELECT 'U999', kind, '', is_simulated, recorded_at FROM store_organisation WHERE code = 'U001'", "store_organisation")
    assert any("credit_code 现为 91410000000000000X，存证为 " in line for line in _told()), _told()
    assert any("（U999）没有存证的登记" in line for line in _told()), _told()


def test_an_attachment_under_another_name_is_named(person: Person) -> None:
    open_window()
    reporter = person(Role.REPORTER, "U001")
    filing = open_filing(form="205-1", organisation="U001", period="2025", who=reporter)
    attach_file(filing_id=filing, name="盖章页.pdf", content=b"%PDF-1.4", who=reporter)
    submitted(person)
    _edit("UPDATE store_attachment SET name = '别的.pdf'", "store_attachment")
    assert any("store_attachment 缺少盖章页.pdf" in line for line in _told()), _told()
