"""Steps that several tests take with a return."""

from collections.abc import Callable
from datetime import date

from shuangkong.access.roles import Role
from shuangkong.kernel.period import Period
from shuangkong.returns.states import ReturnAct
from shuangkong.services.chain import system_actor
from shuangkong.services.filing_forms import form_of
from shuangkong.services.filings import act_on_filing, open_filing, save_cells, submit_filing
from shuangkong.services.people import Member
from shuangkong.services.windows import set_window
from shuangkong.store.models import Filing

FORM, PERIOD = "205-1", "2025"
STATISTICS = "statistics"
Person = Callable[..., Member]


def open_window(form: str = FORM, period: str = PERIOD) -> None:
    """Open a window from January to April 2026."""
    declared = form_of(form, Period.parse(period))
    set_window(
        form=declared, period=Period.parse(period), opens_on=date(2026, 1, 1), due_on=date(2026, 3, 31), closes_on=date(2026, 5, 1),
        actor=system_actor("411700"), reason="测试填报期",
    )  # fmt: skip


def sound_cells() -> dict[str, str]:
    """Return cells of a 205-1 that burns some coal and power and hangs together."""
    coal = {"opening": "100", "purchased": "1000", "purchased_outside": "0", "cost": "80", "produced": "0", "consumed": "1020", "industrial": "1020", "feedstock": "0",
            "non_industrial": "0", "transport": "0", "passed_on": "0", "closing": "80"}  # fmt: skip
    power = {"purchased": "500", "purchased_outside": "0", "cost": "350", "consumed": "500", "industrial": "480", "non_industrial": "20", "transport": "0"}
    cells = {f"energy.raw_coal.{column}": text for column, text in coal.items()} | {f"energy.electricity.{column}": text for column, text in power.items()}
    return cells | {"output.value_added_10k_yuan.value": "1000"}


def fill(filing: int, who: Member, **changed: str) -> None:
    """Fill in a return soundly, every other input 0."""
    form = form_of(FORM, Period.parse(PERIOD))
    inputs = {str(cell.key): "" for cell in form.fixed_cells.values() if not cell.is_computed}
    for cell in form.fixed_cells.values():
        if cell.is_required and not cell.is_computed:
            inputs[str(cell.key)] = "1"
    texts = {**inputs, **{key: text for key, text in sound_cells().items() if key in inputs}, **changed}
    version = Filing.objects.get(pk=filing).version
    saved = save_cells(filing_id=filing, version=version, texts=texts, who=who)
    assert saved.faults == {}


def submitted(person: Person, unit: str = "U001", **changed: str) -> int:
    """Return a filing that its unit has submitted."""
    reporter = person(Role.REPORTER, unit)
    filing = open_filing(form=FORM, organisation=unit, period=PERIOD, who=reporter)
    fill(filing, reporter, **changed)
    submit_filing(filing_id=filing, version=Filing.objects.get(pk=filing).version, who=reporter)
    return filing


def carried(filing: int, person: Person, *acts: ReturnAct, county: str = "411721") -> None:
    """Carry a filing through acts, each by who is in charge of it."""
    hands = {
        ReturnAct.ACCEPT: (Role.REVIEWER, county), ReturnAct.REVIEW: (Role.REVIEWER, county), ReturnAct.APPROVE: (Role.APPROVER, county),
        ReturnAct.LOCK: (Role.APPROVER, STATISTICS), ReturnAct.SEND_BACK: (Role.REVIEWER, county), ReturnAct.WITHDRAW: (Role.REPORTER, "U001"),
    }  # fmt: skip
    for act in acts:
        version = Filing.objects.get(pk=filing).version
        reason = "测试理由" if act in (ReturnAct.SEND_BACK, ReturnAct.WITHDRAW) else ""
        act_on_filing(filing_id=filing, act=act, version=version, who=person(*hands[act]), reason=reason)
