"""Devices that report (上报设备): which point a logger speaks for, its edition and checksum, its secrets, from which day on.

Passwords and keys are enciphered at rest as those of the second factor are; no page, export, interface or act ever holds them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Max

from shuangkong.hj212.crc import Variant
from shuangkong.services import clock
from shuangkong.services.monitoring_secrets import opened_secret
from shuangkong.services.sealed_secret import SecretUnreadable
from shuangkong.store.models import DeviceVersion


@dataclass(frozen=True, slots=True)
class DeviceSettings:
    """A device as the gateway must know it (设备接入设置). An empty password is not asked for; the key, if any, is that of SM4."""

    mn: str
    point: str
    edition: str
    checksum: Variant
    password: str = field(repr=False)
    key: bytes | None = field(repr=False)
    settings: Mapping[str, Any] = field(default_factory=dict)


def newest_setup() -> tuple[int | None, date]:
    """Return what changes whenever `device_settings` may (设置版本): the key of the newest version and the day."""
    return DeviceVersion.objects.aggregate(Max("id"))["id__max"], clock.today()


def device_settings() -> Mapping[str, DeviceSettings]:
    """Return the devices in use today by MN (在用设备); one whose secrets cannot be opened is left out, that nobody may pass for it."""
    told = {}
    for row in versions_on(clock.today()).values():
        if row.is_retired:
            continue
        try:
            password = opened_secret(row.device.mn, "password", row.sealed_password)
            key = bytes.fromhex(opened_secret(row.device.mn, "key", row.sealed_key)) or None
        except SecretUnreadable:
            continue
        told[row.device.mn] = DeviceSettings(row.device.mn, row.point.code, row.edition, Variant(row.checksum), password, key, row.settings)
    return told


def versions_on(day: date) -> Mapping[int, DeviceVersion]:
    """Return the version of each device that holds on a day, by the device's key (某日设备登记)."""
    rows = DeviceVersion.objects.filter(valid_from__lte=day).select_related("device", "point").order_by("device_id", "valid_from", "id")
    return {row.device_id: row for row in rows.iterator(chunk_size=2000)}

