"""A city of loggers (模拟数采仪): what each of them measures and sends at any moment, and what goes wrong on the way, from a fixed seed.

Everything follows from the seed, the MN and the moment, nothing is remembered: a value asked for again is the same value, so that a back-fill after an outage tells what
would have been told. All of it is 模拟.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from random import Random

from shuangkong.hj212 import Packet, Variant, split
from shuangkong.hj212.editions import factor_by_code
from shuangkong.kernel.rounding import round_gbt8170 as rounded

TICK = timedelta(minutes=10)
LATE_BY = timedelta(hours=2)
SPANS = {"2051": TICK, "2061": timedelta(hours=1), "2031": timedelta(days=1)}
_OUTAGE = timedelta(hours=3)
_VERSION_BITS = {"2005": 0, "2017": 1, "2025": 2}
_SHORT_AREA = 400
_ANSWER = 1
# What a medium is measured by: the flow, and around which figure each factor lies unless a limit says so.
FLOW = {"31": "a00000", "32": "w00000"}
_USUAL: Mapping[str, Mapping[str, str]] = {
    "31": {"a21026": "35", "a21002": "50", "a34013": "10"},
    "32": {"w01018": "60", "w21003": "8", "w21001": "20", "w21011": "0.5"},
    "22": {"a34004": "60", "a34002": "110", "a21026": "15", "a21004": "40", "a21005": "1.2", "a05024": "140"},
    "21": {"w21003": "0.9", "w01019": "5.5", "w21011": "0.18"},
}
STEADY = {"31": {"a19001": "8.50", "a01012": "85.0"}, "32": {"w01001": "7.40"}, "21": {"w01001": "7.60", "w01009": "7.80"}, "22": {}}


def usual_levels(system: str) -> dict[str, Decimal]:
    """Return around which figure the factors of a medium lie where no limit says so (常见水平)."""
    return {name: Decimal(usual) for name, usual in _USUAL[system].items()}


class Mishap(Enum):
    """What goes wrong with one message (传输异常)."""

    DROPPED = "丢包"
    DOUBLED = "重复"
    BAD_CHECKSUM = "校验错误"
    CUT = "断续"
    LATE = "迟到"


# Of a thousand messages, up to which number each befalls.
_MISHAPS = ((8, Mishap.DROPPED), (18, Mishap.DOUBLED), (26, Mishap.BAD_CHECKSUM), (46, Mishap.CUT), (60, Mishap.LATE))


@dataclass(frozen=True, slots=True)
class SimulatedLogger:
    """A logger (模拟数采仪). `levels` are limits to stay below, mostly; a place in the city decides what is wrong with it.

    At the two ends of a `facility` production and treatment are seen alike; `signals` say that each runs, in this order. A filling station has `nozzles`.
    """

    mn: str
    password: str = field(repr=False)
    system: str
    place: int
    edition: str = "2017"
    checksum: Variant = Variant.HJ212
    key: bytes | None = field(default=None, repr=False)
    levels: Mapping[str, Decimal] = field(default_factory=dict)
    seed: int = 0
    facility: str = ""
    signals: Sequence[tuple[str, Decimal]] = ()
    nozzles: int = 0

    @property
    def clock_ahead(self) -> timedelta:
        """How far its clock is ahead, until somebody sets it (时钟超前)."""
        return timedelta(minutes=17) if self.place % 25 == 7 else timedelta(seconds=self.place % 5)

    @property
    def fills_gaps(self) -> bool:
        """Whether it sends by itself what an outage held back; others wait to be asked (自行补传)."""
        return self.place % 2 == 0

    def is_out(self, moment: datetime) -> bool:
        """Whether it has no line at a moment: a few hours, some days (断网)."""
        day = Random(f"{self.seed}/{self.mn}/{moment:%Y%m%d}")
        start = day.randrange(24)
        return self.place % 9 == 4 and start <= moment.hour < start + _OUTAGE // timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Sending:
    """A message at its moment, in one or several packets, in none where it is lost (一次发送)."""

    at: datetime
    packets: Sequence[Packet]
    mishap: Mishap | None


def invented_loggers(*, seed: int, count: int) -> list[SimulatedLogger]:
    """Return loggers that stand in no register (虚构数采仪), of three editions.

    Examples
    --------
    >>> [(one.mn, one.edition, one.system) for one in invented_loggers(seed=1, count=2)]
    [('411700SIM000001000000000', '2005', '32'), ('411700SIM000001000000001', '2017', '31')]
    """
    found = []
    for place in range(count):
        dice = Random(f"{seed}/{place}")
        edition = {0: "2005", 5: "2025"}.get(place % 10, "2017")
        key = dice.randbytes(16) if edition == "2025" else None
        mn = f"411700SIM{seed % 10**6:06}{place:09}"
        found.append(SimulatedLogger(mn, f"{dice.randrange(10**6):06}", "31" if place % 2 else "32", place, edition, Variant.HJ212, key, {}, seed))
    return found


def sendings(logger: SimulatedLogger, tick: datetime, *, ahead: timedelta = timedelta(0)) -> Iterator[Sending]:
    """Yield what a logger sends at a tick of ten minutes (某时刻发送): what is due, what was late, what an outage held back.

    Parameters
    ----------
    logger : SimulatedLogger
        Whose.
    tick : datetime
        China Standard Time, without zone.
    ahead : timedelta
        How far its clock is ahead now.
    """
    if logger.is_out(tick):
        return
    if logger.fills_gaps and logger.is_out(tick - TICK):
        held = tick - TICK
        while logger.is_out(held):
            for command, start in _due(held):
                yield Sending(tick, packets_of(logger, command, start, sent=tick, ahead=ahead, is_late=True), None)
            held -= TICK
    for command, start in _due(tick - LATE_BY):
        if _mishap(logger, command, start) is Mishap.LATE and not logger.is_out(tick - LATE_BY):
            yield Sending(tick, packets_of(logger, command, start, sent=tick, ahead=ahead, is_late=True), Mishap.LATE)
    for command, start in _due(tick):
        mishap = _mishap(logger, command, start)
        if mishap is Mishap.DROPPED:
            yield Sending(tick, (), mishap)
        elif mishap is not Mishap.LATE:
            yield Sending(tick, packets_of(logger, command, start, sent=tick, ahead=ahead), mishap)


def history(logger: SimulatedLogger, command: str, *, first: datetime, last: datetime, sent: datetime) -> Iterator[Packet]:
    """Yield the packets of a kind whose periods begin in [first, last], as they are asked for (历史数据)."""
    span = SPANS[command]
    start = first.replace(hour=0, minute=0, second=0, microsecond=0)
    start += -((start - first) // span) * span
    while start <= last:
        yield from packets_of(logger, command, start, sent=sent, is_late=True)
        start += span


def packets_of(
    logger: SimulatedLogger, command: str, start: datetime, *, sent: datetime, ahead: timedelta = timedelta(0), is_late: bool = False
) -> list[Packet]:  # fmt: skip
    """Return the message of a command for a period, split where its logger splits (报文)."""
    version = _VERSION_BITS[logger.edition]
    told = start + ahead
    if command in SPANS:  # a wrong clock shifts the periods, it does not make them crooked
        told -= (told - told.replace(hour=0, minute=0, second=0, microsecond=0)) % SPANS[command]
    millisecond = Random(f"{logger.seed}/{logger.mn}/{command}/{start}/{sent}").randrange(1000)
    packet = Packet.of(
        command_code=command, mn=logger.mn, password=logger.password, system_code=logger.system, request_id=f"{sent + ahead:%Y%m%d%H%M%S}{millisecond:03}",
        flag=version << 2 | _ANSWER, pairs=[("DataTime", f"{told:%Y%m%d%H%M%S}"), *_figures(logger, command, start)],
    )  # fmt: skip
    if is_late and logger.edition == "2025":
        packet = packet._replace(retransmitted=1)
    return split(packet, longest_area=_SHORT_AREA) if logger.place % 10 == 3 else [packet]


def _due(tick: datetime) -> Iterator[tuple[str, datetime]]:
    """The periods that end at a tick."""
    for command, span in SPANS.items():
        midnight = tick.replace(hour=0, minute=0, second=0, microsecond=0)
        if not (tick - midnight) % span:
            yield command, tick - span


def _mishap(logger: SimulatedLogger, command: str, start: datetime) -> Mishap | None:
    drawn = Random(f"{logger.seed}/{logger.mn}/{command}/{start:%Y%m%d%H%M}/mishap").randrange(1000)
    return next((mishap for most, mishap in _MISHAPS if drawn < most), None)


DIRTIER = 12  # an inlet than its outlet
_IDLE = Decimal("0.03")


def facility_runs(facility: str, start: datetime, *, seed: int) -> tuple[bool, bool]:
    """Return whether production and treatment of a facility run in an hour (模拟生产和治理): by day, the treatment not in every hour of it.

    Examples
    --------
    >>> facility_runs("U001.DA001", datetime(2026, 3, 1, 3), seed=1)
    (False, False)
    """
    produces = 6 <= start.hour < 22
    return produces, produces and Random(f"{seed}/{facility}/{start:%Y%m%d%H}").randrange(40) != 0


def _share_of_facility(logger: SimulatedLogger, command: str, start: datetime) -> tuple[Decimal, tuple[bool, bool]]:
    """By how much a concentration at a facility differs from its usual one, and what runs; a whole day is a mean one."""
    if not logger.facility or command == "2031":
        return Decimal(1), (True, True)
    produces, treats = facility_runs(logger.facility, start, seed=logger.seed)
    return (_IDLE if not produces else Decimal(DIRTIER) if logger.signals and not treats else Decimal(1)), (produces, treats)


def _station_figures(logger: SimulatedLogger, command: str, start: datetime) -> Iterator[tuple[str, str]]:
    """What a filling station tells of ten minutes: fuel and vapour by nozzle while it is open, pressure of two tanks; some days something is wrong."""
    day, dice = Random(f"{logger.seed}/{logger.mn}/{start:%Y%m%d}"), Random(f"{logger.seed}/{logger.mn}/{command}/{start:%Y%m%d%H%M}")
    weak, leaks, leak_from = day.randrange(logger.nozzles * 3), day.randrange(6) == 0, day.randrange(10)
    for nozzle in range(logger.nozzles if command == "2051" and 6 <= start.hour < 23 else 0):
        if dice.randrange(10) < 4:
            continue
        fuel, ratio = Decimal(dice.randrange(150, 700)) / 10, Decimal(dice.randrange(60, 100) if nozzle == weak else dice.randrange(98, 122)) / 100
        yield f"i41024{nozzle + 1:02}-Cou", f"{fuel}"
        yield f"i41022{nozzle + 1:02}-Cou", f"{rounded(fuel * ratio, 1)}"
    for tank in (1, 2):
        is_flat = leaks and tank == 2 and leak_from <= start.hour < leak_from + 13
        pressure = dice.randrange(-30, 31) if is_flat else dice.choice((-1, 1)) * dice.randrange(80, 600)
        yield f"i41028{tank:02}-{'Rtd' if command == '2011' else 'Avg'}", f"{pressure}"


def _figures(logger: SimulatedLogger, command: str, start: datetime) -> Iterator[tuple[str, str]]:
    if logger.nozzles:
        yield from _station_figures(logger, command, start)
        return
    dice = Random(f"{logger.seed}/{logger.mn}/{command}/{start:%Y%m%d%H%M}")
    mark = "D" if dice.randrange(400) == 0 else "N"
    is_gas = logger.system == "31"
    flow_m3_per_h = Decimal(dice.randrange(9_000, 11_000) if is_gas else dice.randrange(90, 110))
    flow_m3 = flow_m3_per_h * (SPANS.get(command, TICK) // TICK) / 6
    differs, runs = _share_of_facility(logger, command, start)
    for (signal, reading), is_on in zip(logger.signals, runs, strict=False):
        yield from _means(logger, command, signal, rounded(reading * dice.randrange(900, 1100) / 1000, 2) if is_on else Decimal(0), "N")
    for factor, level in (logger.levels or usual_levels(logger.system)).items():
        if factor in STEADY[logger.system]:
            continue
        share = dice.randrange(350, 750) * (2 if dice.randrange(300) == 0 else 1)
        value = rounded(level * share * differs / 1000, 3)
        if command != "2011" and logger.system in FLOW:
            yield _key(logger, factor, "Cou"), f"{rounded(value * flow_m3 / (1_000_000 if is_gas else 1000), 4)}"
        yield from _means(logger, command, factor, value, mark)
    for factor, usual in STEADY[logger.system].items():
        yield from _means(logger, command, factor, rounded(Decimal(usual) * dice.randrange(960, 1040) / 1000, 2), mark)
    if logger.system in FLOW:
        field, told = ("Rtd", flow_m3_per_h / 3600 * (1 if is_gas else 1000)) if command == "2011" else ("Cou", flow_m3)
        yield _key(logger, FLOW[logger.system], field), f"{rounded(told, 2)}"
        yield _key(logger, FLOW[logger.system], "Flag"), mark


def _means(logger: SimulatedLogger, command: str, factor: str, value: Decimal, mark: str) -> Iterator[tuple[str, str]]:
    if command == "2011":
        yield _key(logger, factor, "Rtd"), f"{value}"
    else:
        yield _key(logger, factor, "Min"), f"{rounded(value * 9 / 10, 3)}"
        yield _key(logger, factor, "Avg"), f"{value}"
        yield _key(logger, factor, "Max"), f"{rounded(value * 11 / 10, 3)}"
    yield _key(logger, factor, "Flag"), mark


def _key(logger: SimulatedLogger, factor: str, field: str) -> str:
    known = factor_by_code().get(factor)
    return f"{known.old_code if logger.edition == '2005' and known and known.old_code else factor}-{field}"
