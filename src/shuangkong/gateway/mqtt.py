"""Meters over MQTT (计量表 MQTT 接入): a subscriber that acknowledges a message only once it is on disk.

The session is kept by the broker under our client id, so that what is sent while we are away (QoS 1) comes later. Messages that arrive together are one
commit of the inbox; while the store fails nothing is acknowledged, and the broker keeps it.
"""

import logging
import queue
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

BATCH_MOST, QUEUE_MOST = 1000, 10_000
KEEPALIVE_S = 30
RETRY_S = (1, 60)
_log = logging.getLogger("shuangkong.mqtt")

type_of_keep = Callable[[Sequence[tuple[str, bytes]]], object]


@dataclass(frozen=True, slots=True)
class Broker:
    """Where to subscribe, to what, and as whom (消息服务器)."""

    host: str
    port: int
    topic: str
    client_id: str
    user: str = ""
    password: str = field(default="", repr=False)
    tls: ssl.SSLContext | None = None


def point_in(topic: str, *, pattern: str) -> str:
    """Return the point that a topic names (主题中的计量点): what stands where the pattern has its first +, the last part where it has none.

    Examples
    --------
    >>> point_in("city/meters/U001.M001/readings", pattern="city/meters/+/readings")
    'U001.M001'
    >>> point_in("city/meters/U001.M001", pattern="city/meters/#")
    'U001.M001'
    """
    parts, wanted = topic.split("/"), pattern.split("/")
    return parts[wanted.index("+")] if "+" in wanted and len(parts) > wanted.index("+") else parts[-1]


class Subscriber:
    """Takes messages of one broker (MQTT 订阅), in a thread of its own, until told to stop.

    Parameters
    ----------
    broker : Broker
        Where to.
    open_store : callable
        Gives what keeps messages durably, a list of (point, payload) at a time; asked for in the thread that keeps, and again after it failed.
    """

    def __init__(self, broker: Broker, *, open_store: Callable[[], type_of_keep]) -> None:
        self._broker, self._open_store = broker, open_store
        self._waiting: queue.Queue[mqtt.MQTTMessage] = queue.Queue(QUEUE_MOST)
        self.subscribed = Event()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=broker.client_id, clean_session=False, manual_ack=True)
        if broker.user:
            self._client.username_pw_set(broker.user, broker.password or None)
        if broker.tls is not None:
            self._client.tls_set_context(broker.tls)
        self._client.reconnect_delay_set(*RETRY_S)
        self._client.on_connect = self._connected
        self._client.on_subscribe = lambda *_: self.subscribed.set()
        self._client.on_disconnect = self._disconnected
        self._client.on_message = lambda client, data, message: self._waiting.put(message)  # a full queue holds the socket back

    def run(self, stop: Event) -> None:
        """Take messages until told to stop (接收)."""
        self._client.connect_async(self._broker.host, self._broker.port, keepalive=KEEPALIVE_S)
        self._client.loop_start()
        keep: type_of_keep | None = None
        delay = RETRY_S[0]
        try:
            while not stop.is_set():
                some = self._next()
                while some and not stop.is_set():
                    try:
                        keep = keep or self._open_store()
                        keep([(point_in(one.topic, pattern=self._broker.topic), bytes(one.payload)) for one in some])
                    except Exception as trouble:  # a full disk, a database away: nothing is acknowledged, the broker keeps it
                        _log.error("not kept: %s", trouble)
                        keep = None
                        stop.wait(delay)
                        delay = min(delay * 2, RETRY_S[1])
                        continue
                    delay = RETRY_S[0]
                    for one in some:
                        self._client.ack(one.mid, one.qos)
                    some = []
        finally:
            self._client.disconnect()
            self._client.loop_stop()

    def _next(self) -> list[mqtt.MQTTMessage]:
        """What has come by now, waiting a little for the first."""
        some: list[mqtt.MQTTMessage] = []
        try:
            some.append(self._waiting.get(timeout=0.2))
            while len(some) < BATCH_MOST:
                some.append(self._waiting.get_nowait())
        except queue.Empty:
            pass
        return some

    def _connected(self, client: mqtt.Client, data: Any, flags: Any, reason: Any, properties: Any) -> None:
        if reason.is_failure:
            _log.error("refused by the broker: %s", reason)
        else:
            client.subscribe(self._broker.topic, qos=1)

    def _disconnected(self, client: mqtt.Client, data: Any, flags: Any, reason: Any, properties: Any) -> None:
        self.subscribed.clear()
        if reason.is_failure:
            _log.warning("connection lost: %s", reason)
