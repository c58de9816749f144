"""What the operations of organisations take and give."""

from datetime import date
from typing import Annotated, Any

from ninja import Field, Schema

from shuangkong.services.organisations import OrganisationKind
from shuangkong.web.api.shapes import ByName, Day, Said, Short, Told


class Held(Schema):
    """What held of an organisation from a day on (沿革)."""

    valid_from: date
    until: date | None
    name: Told
    parent: str
    park: str
    is_closed: bool
    reason: str
    link: int | None


class OrganisationLine(Schema):
    """An organisation of a day (组织)."""

    code: str
    kind: Annotated[OrganisationKind, ByName]
    name: Told
    parent: str | None
    park: str | None
    tags: list[str]
    is_simulated: bool

    @staticmethod
    def resolve_tags(one: Any) -> list[str]:
        """Tell its tags in order."""
        return sorted(one.tags)


class Organisation(Schema):
    """What held of an organisation from when (沿革)."""

    code: str
    name: Told
    kind: Annotated[OrganisationKind, ByName]
    history: list[Held]
    may_rename: bool
    may_change: bool


class Changing(Schema):
    """What shall hold of an organisation from a day on (机构变更)."""

    name_zh: Short
    name_en: Short = ""
    parent: Short = ""
    park: Short = ""
    is_closed: bool = False
    valid_from: Day
    reason: Said
    trade: Short | None = None
    tags: set[Short] | None = None


class Founding(Schema):
    """A unit or park to be entered (登记组织)."""

    code: Short
    kind: Annotated[OrganisationKind, ByName]
    name_zh: Short
    name_en: Short = ""
    parent: Short
    park: Short = ""
    credit_code: Short = ""
    trade: Short = ""
    tags: set[Short] = Field(default_factory=set)
    valid_from: Day
    reason: Said
