"""The HJ 212 codec: packets a second to typed figures, and by header alone, beside less work and more on the same bytes; then a million damaged packets.

    python benchmarks/hj212_codec.py [DAMAGED]

Size: 50 000 hourly packets of 500 loggers, about 400 bytes and 16 figures each, from memory in reads of 64 KiB. One core. The floor, in the same run: cutting the same
bytes by their length fields and nothing else. The ceiling: the same packets read as a first attempt would, checksum bit by bit and a nested dictionary of Decimals.
Budget: 80 000 packets a second with checksum, header and figures as Decimals (aim: 300 000); peers do 11 to 14 thousand. Then 1 000 000 packets damaged at random,
each tenth followed by a good one: no exception, no good one lost, memory no more than 64 MB beyond what was there. CPU time is what counts: others use the machine too.
"""

import random
import resource
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from shuangkong.hj212 import Connection, Frame, Packet, Status
from shuangkong.hj212.crc import crc_text
from shuangkong.hj212.frame import framed
from unit.hj212.hj212_definition import damaged  # found by the path above

PACKETS, NAIVE_PACKETS = 50_000, 1_000
DAMAGED = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
READ = 1 << 16
BUDGET_PACKETS_PER_S = 80_000
BUDGET_MEMORY_MB = 64
GOOD_EACH = 10


def invented_packet(dice: random.Random, number: int) -> Packet:
    """Return an hourly packet of one of 500 loggers, all of one hour after the other."""
    hour = number // 500
    moment = f"202603{1 + hour // 24 % 28:02d}{hour % 24:02d}0000"
    pairs = [("DataTime", moment)]
    for factor in ("a34013", "a21026", "a21002"):
        low, mean, high = sorted(dice.randrange(400) for _ in range(3))
        pairs += [(f"{factor}-Cou", f"{dice.randrange(1000) / 100}"), (f"{factor}-Min", f"{low / 10}"), (f"{factor}-Avg", f"{mean / 10}"), (f"{factor}-Max", f"{high / 10}")]
        pairs += [(f"{factor}-Flag", "N")]
    pairs += [("a19001-Min", "7.5"), ("a19001-Avg", f"{dice.randrange(75, 82) / 10}"), ("a19001-Max", "8.2"), ("a19001-Flag", "N"), ("a00000-Cou", f"{dice.randrange(10**6)}")]
    return Packet.of(
        command_code="2061", mn=f"4117000000000000000A{number % 500:04d}", password="123456", system_code="31", flag=5, request_id=f"{moment}{number % 1000:03d}", pairs=pairs
    )


def rate(name: str, count: int, run: Callable[[], int]) -> float:
    """Run, check the count, print and return packets a second of CPU time; the best of three."""
    taken = []
    for _ in range(3):
        begun = time.process_time()
        if run() != count:
            sys.exit(f"{name}: wrong count")
        taken.append(time.process_time() - begun)
    best = min(taken)
    print(f"{name:52} {count / best:12,.0f} packets/s   {best / count * 1e6:7.2f} µs")
    return count / best


def cut_only(stream: bytes) -> int:
    """The floor: one length field after the other."""
    place = count = 0
    while place < len(stream):
        place += 12 + int(stream[place + 2 : place + 6])
        count += 1
    return count


def naive(stream: bytes) -> int:
    """A first attempt: bit by bit, line by line, everything at once."""
    count = 0
    for line in stream.split(b"\r\n")[:-1]:
        segment, crc = line[6:-4], 0xFFFF
        for byte in segment:
            crc = (crc >> 8) ^ byte
            for _ in range(8):
                crc = (crc >> 1) ^ 0xA001 if crc & 1 else crc >> 1
        if f"{crc:04X}".encode() != line[-4:]:
            continue
        text = segment.decode()
        header, area = text.split("CP=&&")
        fields = dict(field.split("=") for field in header.split(";") if field)
        by_factor: dict[str, dict[str, object]] = {}
        for item in area.removesuffix("&&").replace(";", ",").split(","):
            key, value = item.split("=")
            factor, _, field = key.partition("-")
            by_factor.setdefault(factor, {})[field] = value if field in ("", "Flag") else Decimal(value)
        count += bool(fields["MN"] and by_factor)
    return count


def read_all(stream: bytes, use: Callable[[Frame], object]) -> int:
    """Feed the stream in reads and use every good frame."""
    connection, count = Connection(), 0
    for place in range(0, len(stream), READ):
        connection.receive_bytes(stream[place : place + READ])
        for event in connection.events():
            if isinstance(event, Frame) and event.status is Status.OK:
                use(event)
                count += 1
    return count


def survive(good: list[bytes], count: int) -> None:
    """Feed damaged packets, some followed by a good one of its own number; stop if one of these is lost."""
    dice = random.Random(212)
    connection, told, sent, sane = Connection(), 0, 0, 0
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.process_time()
    for first in range(0, count, GOOD_EACH):
        segment = b"QN=%017d;ST=31;CN=2011;PW=1;MN=GOOD;Flag=5;CP=&&a01001-Rtd=1.0&&" % sent
        pieces = [damaged(dice, dice.choice(good)) for _ in range(min(GOOD_EACH, count - first))]
        connection.receive_bytes(b"".join(pieces) + framed(segment, crc=crc_text(segment), length=len(segment)))
        sent += 1
        for event in connection.events():
            told += 1
            if isinstance(event, Frame) and event.status is Status.OK and event.packet.mn == "GOOD":
                if event.packet.request_id != f"{sane:017d}":
                    sys.exit(f"a good packet was lost: {sane}")
                sane += 1
    connection.receive_bytes(b"")
    sane += sum(isinstance(event, Frame) and event.packet.mn == "GOOD" and event.status is Status.OK for event in connection.events())
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"{count:,} damaged packets: {told:,} events, {sane:,} of {sent:,} good ones, {time.process_time() - begun:.1f} s, {grown:.0f} MB more")
    if sane != sent or grown > BUDGET_MEMORY_MB:
        sys.exit("good packets were lost, or memory was not bounded")


def main() -> None:
    """Measure, compare, judge."""
    dice = random.Random(2026)
    connection = Connection()
    frames = [connection.send(invented_packet(dice, number)) for number in range(PACKETS)]
    stream, some = b"".join(frames), b"".join(frames[:NAIVE_PACKETS])
    print(f"{PACKETS:,} packets, {len(stream) / PACKETS:.0f} bytes each")
    floor = rate("floor: cut by length, nothing else", PACKETS, lambda: cut_only(stream))
    slow = rate("naive: checksum by bits, nested dictionary", NAIVE_PACKETS, lambda: naive(some))
    rate("frames with checksum", PACKETS, lambda: read_all(stream, lambda frame: frame.segment))
    rate("and header", PACKETS, lambda: read_all(stream, lambda frame: frame.packet))
    typed = rate("and figures as Decimals, marks, time", PACKETS, lambda: read_all(stream, lambda frame: frame.packet.readings))
    rate("and each figure as a row", PACKETS, lambda: read_all(stream, lambda frame: list(frame.packet.readings.rows())))
    print(f"typed figures: {typed / slow:.0f} times the naive way, 1/{floor / typed:.0f} of the floor")
    survive(frames[:1000], DAMAGED)
    if typed < BUDGET_PACKETS_PER_S:
        sys.exit(f"under the budget of {BUDGET_PACKETS_PER_S:,} packets a second")


if __name__ == "__main__":
    main()
