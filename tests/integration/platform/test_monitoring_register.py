"""Points, limits, devices, marks and notices: entered as sealed acts, dated, with no secret told."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from conftest import CITY, COUNTY, OTHER_UNIT, UNIT
from django.db import connection

from shuangkong.access.roles import Role
from shuangkong.hj212.crc import Variant
from shuangkong.kernel.faults import InputRefused
from shuangkong.kernel.language import Words
from shuangkong.services import chain_lists, chain_verification
from shuangkong.services.monitoring_devices import device_settings
from shuangkong.services.monitoring_kinds import PointKind, Statistic
from shuangkong.services.monitoring_marks import marks_in_force, notices_in_force, notify_shutdown, set_mark
from shuangkong.services.monitoring_points import coverage_of, limits_on, points_on
from shuangkong.services.monitoring_register import DeviceEntry, Entries, LimitEntry, PointEntry, record
from shuangkong.services.organisations import tree_on
from shuangkong.services.people import NotPermitted
from shuangkong.store.models import ChainContent, ChainLink, DeviceVersion, EmissionLimit

OUTLET, KEY, MN = "U001.DA001", "0123456789abcdeffedcba9876543210", "411721000000000000000001"
TRAITS = {"permit": "91411700MA0000001X001P", "must_monitor": True, "installed_on": "2023-05-01", "accepted_on": "2023-08-01"}


def outlet(**changes: object) -> PointEntry:
    told = {
        "code": OUTLET, "organisation": UNIT, "kind": PointKind.GAS_OUTLET, "name": Words("1号锅炉排口", "stack of boiler 1"), "valid_from": date(2024, 1, 1),
        "traits": TRAITS,
    }  # fmt: skip
    return PointEntry(**(told | changes))


def limit(**changes: object) -> LimitEntry:
    told = {
        "point": OUTLET, "factor": "a21026", "statistic": Statistic.HOUR, "low": None, "high": Decimal("35"), "unit": "mg/m3", "document": "排污许可证", "valid_from": date(2024, 1, 1),
        "is_converted": True,
    }  # fmt: skip
    return LimitEntry(**(told | changes))


def device(**changes: object) -> DeviceEntry:
    told = {
        "mn": MN, "point": OUTLET, "edition": "2017", "checksum": Variant.HJ212, "valid_from": date(2024, 1, 1), "password": "pw-of-device", "key": KEY,
        "settings": {"minute_min": 10},
    }  # fmt: skip
    return DeviceEntry(**(told | changes))


@pytest.fixture
def reviewer(person):
    return person(Role.REVIEWER, COUNTY)


@pytest.fixture
def registered(reviewer) -> int:
    return record(Entries([outlet()], [limit()], [device()]), who=reviewer, reason="按许可证登记")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_list_is_one_act(registered: int) -> None:
    link = ChainLink.objects.get(pk=registered)
    assert (link.kind, link.subject, link.reason) == ("monitoring_change", "monitoring/U001.DA001", "按许可证登记")
    assert [(one.code, one.stage.name) for one in points_on()] == [(OUTLET, "ACCEPTED")]
    assert [(one.factor, one.high, one.unit) for one in limits_on()] == [("a21026", Decimal("35"), "mg/m3")]
    assert list(chain_lists.list_findings()) == []


def test_the_gateway_is_told_secrets_and_nobody_else(registered: int) -> None:
    told = device_settings()[MN]
    assert (told.point, told.edition, told.checksum, told.password, told.key) == (OUTLET, "2017", Variant.HJ212, "pw-of-device", bytes.fromhex(KEY))
    assert "pw-of-device" not in repr(told)
    assert KEY not in repr(told)
    kept = DeviceVersion.objects.get()
    contents = b"".join(bytes(one) for one in ChainContent.objects.values_list("content", flat=True))
    for secret in ("pw-of-device", KEY):
        assert secret not in kept.sealed_password + kept.sealed_key
        assert secret.encode() not in contents


def test_a_secret_stays_until_it_is_replaced_or_taken_away(registered: int, reviewer) -> None:
    record(Entries(devices=[device(password=None, key="")]), who=reviewer, reason="改为明文传输")
    assert (device_settings()[MN].password, device_settings()[MN].key) == ("pw-of-device", None)
    record(Entries(devices=[device(password=None, key=None, is_retired=True)]), who=reviewer, reason="设备报废")
    assert device_settings() == {}


def test_a_limit_holds_from_its_day_as_it_was_known(registered: int, reviewer, still_clock) -> None:
    still_clock.set("2026-03-10")
    record(Entries(limits=[limit(high=Decimal("50"), valid_from=date(2023, 6, 1), valid_to=date(2024, 1, 1)), limit(high=Decimal("30"), valid_from=date(2026, 3, 5))]), who=reviewer, reason="许可证变更")
    highs = {day: [one.high for one in limits_on(day=day)] for day in (date(2023, 5, 31), date(2023, 12, 31), date(2024, 1, 1), date(2026, 3, 5))}
    assert list(highs.values()) == [[], [Decimal("50")], [Decimal("35")], [Decimal("30")]]
    assert [one.high for one in limits_on(day=date(2026, 3, 5), as_of=date(2026, 3, 9))] == [Decimal("35")]
    record(Entries(limits=[limit(high=None, valid_from=date(2026, 3, 6))]), who=reviewer, reason="取消")
    assert limits_on(day=date(2026, 3, 6)) == []


def test_every_fault_is_told_with_its_remedy(registered: int, reviewer) -> None:
    wrong = Entries(
        [outlet(code="?", traits={"installed_on": "2024-02-30", "colour": "red"})],
        [limit(factor="a99999"), limit(low=Decimal(9), high=Decimal(6)), limit(point="U009.X", unit="mg/L", document="")],
        [device(edition="1999", key="12", password="a b", settings={"minute_min": 99})],
    )
    with pytest.raises(InputRefused) as refused:
        record(wrong, who=reviewer, reason=" ")
    told = [fault.thing.en for fault in refused.value.faults]
    assert told == [
        "reason", "code of the point", "installed on", "fact", "factor", "limit", "point", "unit", "document", "edition", "password", "SM4 key", "interval of minute data",
    ]  # fmt: skip
    assert all(fault.remedy.zh and fault.remedy.en for fault in refused.value.faults)
    assert "a b" not in str(refused.value)


def test_only_who_is_in_charge_may_enter(registered: int, reviewer, person) -> None:
    for who, entries in (
        (person(Role.REPORTER, UNIT), Entries([outlet()])), (reviewer, Entries([outlet(code="U002.DA001", organisation=OTHER_UNIT), outlet()])),
        (person(Role.REVIEWER, "411722"), Entries(devices=[device()])),
    ):  # fmt: skip
        with pytest.raises(NotPermitted):
            record(entries, who=who, reason="试")


def test_a_mark_and_a_notice_hold_until_corrected(registered: int, person) -> None:
    reporter = person(Role.REPORTER, UNIT)
    set_mark(point=OUTLET, mark="M", start=moment("2026-03-01T00:00"), end=moment("2026-03-01T04:00"), who=reporter, reason="更换泵管")
    held = marks_in_force().get()
    set_mark(point=OUTLET, mark="M", start=held.start, end=moment("2026-03-01T05:00"), who=reporter, reason="延长", replaces=held.pk)
    assert [one.end for one in marks_in_force()] == [moment("2026-03-01T05:00")]
    with pytest.raises(InputRefused, match="已被更正或撤销"):
        set_mark(point=OUTLET, mark="M", start=held.start, end=held.end, who=reporter, reason="再改", replaces=held.pk)
    set_mark(point=OUTLET, mark="M", start=held.start, end=held.end, who=reporter, reason="填错", replaces=marks_in_force().get().pk, is_withdrawn=True)
    assert not marks_in_force().exists()
    notify_shutdown(organisation=UNIT, start=moment("2026-03-01T00:00"), end=None, who=reporter, reason="春节检修")
    assert [(one.organisation.code, one.point, one.end) for one in notices_in_force()] == [(UNIT, None, None)]
    with pytest.raises(InputRefused, match="应晚于开始时刻"):
        notify_shutdown(organisation=UNIT, start=moment("2026-03-02T00:00"), end=moment("2026-03-01T00:00"), who=reporter, reason="检修", point=OUTLET)
    assert list(chain_lists.list_findings()) == []


def test_an_altered_or_missing_row_is_found(registered: int) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER store_emissionlimit_no_update")
            cursor.execute("DROP TRIGGER store_deviceversion_no_delete")
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE store_emissionlimit DISABLE TRIGGER USER")
            cursor.execute("ALTER TABLE store_deviceversion DISABLE TRIGGER USER")
        cursor.execute("UPDATE store_emissionlimit SET high = '350'")
        cursor.execute("DELETE FROM store_deviceversion")
    assert [one.kind.name for one in chain_lists.list_findings()] == ["ROW_ALTERED", "ROW_MISSING"]


def test_a_row_put_in_beside_the_list_is_found(registered: int) -> None:
    kept = EmissionLimit.objects.get()
    for link, place in ((registered, 0), (registered, 7), (0, 0)):
        told = {one.attname: getattr(kept, one.attname) for one in EmissionLimit._meta.fields if one.name != "id"}
        EmissionLimit.objects.create(**told | {"link": link, "place": place, "high": Decimal("350")})
    assert [one.kind.name for one in chain_lists.list_findings()] == ["ROW_STRAY"] * 3
    assert chain_verification.verify_chain().is_sound is False


def test_coverage_counts_permit_holders_by_place(registered: int, reviewer) -> None:
    record(Entries([outlet(code="U001.DW001", kind=PointKind.WATER_OUTLET, traits={"permit": "x", "must_monitor": True, "installed_on": "2024-01-01"})]), who=reviewer, reason="登记")
    told = [(one.place, one.counted.holders, one.counted.obliged, one.counted.installed, one.counted.accepted) for one in coverage_of(points_on(), tree_on(date(2026, 3, 1)), only_voc_key=False)]
    assert told == [(CITY, 1, 1, 1, 0), (COUNTY, 1, 1, 1, 0)]
