"""Meters over MQTT with a real broker on loopback: acknowledged after the disk, not before; what nobody knows is kept aside."""

import asyncio
import json
import socket
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from amqtt.broker import Broker as AmqttBroker
from paho.mqtt.enums import CallbackAPIVersion

from shuangkong.gateway.mqtt import Broker, Subscriber
from shuangkong.lake.drain import drain_once
from shuangkong.lake.inbox import open_inbox
from shuangkong.lake.readings import READINGS
from shuangkong.lake.table import rows_of
from shuangkong.services import meter_readings
from shuangkong.services.readings import conventions_on, open_lake
from shuangkong.services.telemetry import parser

TOPIC = "city/meters/+/readings"


@pytest.fixture
def port() -> Iterator[int]:
    """A broker that lets everybody in, on this machine alone."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        free = held.getsockname()[1]
    loop, is_up = asyncio.new_event_loop(), threading.Event()
    config = {"listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{free}"}}, "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}}}
    done = asyncio.Event()

    async def serve() -> None:
        broker = AmqttBroker(config)
        await broker.start()
        is_up.set()
        await done.wait()
        await broker.shutdown()

    running = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    running.start()
    assert is_up.wait(20)
    yield free
    loop.call_soon_threadsafe(done.set)
    running.join(20)
    loop.close()


def published(port: int, *messages: tuple[str, bytes]) -> None:
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", port)
    client.loop_start()
    for point, payload in messages:
        client.publish(f"city/meters/{point}/readings", payload, qos=1).wait_for_publish(20)
    client.disconnect()
    client.loop_stop()


def told(minute: int, reading: str) -> bytes:
    return json.dumps({"ts": f"2026-03-01 00:{minute:02}:00", "reading": reading}).encode()


def test_a_message_is_acknowledged_once_it_is_on_disk(port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meter_readings, "known_meters", lambda: {"U001.M001": ("U001.M001", "U001")})
    monkeypatch.setattr("shuangkong.gateway.mqtt.RETRY_S", (0, 1))
    stop, all_kept, failures = threading.Event(), threading.Event(), iter([True])
    kept: list[str] = []

    def open_store():
        if next(failures, False):
            raise OSError("disk full")
        inbox = open_inbox(tmp_path / "inbox.db")

        def keep(messages: Sequence[tuple[str, bytes]]) -> None:
            taken = meter_readings.take_messages(messages, inbox=inbox)
            kept.extend(one.name for one in taken.verdicts)
            if len(kept) >= 4:
                all_kept.set()

        return keep

    subscriber = Subscriber(Broker("127.0.0.1", port, TOPIC, "city"), open_store=open_store)
    acknowledged: list[int] = []
    ack = subscriber._client.ack
    monkeypatch.setattr(subscriber._client, "ack", lambda mid, qos: (acknowledged.append(len(kept)), ack(mid, qos)))
    running = threading.Thread(target=subscriber.run, args=(stop,))
    running.start()
    assert subscriber.subscribed.wait(20)
    published(port, ("U001.M001", told(0, "12.5")), ("U001.M001", told(15, "13")), ("X9", told(0, "1")), ("U001.M001", b"\xff nothing"))
    assert all_kept.wait(20)
    stop.set()
    running.join(20)
    assert kept == ["ACCEPTED", "ACCEPTED", "UNKNOWN_POINT", "UNREADABLE"]
    assert 0 not in acknowledged

    lake = open_lake(tmp_path, conventions=conventions_on(datetime(2026, 3, 2, tzinfo=UTC).date()))
    inbox = open_inbox(tmp_path / "inbox.db")
    merged = drain_once(lake, inbox, parser(dict), now=datetime(2026, 3, 2, tzinfo=UTC))
    inbox.close()
    assert merged is not None
    assert (merged.new, merged.quarantined) == (2, 2)
    with lake.engine() as engine:
        found = engine.execute(f"SELECT point, CAST(ts AS VARCHAR), CAST(value AS VARCHAR) FROM ({rows_of(READINGS, lake.readings.files())}) ORDER BY ts").fetchall()
    assert found == [("U001.M001", "2026-03-01 00:00:00", "12.500000"), ("U001.M001", "2026-03-01 00:15:00", "13.000000")]
