"""What leaves the platform: bundles verified elsewhere, heads, approval sheets; the database verified by command."""

import io
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection, transaction
from docx import Document
from filing_steps import Person, carried, open_window, submitted
from own_deployment import fresh
from test_chain import run, unguarded

from shuangkong.access.roles import Role
from shuangkong.evidence.digest import Algorithm, Digest
from shuangkong.evidence.verification import verify
from shuangkong.kernel.language import Words
from shuangkong.kernel.period import Period
from shuangkong.returns.states import ReturnAct
from shuangkong.services.audit_pages import UnknownAct, WholeBatch, bundle_of_act, sheet_of_subject, show_act
from shuangkong.services.chain import system_actor
from shuangkong.services.chain_export import export_bundle, scope_of_act, scope_of_days, scope_of_return
from shuangkong.services.chain_verification import verify_chain
from shuangkong.services.filing_forms import form_of
from shuangkong.services.loaded_returns import PastReturn, PastStep, load_returns
from shuangkong.services.publication import (
    NothingSealed,
    approval_sheet,
    grouped,
    head_code,
    head_text,
    publish_head,
    published_heads,
)
from shuangkong.store.models import ChainLink, Organisation, PublishedHead
from shuangkong.web.api.evidence import ProvenAct

WHOLE_WAY = (ReturnAct.ACCEPT, ReturnAct.REVIEW, ReturnAct.APPROVE, ReturnAct.LOCK)
CITY = system_actor("411700")


@pytest.fixture(params=["sha256", "sm3"])
def locked(request: pytest.FixtureRequest, settings: object, person: Person) -> int:
    settings.CHAIN_DIGEST = request.param  # type: ignore[attr-defined]
    open_window()
    filing = submitted(person)
    carried(filing, person, *WHOLE_WAY)
    return filing


def test_a_return_goes_out_and_is_verified_with_nothing_but_its_file(locked: int) -> None:
    bundle = export_bundle(scope=scope_of_return(locked), actor=CITY)
    (head,) = published_heads()
    result = verify(bundle, published=head.digest)
    assert (result.is_verified, result.is_anchored, result.is_whole) == (True, True, False)
    assert [link.act.kind.name for link in result.links] == ["SUBMISSION", "ACCEPTANCE", "REVIEW", "APPROVAL", "LOCKING"]
    assert ChainLink.objects.order_by("-index")[0].subject == "export/bundle/return/205-1/U001/2025"
    with zipfile.ZipFile(io.BytesIO(bundle)) as opened:
        content = next(opened.read(name) for name in opened.namelist() if name.startswith("contents/"))
    assert json.loads(content)["cells"]["energy.raw_coal.consumed"] == "1020"
    assert not verify(bundle.replace(b"1020", b"1021")).is_verified


def test_one_act_and_a_span_of_days_go_out(locked: int) -> None:
    last = ChainLink.objects.count() - 1
    one = verify(export_bundle(scope=scope_of_act(last), actor=CITY))
    assert (one.is_verified, len(one.links)) == (True, 1)
    first, end = (ChainLink.objects.get(pk=index).recorded_at.date() for index in (0, last))
    span = verify(export_bundle(scope=scope_of_days(first, end), actor=CITY))
    assert (span.is_verified, len(span.links)) == (True, last + 2)
    with pytest.raises(NothingSealed):
        scope_of_act(100_000)


def test_a_head_taken_twice_is_one_and_a_rewritten_chain_no_longer_answers_to_it(locked: int) -> None:
    head = publish_head()
    assert (publish_head(), PublishedHead.objects.count()) == (head, 1)
    assert verify_chain(published=str(head.digest)).is_sound
    assert not verify_chain(published=str(Digest(Algorithm.SHA256, bytes(32)))).is_sound
    with unguarded("store_filingact"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM store_filingact WHERE act = 'LOCK'")
    run("DELETE FROM store_chainlink WHERE kind = 'locking'", "store_chainlink")
    told = [finding.line() for finding in verify_chain().findings]
    assert any("公布的链头" in line and "现不足此数" in line for line in told), told


def test_the_text_and_code_of_a_head_say_its_digest(locked: int) -> None:
    head = publish_head()
    assert grouped(head.digest) in head_text(head)
    assert head_code(head).startswith(b"\x89PNG")


def test_the_approval_sheet_says_who_did_what_and_prints_the_head(locked: int) -> None:
    sheet = approval_sheet(subject="return/205-1/U001/2025", title=Words("模拟厂U001 205-1", "Works U001 205-1"))
    document = Document(io.BytesIO(sheet))
    told = "\n".join(paragraph.text for paragraph in document.paragraphs)
    (head,) = published_heads()
    assert grouped(head.digest) in told
    assert [row.cells[1].text for row in document.tables[0].rows] == ["办理", "上报", "受理", "审核", "审批", "锁定"]
    assert document.tables[0].rows[5].cells[2].text == "核定人statistics"
    assert len(document.inline_shapes) == 1
    with pytest.raises(NothingSealed):
        approval_sheet(subject="return/none", title=Words("无", "none"))


def test_the_sheet_of_a_loaded_return_names_the_batch_and_does_not_say_that_its_steps_were_sealed(person: Person) -> None:
    reporter, reviewer = person(Role.REPORTER, "U001"), person(Role.REVIEWER, "411721")
    steps = tuple(
        PastStep(act, who.pk, who.full_name, who.posts[0].role.name, who.posts[0].organisation, datetime(2024, 2, day, tzinfo=UTC))
        for act, who, day in ((ReturnAct.SUBMIT, reporter, 1), (ReturnAct.ACCEPT, reviewer, 2))
    )
    form = form_of("205-1", Period.parse("2023"))
    past, foreign = (
        PastReturn(organisation=code, organisation_id=Organisation.objects.get(code=code).pk, entries={}, steps=steps, makes_figures=False) for code in ("U001", "U002")
    )
    with transaction.atomic():
        keys = load_returns(form=form, period="2023", returns=[past, foreign], actor=CITY)
    link = ChainLink.objects.order_by("-index")[0].index
    subject = "return/205-1/U001/2023"
    document = Document(io.BytesIO(approval_sheet(subject=subject, title=Words("载入", "loaded"))))
    rows = [[cell.text for cell in row.cells] for row in document.tables[0].rows][1:]
    assert [row[:3] for row in rows] == [[str(link), "载入", "系统"], [str(link), "上报*", "填报人U001"], [str(link), "受理*", "审核人411721"]]
    assert rows[1][5] == "2024-02-01 08:00"
    assert any(f"随第{link}环成批载入" in one.text for one in document.paragraphs)
    assert scope_of_return(keys["U001", 1]).links == (link,)
    assert sheet_of_subject(who=reviewer, subject=subject, language="zh")[:2] == b"PK"
    with pytest.raises(UnknownAct):
        sheet_of_subject(who=person(Role.REVIEWER, "411722"), subject=subject, language="zh")
    with pytest.raises(NothingSealed):
        approval_sheet(subject="return/205-1/U002/2022", title=Words("无", "none"))
    assert verify_chain().is_sound
    county, city = show_act(who=reviewer, index=link), show_act(who=person(Role.AUDITOR, "411700"), index=link)
    assert (county.is_partial, county.is_content_sound, city.is_partial) == (True, True, False)
    assert [ProvenAct.from_orm(shown).is_partial for shown in (county, city)] == [True, False]  # the API says so too
    assert [{told for name, told in shown.content if name.endswith(" organisation") and "steps" not in name} for shown in (county, city)] == [{"U001"}, {"U001", "U002"}]
    with pytest.raises(WholeBatch):
        bundle_of_act(who=reviewer, index=link)


def test_the_command_verifies_the_database_and_takes_bundles_out(tmp_path: Path) -> None:
    place = fresh(tmp_path / "data", "chain_command")
    nothing = place.command("evidence", "verify", "--data", place.data)
    assert (nothing.returncode, "没有平台的数据" in nothing.stderr) == (2, True)
    place.run("prepare", 1)
    place.run("travel", 0, 1)
    said = place.command("evidence", "verify", "--data", place.data, "--format", "json")
    told = json.loads(said.stdout)
    assert (said.returncode, told["verified"], [check["check"] for check in told["checks"]]) == (0, True, ["links", "contents", "heads", "rows"])
    assert "链环" in said.stderr
    out = tmp_path / "act.zip"
    assert place.command("evidence", "bundle", "--data", place.data, "--subject", "return/205-1/K000/2025", "--out", out).returncode == 0
    assert place.command("evidence", "verify", out).returncode == 0
    assert "公布值" in place.command("evidence", "head", "--data", place.data).stdout
    place.run("tamper")
    said = place.command("evidence", "verify", "--data", place.data)
    assert (said.returncode, "value 现为 1，存证为 1020" in said.stdout) == (1, True)
    assert "sealed as 1020" in place.command("--lang", "en", "evidence", "verify", "--data", place.data).stdout
