"""A small city in a real database, and people to act in it."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import cache

import pytest

from shuangkong.access.roles import Role
from shuangkong.evidence.act import ActKind
from shuangkong.kernel.language import Words
from shuangkong.services import board_pages, clock, organisations, place_figures, place_pages, platform_demo
from shuangkong.services.chain import seal, system_actor
from shuangkong.services.organisations import OrganisationFacts, OrganisationKind, register_organisation
from shuangkong.services.people import Member, appoint, member, register_person
from shuangkong.services.platform_demo import load_organisations
from shuangkong.services.standing import forget_standing

BEGIN = date(2020, 1, 1)
CITY, COUNTY, OTHER_COUNTY, UNIT, OTHER_UNIT = "411700", "411721", "411722", "U001", "U002"
UNIT_TAGS = frozenset({"industrial", "above_scale", "key_energy_user"})
# What is kept by the newest key of a table: a test that is rolled back gives its keys to the next one.
_HUNG_ON_KEYS = (
    organisations._tree, organisations._change_days, organisations._beginnings, board_pages._page, place_figures._places, place_figures._grades, place_pages._values,
    place_pages._energies,
)  # fmt: skip


@pytest.fixture(autouse=True, scope="session")
def pack_read_once() -> Iterator[None]:
    """The tables of a pack are the same in every test: each process reads them once."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(platform_demo, "_read_tables", cache(platform_demo._read_tables))
        yield


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment

    def set(self, day: str) -> None:
        """Stand at nine in the morning, China Standard Time, of a day."""
        self.moment = datetime.fromisoformat(f"{day}T01:00:00+00:00")


@pytest.fixture
def still_clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    held = Clock(datetime(2026, 3, 2, 1, tzinfo=UTC))
    monkeypatch.setattr(clock, "now", held)
    return held


@pytest.fixture
def small_city(db: None, still_clock: Clock) -> None:
    """The city's organisations, two units in two counties, an opened chain."""
    forget_standing()
    for kept in _HUNG_ON_KEYS:
        kept.cache_clear()
    actor = system_actor(CITY)
    from django.db import transaction

    with transaction.atomic():
        seal(kind=ActKind.CHAIN_OPENING, subject=f"city/{CITY}", content={"city": CITY}, actor=actor)
    load_organisations()
    for code, parent in ((UNIT, COUNTY), (OTHER_UNIT, OTHER_COUNTY)):
        facts = OrganisationFacts(name=Words(f"模拟厂{code}", f"Simulated works {code}"), parent=parent, tags=UNIT_TAGS)
        register_organisation(code=code, kind=OrganisationKind.UNIT, facts=facts, valid_from=BEGIN, actor=actor, reason="测试", is_simulated=True)


@pytest.fixture
def person(small_city: None) -> Callable[[Role, str], Member]:
    """Make somebody who holds one post."""
    made: dict[tuple[Role, str, str], int] = {}

    def appointed(role: Role, organisation: str, name: str = "") -> Member:
        key = (role, organisation, name)
        if key not in made:
            sign_in_name = f"{role.name.lower()}-{organisation}{name}"
            made[key] = register_person(sign_in_name=sign_in_name, full_name=f"{role.value}{organisation}{name}")
            appoint(person_id=made[key], role=role, organisation=organisation, valid_from=BEGIN, actor=system_actor(CITY), reason="测试任职")
        return member(made[key])

    return appointed
