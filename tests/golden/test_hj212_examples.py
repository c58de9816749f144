"""Packets printed in the standard, and made by hand after it, with what they must yield.

`hj212/examples.jsonl` was worked out outside this code, from the text of HJ 212-2017 and an independent decoder; it is never regenerated from our output.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from shuangkong.cli.hj212 import frame_as_json
from shuangkong.hj212 import Closed, Connection, Event, Frame, Skipped

EXAMPLES = [json.loads(line) for line in (Path(__file__).parent / "hj212" / "examples.jsonl").read_text("utf-8").splitlines()]


def events_of(chunks: list[bytes]) -> list[Event]:
    """Return what a connection tells of these reads."""
    connection = Connection()
    events: list[Event] = []
    for chunk in [*chunks, b""]:
        connection.receive_bytes(chunk)
        events += connection.events()
    return events


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["id"])
@pytest.mark.parametrize("by_byte", [False, True], ids=["as it came", "byte by byte"])
def test_an_example_yields_what_is_written_beside_it(example: dict[str, Any], by_byte: bool) -> None:
    chunks = [bytes.fromhex(chunk) for chunk in example["chunks_hex"]]
    if by_byte:
        chunks = [bytes([byte]) for chunk in chunks for byte in chunk]
    events = events_of(chunks)
    frames = [json.loads(json.dumps(frame_as_json(event))) for event in events if isinstance(event, Frame)]
    assert frames == example["frames"]
    assert [list(frame) for frame in frames] == [list(frame) for frame in example["frames"]]
    assert events[-1] == Closed(bytes.fromhex(example["leftover_hex"]))
    assert sum(len(event.raw) for event in events if isinstance(event, Skipped)) == example["skipped_garbage_bytes"]


def test_sub_packets_together_hold_every_factor() -> None:
    example = next(example for example in EXAMPLES if "reassembled_factors" in example)
    together: dict[str, dict[str, str]] = {}
    for event in events_of([bytes.fromhex(chunk) for chunk in example["chunks_hex"]]):
        if isinstance(event, Frame):
            together |= event.packet.factors
    assert together == example["reassembled_factors"]
