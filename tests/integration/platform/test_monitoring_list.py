"""The Excel list of monitoring: taken away, filled in, looked at row by row, entered as one act or not at all."""

import io
import re
from collections.abc import Callable

import pytest
from conftest import COUNTY, OTHER_UNIT, UNIT
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook
from signed_client import signed_in
from test_english_pages import chinese_of
from test_monitoring_register import KEY, MN, device, limit, outlet

from shuangkong.access.roles import Role
from shuangkong.kernel.faults import InputRefused
from shuangkong.services.monitoring_devices import device_settings
from shuangkong.services.monitoring_list import ListExpired, apply_list, rejects_of, template_of, try_list
from shuangkong.services.monitoring_points import limits_on, points_on
from shuangkong.services.monitoring_register import Entries, record
from shuangkong.services.people import Member
from shuangkong.store.models import ChainLink

POINT = {"编码": "U001.DW001", "所属代码": UNIT, "类别": "废水排放口", "名称": "总排口", "应安装自动监测": "是", "安装日期": "2026-01-05", "生效日": "2026-01-01"}
PH = {"监测点编码": "U001.DW001", "因子编码": "w01001", "均值": "日", "下限": 6, "上限": "9", "单位": "1", "依据": "GB 8978", "生效日": "2026-01-01"}
LOGGER = {"MN": "MN2", "监测点编码": "U001.DW001", "标准版本": 2017, "校验算法": "hj212", "访问密码（不填不变）": "secret-of-list", "SM4密钥（不填不变）": KEY, "生效日": "2026-01-01"}
Filled = Callable[..., bytes]


@pytest.fixture
def reviewer(person) -> Member:
    return person(Role.REVIEWER, COUNTY)


@pytest.fixture
def filled(reviewer) -> Filled:
    """Take the list away and write rows under what stands in it."""

    def made(points: tuple = (POINT,), limits: tuple = (PH,), devices: tuple = (LOGGER,)) -> bytes:
        book = load_workbook(io.BytesIO(template_of(who=reviewer)))
        for name, rows in (("监测点", points), ("限值", limits), ("设备", devices)):
            sheet = book[name]
            columns = {str(cell.value): cell.column for cell in sheet[3]}
            for number, row in enumerate(rows, start=sheet.max_row + 1):
                for column, text in row.items():
                    sheet.cell(number, columns[column]).value = text
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()

    return made


def test_a_filled_list_is_entered_as_one_act(reviewer: Member, filled: Filled) -> None:
    run = try_list(name="清单.xlsx", content=filled(), who=reviewer)
    assert {words.en: count for words, count in run.counts.items()} == {"added": 3, "changed": 0, "unchanged": 0, "rejected": 0}
    before = ChainLink.objects.count()
    link, count = apply_list(ticket=run.ticket, reason="许可证核发", who=reviewer)
    assert (count, ChainLink.objects.count() - before, ChainLink.objects.get(pk=link).subject) == (3, 1, "monitoring/U001.DW001")
    assert [(one.code, one.traits) for one in points_on()] == [("U001.DW001", {"must_monitor": True, "installed_on": "2026-01-05"})]
    assert [(str(one.low), str(one.high)) for one in limits_on()] == [("6", "9")]
    assert (device_settings()["MN2"].password, device_settings()["MN2"].key) == ("secret-of-list", bytes.fromhex(KEY))


def test_what_is_taken_away_and_sent_back_changes_nothing(reviewer: Member, filled: Filled) -> None:
    record(Entries([outlet()], [limit()], [device()]), who=reviewer, reason="登记")
    content = filled((), (), ())
    for secret in (b"pw-of-device", KEY.encode()):
        assert secret not in b"".join(str(cell.value).encode() for sheet in load_workbook(io.BytesIO(content)) for row in sheet.iter_rows() for cell in row)
    run = try_list(name="清单.xlsx", content=content, who=reviewer)
    assert {words.en: count for words, count in run.counts.items()} == {"added": 0, "changed": 0, "unchanged": 3, "rejected": 0}
    with pytest.raises(InputRefused, match="没有要登记的内容"):
        apply_list(ticket=run.ticket, reason="试", who=reviewer)
    assert device_settings()[MN].password == "pw-of-device"


def test_one_bad_row_stops_the_list_and_is_told(reviewer: Member, filled: Filled) -> None:
    bad = (
        PH | {"因子编码": "a99999", "上限": "九"}, PH | {"监测点编码": "U009.X"}, PH | {"生效日": "", "均值": "年"}, PH | {"上限": "=1+8"},
    )  # fmt: skip
    run = try_list(name="清单.xlsx", content=filled((POINT, POINT | {"编码": "U002.DA001", "所属代码": OTHER_UNIT}), (PH, *bad)), who=reviewer)
    told = [(row.row.place.zh, fault.thing.zh, fault.rule.zh) for row in run.rejected for fault in row.faults]
    assert told == [
        ("监测点 第5行", "所属单位", "不在您的职责范围"), ("限值 第5行", "上限", "不是数"), ("限值 第6行", "监测点", "没有登记"), ("限值 第7行", "均值", "应为 小时、日、月 之一"),
        ("限值 第7行", "生效日", "必填"), ("限值 第8行", "上限", "是公式或错误值"),
    ]  # fmt: skip
    with pytest.raises(InputRefused):
        apply_list(ticket=run.ticket, reason="试", who=reviewer)
    assert points_on() == []
    rejects = load_workbook(io.BytesIO(rejects_of(ticket=run.ticket, who=reviewer)))
    assert [row[0].value for row in rejects["未通过"].iter_rows(min_row=4)] == [place for place, _, _ in told]


def test_a_ticket_shows_no_secret_and_is_its_owners(reviewer: Member, person, filled: Filled) -> None:
    run = try_list(name="清单.xlsx", content=filled(), who=reviewer)
    with pytest.raises(ListExpired):
        apply_list(ticket=run.ticket, reason="试", who=person(Role.REVIEWER, "411722"))
    with pytest.raises(ListExpired):
        apply_list(ticket=run.ticket[:-8] + "AAAAAAA=", reason="试", who=reviewer)


def test_an_old_ticket_is_refused(reviewer: Member, filled: Filled, still_clock) -> None:
    run = try_list(name="清单.xlsx", content=filled(), who=reviewer)
    still_clock.set("2026-03-04")
    with pytest.raises(ListExpired):
        apply_list(ticket=run.ticket, reason="试", who=reviewer)


def test_what_is_no_list_is_refused_whole(reviewer: Member, filled: Filled) -> None:
    with pytest.raises(InputRefused):
        try_list(name="x.xlsx", content=b"nothing", who=reviewer)
    book = load_workbook(io.BytesIO(filled()))
    for name in ("监测点", "限值", "设备"):
        del book[name]
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(InputRefused, match="没有名为"):
        try_list(name="x.xlsx", content=out.getvalue(), who=reviewer)


def test_the_pages_take_a_list_from_download_to_register(reviewer: Member, filled: Filled) -> None:
    browser: Client = signed_in(reviewer)
    assert browser.get("/monitoring/list").status_code == 200
    assert browser.post("/monitoring/list/template").headers["Content-Disposition"].startswith("attachment")
    page = browser.post("/monitoring/list/try", {"file": SimpleUploadedFile("清单.xlsx", filled())}).content.decode()
    assert "新增 3" in page
    assert "secret-of-list" not in page
    ticket = re.search(r'name="ticket" value="([^"]+)"', page)
    assert ticket is not None
    assert browser.post("/monitoring/list/apply", {"ticket": ticket[1], "reason": "核发"}).status_code == 302
    assert "U001.DW001" in browser.get("/monitoring").content.decode()
    wrong = browser.post("/monitoring/list/try", {"file": SimpleUploadedFile("清单.xlsx", filled((), (PH | {"单位": "mg/L"},), ()))}).content.decode()
    assert "应为 1" in wrong
    found = re.search(r'name="ticket" value="([^"]+)"', wrong)
    assert found is not None
    assert browser.post("/monitoring/list/rejects", {"ticket": found[1]}).status_code == 200


def test_its_english_page_says_nothing_in_chinese(reviewer: Member, filled: Filled) -> None:
    assert chinese_of(signed_in(reviewer), "/monitoring/list") == []
