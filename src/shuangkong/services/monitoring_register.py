"""The register of monitoring (监测登记): points, limits and devices entered one by one or by the list, each time as one sealed act.

An entry says what is to hold from a day on; what held before stays for the days before. Of two entries from one day the later counts.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.db import IntegrityError, transaction

from shuangkong.access.roles import Permission
from shuangkong.evidence.act import ActKind
from shuangkong.evidence.canonical import Plain
from shuangkong.hj212.crc import Variant
from shuangkong.hj212.editions import editions, factor_by_code
from shuangkong.kernel.faults import Fault, InputRefused
from shuangkong.kernel.language import Words
from shuangkong.services import clock
from shuangkong.services.chain import Actor, Sealed, seal
from shuangkong.services.loaded_returns import insert_rows
from shuangkong.services.meter_registers import meter_faults
from shuangkong.services.monitoring_kinds import SETTINGS, STAGES, TRAITS, PointKind, Statistic, units_of
from shuangkong.services.monitoring_secrets import fingerprint, sealed_secret
from shuangkong.services.organisations import Tree, tree_on
from shuangkong.services.people import Member, NotPermitted
from shuangkong.store.models import (
    Device,
    DeviceVersion,
    EmissionLimit,
    MonitoringPoint,
    MonitoringPointVersion,
    Organisation,
)

SUBJECT = "monitoring/"
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
_MN = re.compile(r"[A-Za-z0-9_-]{1,40}")
_PASSWORD = re.compile(r"[!-:<-~]{0,64}")
_KEY = re.compile(r"(?:[0-9A-Fa-f]{32})?")
_MOST_DIGITS = Decimal(10) ** 12
_EARLIEST, _LATEST = 1990, 2100  # slips of the year, not a rule


@dataclass(frozen=True, slots=True, kw_only=True)
class PointEntry:
    """What is to hold of a point from a day on (监测点登记事项); `traits` are texts and truths by the names of `TRAITS`."""

    code: str
    organisation: str
    kind: PointKind
    name: Words
    valid_from: date
    traits: Mapping[str, Any] = field(default_factory=dict)
    is_closed: bool = False
    where: Words | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitEntry:
    """A limit from a day on (限值登记事项); neither low nor high ends it."""

    point: str
    factor: str
    statistic: Statistic
    low: Decimal | None
    high: Decimal | None
    unit: str
    document: str
    valid_from: date
    clause: str = ""
    is_converted: bool = False
    valid_to: date | None = None
    where: Words | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceEntry:
    """How a device is set up from a day on (设备登记事项); a secret that is None stays what it was, an empty one is taken away."""

    mn: str
    point: str
    edition: str
    checksum: Variant
    valid_from: date
    settings: Mapping[str, int] = field(default_factory=dict)
    is_retired: bool = False
    password: str | None = field(default=None, repr=False)
    key: str | None = field(default=None, repr=False)
    where: Words | None = None


@dataclass(frozen=True, slots=True)
class Entries:
    """What is entered in one act (登记清单)."""

    points: Sequence[PointEntry] = ()
    limits: Sequence[LimitEntry] = ()
    devices: Sequence[DeviceEntry] = ()

    def __len__(self) -> int:
        return len(self.points) + len(self.limits) + len(self.devices)

    @property
    def named(self) -> set[str]:
        """The codes of the points it is about."""
        return {one.code for one in self.points} | {one.point for one in self.limits} | {one.point for one in self.devices}

    @property
    def subject(self) -> str:
        """The point it is about, the list where there are several."""
        about = self.named
        return SUBJECT + (about.pop() if len(about) == 1 else "list")


def record(told: Entries, *, who: Member, reason: str) -> int:
    """Enter a list for a person (登记); returns the place of its link.

    Raises
    ------
    InputRefused
        With every fault found.
    NotPermitted
        Unless one post of the person is in charge of every organisation concerned.
    """
    with transaction.atomic():
        homes = homes_of(told)
        faults = [*_reason_faults(reason), *faults_of(told, homes)]
        tree = tree_on(clock.today())
        concerned = {one for one in (*homes.values(), *(point.organisation for point in told.points)) if one in tree}
        actor = _actor(who, concerned, tree) if concerned else None
        if faults or actor is None:
            raise InputRefused(faults or [_no_point("")])
        return enter(told, actor=actor, reason=reason.strip())


def _reason_faults(reason: str) -> Iterator[Fault]:
    if not reason.strip():
        yield Fault(Words("理由", "reason"), "", Words("登记变更必须写明理由", "an entry in the register needs a reason"), Words("写明依据，如许可证、批文、更换记录", "say on what it rests, such as the permit, a decision, a record of replacement"))


def _actor(who: Member, organisations: Iterable[str], tree: Tree) -> Actor:
    held = [who.posts_over(Permission.MONITORING_MANAGE, one, tree) for one in organisations]
    posts = [post for post in held[0] if all(post in others for others in held)]
    if not posts:
        raise NotPermitted(Permission.MONITORING_MANAGE)
    return Actor(who.pk, who.full_name, posts[0].role, posts[0].organisation, posts[0].stands_in_for)


def homes_of(told: Entries) -> dict[str, str]:
    """Return whose the points are that stand in the register and are named in a list (所属单位), by code; also that a device leaves."""
    codes = told.named
    mns = {one.mn for one in told.devices}
    codes |= set(DeviceVersion.objects.filter(device__mn__in=mns).values_list("point__code", flat=True)) if mns else set()
    return dict(MonitoringPoint.objects.filter(code__in=codes).values_list("code", "organisation__code"))


def faults_of(told: Entries, homes: Mapping[str, str]) -> Iterator[Fault]:
    """Yield what is wrong in a list, each placed where its entry stands (登记校验)."""
    tree = tree_on(clock.today())
    kinds = dict(MonitoringPoint.objects.filter(code__in=[one.code for one in told.points]).values_list("code", "kind"))
    seen: set[tuple[object, ...]] = set()
    for point in told.points:
        yield from _placed(_day_faults(point.valid_from), point.where)
        yield from _placed(_point_faults(point, homes, kinds, point.organisation in tree), point.where)
        yield from _placed(_twice(("point", point.code, point.valid_from), point.code, seen), point.where)
    codes = set(homes) | {one.code for one in told.points}
    for limit in told.limits:
        yield from _placed(_day_faults(limit.valid_from), limit.where)
        yield from _placed(_limit_faults(limit, codes), limit.where)
        yield from _placed(_twice((limit.point, limit.factor, limit.statistic, limit.is_converted, limit.valid_from), limit.factor, seen), limit.where)
    for device in told.devices:
        yield from _placed(_day_faults(device.valid_from), device.where)
        yield from _placed(_device_faults(device, codes), device.where)
        yield from _placed(_twice(("device", device.mn, device.valid_from), device.mn, seen), device.where)


def _placed(faults: Iterable[Fault], where: Words | None) -> Iterator[Fault]:
    for one in faults:
        yield one.at(where) if where else one


def _day_faults(day: date) -> Iterator[Fault]:
    if not _EARLIEST <= day.year <= _LATEST:
        yield Fault(Words("生效日", "first day"), str(day), Words(f"应在 {_EARLIEST}～{_LATEST} 年之间", f"must be from {_EARLIEST} to {_LATEST}"), Words("核对年份", "check the year"))


def _twice(key: tuple[object, ...], value: str, seen: set[tuple[object, ...]]) -> Iterator[Fault]:
    if key in seen:
        yield Fault(Words("登记", "entry"), value, Words("清单中重复", "stands in the list twice"), Words("同一对象、同一生效日只留一行", "keep one row of one thing and one day"))
    seen.add(key)


def _point_faults(one: PointEntry, homes: Mapping[str, str], kinds: Mapping[str, str], is_there: bool) -> Iterator[Fault]:
    if not _CODE.fullmatch(one.code):
        yield Fault(Words("监测点编码", "code of the point"), one.code, Words("应为字母、数字和 . _ -，以字母或数字开头，不超过 60 位", "must be letters, digits and . _ -, begin with a letter or digit, 60 at most"), Words("如 U001.DA001：单位代码加许可证排口编号", "such as U001.DA001: the unit's code and the outlet's number in the permit"))
    if not one.name.zh.strip() or max(map(len, one.name)) > 120:
        yield Fault(Words("监测点名称", "name of the point"), one.name.zh, Words("必填，不超过 120 字", "is needed, 120 letters at most"), Words("填写名称", "give its name"))
    if not is_there:
        yield Fault(Words("所属单位", "organisation"), one.organisation, Words("今日没有这个组织", "does not exist today"), Words("填写单位、园区或县区的代码", "give the code of a unit, park or county"))
    if homes.get(one.code, one.organisation) != one.organisation or kinds.get(one.code, one.kind.name) != one.kind.name:
        yield Fault(Words("监测点", "point"), one.code, Words("编码已用于另一单位或类别", "the code belongs to another organisation or kind"), Words("换一个编码；迁移的排口另行登记", "choose another code; an outlet that moved is registered anew"))
    for name, value in one.traits.items():
        if name not in TRAITS:
            yield Fault(Words("事项", "fact"), name, Words("没有这一事项", "is no fact of a point"), Words("删去", "leave it out"))
        elif (rule := TRAITS[name].rule_broken(value)) is not None:
            yield Fault(TRAITS[name].name, str(value), rule, Words("改正后重试", "correct it and try again"))
    if one.kind is PointKind.METER and not one.is_closed:
        yield from meter_faults(one.code, one.traits)
    days = [one.traits.get(name) for name in STAGES]
    if any(later and not earlier for earlier, later in pairwise(days)) or sorted(filter(None, days)) != [day for day in days if day]:
        yield Fault(Words("安装、验收、联网日期", "days of installation, acceptance, connection"), " ".join(str(day or "—") for day in days), Words("应依次填写，且不早于前一步", "must follow one another"), Words("补齐或改正日期", "complete or correct the days"))


def _limit_faults(one: LimitEntry, codes: set[str]) -> Iterator[Fault]:
    factor = factor_by_code().get(one.factor)
    if one.point not in codes:
        yield _no_point(one.point)
    if factor is None:
        yield Fault(Words("因子", "factor"), one.factor, Words("不在 HJ 212 因子表中", "is not in the table of HJ 212"), Words("填写编码，如 a21026 二氧化硫、w01018 化学需氧量", "give its code, such as a21026 for SO2, w01018 for COD"))
    elif one.unit not in units_of(factor):
        yield Fault(Words("计量单位", "unit"), one.unit, Words(f"应为 {'、'.join(units_of(factor))}", f"must be {', '.join(units_of(factor))}"), Words("换算后填写", "convert it"))
    if one.low is not None and one.high is not None and one.low > one.high:
        yield Fault(Words("限值", "limit"), f"{one.low}–{one.high}", Words("下限高于上限", "the low end is above the high"), Words("对调或改正", "correct them"))
    for limit in (one.low, one.high):
        if limit is not None and (not limit.is_finite() or not 0 <= limit < _MOST_DIGITS or int(limit.as_tuple().exponent) < -6):
            yield Fault(Words("限值", "limit"), str(limit), Words("应为不小于 0 的数，小数不超过 6 位", "must be 0 or more, with 6 decimals at most"), Words("改正数值", "correct the figure"))
    if (one.low, one.high) != (None, None) and not one.document.strip():
        yield Fault(Words("依据", "document"), "", Words("限值须有依据", "a limit needs a document"), Words("填写许可证编号或标准号", "give the permit or the standard"))
    if one.valid_to is not None and one.valid_to <= one.valid_from:
        yield Fault(Words("失效日", "end"), str(one.valid_to), Words("应晚于生效日", "must be after the first day"), Words("改正日期", "correct the day"))
    if max(len(one.document), len(one.clause)) > 120:
        yield Fault(Words("依据", "document"), one.document, Words("超过 120 字", "is longer than 120 letters"), Words("写短", "shorten it"))


def _device_faults(one: DeviceEntry, codes: set[str]) -> Iterator[Fault]:
    if not _MN.fullmatch(one.mn):
        yield Fault(Words("设备 MN", "MN of the device"), one.mn, Words("应为不超过 40 位的字母、数字", "must be letters and digits, 40 at most"), Words("按数采仪设置抄录", "copy it from the logger"))
    if one.point not in codes:
        yield _no_point(one.point)
    if one.edition not in {edition.name for edition in editions()}:
        yield Fault(Words("标准版本", "edition"), one.edition, Words("应为 2005、2017 或 2025", "must be 2005, 2017 or 2025"), Words("改正", "correct it"))
    if one.password is not None and not _PASSWORD.fullmatch(one.password):
        yield Fault(Words("访问密码", "password"), "", Words("只能用不含分号和空格的 ASCII 字符，不超过 64 位", "takes ASCII signs without semicolon or space, 64 at most"), Words("换一个并同步修改数采仪", "choose another, on the logger too"))
    if one.key is not None and not _KEY.fullmatch(one.key):
        yield Fault(Words("SM4 密钥", "SM4 key"), "", Words("应为 32 位十六进制数", "must be 32 hexadecimal digits"), Words("按数采仪设置填写", "give it as on the logger"))
    for name, value in one.settings.items():
        low, high = SETTINGS[name].span if name in SETTINGS else (1, 0)
        if not low <= value <= high:
            yield Fault(SETTINGS[name].name if name in SETTINGS else Words("设置", "setting"), str(value), Words(f"应在 {low}～{high} 之间", f"must be from {low} to {high}"), Words("改正", "correct it"))


def _no_point(code: str) -> Fault:
    return Fault(Words("监测点", "point"), code, Words("没有登记", "is not registered"), Words("先登记监测点，或核对编码", "register the point first, or check the code"))


def enter(told: Entries, *, actor: Actor, reason: str, is_simulated: bool = False) -> int:
    """Seal a sound list and write its rows (写入登记); returns the place of its link."""
    secrets = [(sealed_secret(one.mn, "password", one.password), sealed_secret(one.mn, "key", one.key)) for one in told.devices]
    held = _latest(one.mn for one in told.devices)
    kept = [tuple(new if new is not None else old for new, old in zip(pair, held.get(one.mn, ("", "")), strict=True)) for one, pair in zip(told.devices, secrets, strict=True)]
    content: dict[str, Plain] = {
        "points": [_point_content(one) for one in told.points], "limits": [_limit_content(one) for one in told.limits],
        "devices": [_device_content(one, *pair) for one, pair in zip(told.devices, kept, strict=True)],
    }  # fmt: skip
    organisations = {one.organisation for one in told.points}
    homes = dict(Organisation.objects.filter(code__in=organisations).values_list("code", "pk"))
    simulated = is_simulated or _is_simulated(told, organisations)
    sealed = seal(kind=ActKind.MONITORING_CHANGE, subject=told.subject, content={key: rows for key, rows in content.items() if rows}, actor=actor, reason=reason, is_simulated=simulated)
    try:
        with transaction.atomic():
            _write(told, kept, homes, sealed, reason, simulated)
    except IntegrityError as clash:
        raise InputRefused([Fault(Words("登记", "entry"), told.subject, Words("同时有人登记了同一编码", "somebody registered the same code meanwhile"), Words("刷新后重试", "reload and try again"))]) from clash
    return sealed.link


def _is_simulated(told: Entries, organisations: set[str]) -> bool:
    return Organisation.objects.filter(code__in=organisations, is_simulated=True).exists() or MonitoringPoint.objects.filter(code__in=told.named, is_simulated=True).exists()


def _latest(mns: Iterable[str]) -> dict[str, tuple[str, str]]:
    rows = DeviceVersion.objects.filter(device__mn__in=list(mns)).order_by("valid_from", "id").values_list("device__mn", "sealed_password", "sealed_key")
    return {mn: (password, key) for mn, password, key in rows}


def _write(told: Entries, kept: Sequence[tuple[str, ...]], homes: Mapping[str, int], sealed: Sealed, reason: str, is_simulated: bool) -> None:
    known = set(MonitoringPoint.objects.filter(code__in=[one.code for one in told.points]).values_list("code", flat=True))
    new = {one.code: one for one in told.points if one.code not in known}
    insert_rows(MonitoringPoint, (
        MonitoringPoint(code=one.code, organisation_id=homes[one.organisation], kind=one.kind.name, is_simulated=is_simulated, recorded_at=sealed.recorded_at) for one in new.values()
    ))  # fmt: skip
    mns = {one.mn for one in told.devices}
    there = set(Device.objects.filter(mn__in=mns).values_list("mn", flat=True))
    insert_rows(Device, (Device(mn=mn, is_simulated=is_simulated, recorded_at=sealed.recorded_at) for mn in sorted(mns - there)))
    points = dict(MonitoringPoint.objects.filter(code__in=told.named).values_list("code", "pk"))
    devices = dict(Device.objects.filter(mn__in=mns).values_list("mn", "pk"))
    hung = {"reason": reason, "recorded_at": sealed.recorded_at, "link": sealed.link}
    insert_rows(MonitoringPointVersion, (
        MonitoringPointVersion(
            point_id=points[one.code], valid_from=one.valid_from, name_zh=one.name.zh, name_en=one.name.en, traits=dict(one.traits), is_closed=one.is_closed, place=place, **hung
        ) for place, one in enumerate(told.points)
    ))  # fmt: skip
    insert_rows(EmissionLimit, (
        EmissionLimit(
            point_id=points[one.point], factor=one.factor, statistic=one.statistic.name, low=one.low, high=one.high, unit=one.unit, is_converted=one.is_converted,
            document=one.document, clause=one.clause, valid_from=one.valid_from, valid_to=one.valid_to, place=place, **hung,
        ) for place, one in enumerate(told.limits)
    ))  # fmt: skip
    insert_rows(DeviceVersion, (
        DeviceVersion(
            device_id=devices[one.mn], point_id=points[one.point], valid_from=one.valid_from, edition=one.edition, checksum=one.checksum.value, sealed_password=password,
            sealed_key=key, settings=dict(one.settings), is_retired=one.is_retired, place=place, **hung,
        ) for place, (one, (password, key)) in enumerate(zip(told.devices, kept, strict=True))
    ))  # fmt: skip


def _point_content(one: PointEntry) -> dict[str, Plain]:
    return {
        "point": one.code, "organisation": one.organisation, "kind": one.kind.name, "name_zh": one.name.zh, "name_en": one.name.en, "traits": dict(one.traits),
        "valid_from": one.valid_from, "is_closed": one.is_closed,
    }  # fmt: skip


def _limit_content(one: LimitEntry) -> dict[str, Plain]:
    return {
        "point": one.point, "factor": one.factor, "statistic": one.statistic.name, "low": one.low, "high": one.high, "unit": one.unit, "is_converted": one.is_converted,
        "document": one.document, "clause": one.clause, "valid_from": one.valid_from, "valid_to": one.valid_to,
    }  # fmt: skip


def _device_content(one: DeviceEntry, password: str, key: str) -> dict[str, Plain]:
    """What is sealed of a device: of a secret only that it is what it was, by the digest of its cipher text."""
    return {
        "device": one.mn, "point": one.point, "edition": one.edition, "checksum": one.checksum.value, "settings": dict(one.settings), "is_retired": one.is_retired,
        "valid_from": one.valid_from, "sealed_password": fingerprint(password), "sealed_key": fingerprint(key),
    }  # fmt: skip
