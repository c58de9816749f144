"""Shapes that all areas of the JSON API share: bilingual texts, exact figures, names of states, pages of lists, faults."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Generic, TypeVar

from ninja import File, Path, Query, Schema
from ninja.files import UploadedFile
from pydantic import BeforeValidator, Field, GetCoreSchemaHandler, PlainSerializer, StringConstraints, WithJsonSchema
from pydantic_core import CoreSchema, core_schema

from shuangkong.kernel.period import day_named
from shuangkong.kernel.rounding import plain

T = TypeVar("T")
_DIGITS = r"^-?[0-9]+(\.[0-9]+)?$"
_LARGEST_KEY = 2**31 - 1


class Told(Schema):
    """A text in both languages (双语文本)."""

    zh: str
    en: str


class ByName:
    """Marks an enumeration that is told and asked for by the name of its member (按名称)."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Read a name or a member; tell the name."""
        names = core_schema.literal_schema(list(source.__members__))
        read = core_schema.no_info_before_validator_function(lambda told: told.name if isinstance(told, source) else told, names)
        told = core_schema.plain_serializer_function_ser_schema(lambda one: one.name, return_schema=names)
        return core_schema.no_info_after_validator_function(lambda name: source[name], read, serialization=told)


Exact = Annotated[
    Decimal, PlainSerializer(plain, return_type=str),
    WithJsonSchema({"type": "string", "pattern": _DIGITS, "description": "不取整的十进制数 / unrounded decimal figure"}),
]  # fmt: skip
AsText = Annotated[str, BeforeValidator(str)]
Names = Annotated[list[str], BeforeValidator(lambda told: [one.name for one in told])]
Key = Annotated[int, Path(ge=1, le=_LARGEST_KEY)]
Number = Annotated[int, Field(ge=0, le=_LARGEST_KEY)]
Year = Annotated[int, Query(ge=1949, le=2200)]
Said = Annotated[str, StringConstraints(max_length=4000)]
Short = Annotated[str, StringConstraints(max_length=120)]
Sent = Annotated[UploadedFile, File(description="文件 / file")]


def _day(told: Any) -> Any:
    return told if isinstance(told, date) else day_named(told) if isinstance(told, str) else told


Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
SAID_OF = "截至该日终了所知 / as known at the end of this day"


class Faults(Schema):
    """What stands in the way, each with the remedy (不能办理的原因)."""

    faults: list[str]


class Listed(Schema, Generic[T]):
    """A page of a list (分页)."""

    count: int = Field(description="总数 / how many there are")
    items: list[T]


class Paging(Schema):
    """Which part of a list (分页参数)."""

    limit: int = Field(100, ge=1, le=500)
    offset: int = Field(0, ge=0, le=1_000_000)

    def of(self, rows: Sequence[Any]) -> dict[str, Any]:
        """Return the part of the rows that is asked for, with the count of all."""
        return {"count": len(rows), "items": rows[self.offset : self.offset + self.limit]}


class Keyed(Schema):
    """The key of what was made or done (编号)."""

    key: int


class Versioned(Schema):
    """The version that stands now (版本)."""

    version: int


class Counted(Schema):
    """How many were concerned (个数)."""

    count: int


class Reason(Schema):
    """Why (理由)."""

    reason: Said = ""


class Version(Schema):
    """The version that was read (所见版本): what changed meanwhile is refused with 409."""

    version: Number


class Figure(Schema):
    """A figure of a report, unrounded (数值)."""

    number: Exact | None
    unit: str
    reason: Told | None


TROUBLE = frozenset({400, 401, 403, 404, 409, 413, 415, 422, 429, 503})


def answers(shape: Any) -> dict[Any, Any]:
    """Return what an operation answers with: a shape, or faults (答复格式)."""
    return {200: shape, TROUBLE: Faults}


def file_answers(media_type: str) -> dict[str, Any]:
    """Return what is declared of an operation that hands out a file (文件答复)."""
    told = {200: {"description": "文件 / a file", "content": {media_type: {"schema": {"type": "string", "format": "binary"}}}}}
    return {"response": {TROUBLE: Faults}, "openapi_extra": {"responses": told}}
