"""Telemetry without a register in a database: the devices are given."""

from pathlib import Path

import pytest
from gateway_steps import DEVICES, lake_at

from shuangkong.lake.inbox import open_inbox
from shuangkong.services import telemetry


@pytest.fixture
def devices_here() -> dict[str, object]:
    return dict(DEVICES)


@pytest.fixture
def telemetry_here(monkeypatch: pytest.MonkeyPatch, devices_here: dict[str, object]) -> None:
    """`services.telemetry` on a folder, with the devices of the test."""

    def opened(data: Path) -> tuple[object, object]:
        return lake_at(data), open_inbox(data / "inbox.db")

    monkeypatch.setattr(telemetry, "_opened", opened)
    monkeypatch.setattr(telemetry.KnownDevices, "current", lambda known: devices_here)
