"""Periods from a day to a five-year plan: half-open [start, end), China Standard Time."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from enum import Enum

from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.kernel.text import narrow

CHINA_STANDARD_TIME = timezone(timedelta(hours=8), "CST")


class Grain(Enum):
    """How long a period is (时期类型)."""

    DAY = "日"
    MONTH = "月"
    QUARTER = "季"
    HALF = "半年"
    YEAR = "年"
    YEARS = "多年"


class UnreadablePeriod(Refusal):
    """The text names no period (时期无法识别)."""

    def __init__(self, text: str) -> None:
        super().__init__(
            thing=Words("时期", "period"),
            value=text,
            rule=Words("不是日、月、季、半年、年或起止年", "is no day, month, quarter, half, year or span of years"),
            remedy=Words(
                "写成 2023、2023H1、2023Q2、2023-05、2023-05-06 或 2021-2025",
                "write 2023, 2023H1, 2023Q2, 2023-05, 2023-05-06 or 2021-2025",
            ),
        )


_FORMS = re.compile(
    r"(?P<year>\d{4})年?(?:(?:[Qq](?P<quarter>[1-4])|第?(?P<quarter_zh>[一二三四1-4])季度)|[Hh](?P<half>[12])|(?P<half_zh>[上下])半年"
    r"|[-~—至](?P<last>\d{4})年?|[-年.](?P<month>\d{1,2})(?:[-.月](?P<day>\d{1,2})日?|月)?)?"
)
_CHINESE_DIGIT = {"一": 1, "二": 2, "三": 3, "四": 4}


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A span of days (时期), `start` included, `end` not.

    Examples
    --------
    >>> Period.parse("2023Q2").start, str(Period.parse("2023年5月")), str(Period.parse("2023年上半年"))
    (datetime.date(2023, 4, 1), '2023-05', '2023H1')
    >>> str(Period.parse("2023-05").previous()), str(Period.parse("2023-01").year_on_year())
    ('2023-04', '2022-01')
    """

    start: date
    end: date

    @classmethod
    def year(cls, year: int) -> "Period":
        """Return the calendar year."""
        return cls(date(year, 1, 1), date(year + 1, 1, 1))

    @classmethod
    def month(cls, year: int, month: int) -> "Period":
        """Return one month."""
        return cls(date(year, month, 1), _first_of_month(year, month + 1))

    @classmethod
    def years(cls, first: int, last: int) -> "Period":
        """Return a span of whole years, both included."""
        return cls(date(first, 1, 1), date(last + 1, 1, 1))

    @classmethod
    def parse(cls, text: str) -> "Period":
        """Read `2023`, `2023H1`, `2023Q2`, `2023-05`, `2023-05-06`, `2021-2025` and the Chinese forms."""
        found = _FORMS.fullmatch(text.strip())
        if not found:
            raise UnreadablePeriod(text)
        part = found.groupdict()
        year = int(part["year"])
        try:
            if part["last"]:
                if int(part["last"]) < year:
                    raise UnreadablePeriod(text)
                return cls.years(year, int(part["last"]))
            if part["day"]:
                day = date(year, int(part["month"]), int(part["day"]))
                return cls(day, day + timedelta(days=1))
            if part["month"]:
                return cls.month(year, int(part["month"]))
            if part["quarter"] or part["quarter_zh"]:
                written = part["quarter"] or part["quarter_zh"]
                quarter = _CHINESE_DIGIT.get(written) or int(written)
                return cls(date(year, quarter * 3 - 2, 1), _first_of_month(year, quarter * 3 + 1))
            if part["half"] or part["half_zh"]:
                half = 1 if part["half"] == "1" or part["half_zh"] == "上" else 2
                return cls(date(year, half * 6 - 5, 1), _first_of_month(year, half * 6 + 1))
            return cls.year(year)
        except (ValueError, OverflowError) as trouble:
            if isinstance(trouble, UnreadablePeriod):
                raise
            raise UnreadablePeriod(text) from None

    @property
    def months(self) -> int:
        """Whole months spanned; 0 for days."""
        if self.start.day != 1 or self.end.day != 1:
            return 0
        return (self.end.year - self.start.year) * 12 + self.end.month - self.start.month

    @property
    def grain(self) -> Grain:
        """What kind of period this is."""
        named = {0: Grain.DAY, 1: Grain.MONTH, 3: Grain.QUARTER, 6: Grain.HALF, 12: Grain.YEAR}
        return named.get(self.months, Grain.YEARS)

    @property
    def last_year(self) -> int:
        """The calendar year in which the period ends."""
        return (self.end - timedelta(days=1)).year

    def previous(self) -> "Period":
        """Return the period of the same length just before."""
        if not self.months:
            return Period(self.start - (self.end - self.start), self.start)
        first = _first_of_month(self.start.year, self.start.month - self.months)
        return Period(first, self.start)

    def year_on_year(self) -> "Period":
        """Return the same period one year earlier (上年同期)."""
        return Period(_year_back(self.start), _year_back(self.end))

    def year_to_date(self) -> "Period":
        """Return the span from 1 January of the ending year to this period's end (累计)."""
        return Period(date(self.last_year, 1, 1), self.end)

    def contains(self, other: "Period") -> bool:
        """Tell whether `other` lies wholly inside."""
        return self.start <= other.start and other.end <= self.end

    def __str__(self) -> str:
        match self.grain:
            case Grain.DAY if (self.end - self.start).days == 1:
                return self.start.isoformat()
            case Grain.MONTH:
                return f"{self.start:%Y-%m}"
            case Grain.QUARTER if self.start.month % 3 == 1:
                return f"{self.start.year}Q{self.start.month // 3 + 1}"
            case Grain.HALF if self.start.month in (1, 7):
                return f"{self.start.year}H{1 if self.start.month == 1 else 2}"
            case Grain.YEAR if self.start.month == 1:
                return f"{self.start.year}"
            case Grain.YEARS if self.start.month == 1 and self.end.month == 1:
                return f"{self.start.year}-{self.end.year - 1}"
        return f"{self.start.isoformat()}/{self.end.isoformat()}"


def day_named(text: str) -> date:
    """Return the day that a text names (日期); a month, quarter, half or year means its last day.

    Raises
    ------
    UnreadablePeriod
        If it names no period of a year or less.

    Examples
    --------
    >>> [str(day_named(text)) for text in ("2023-06-30", "2023/6/30", "2023年6月30日", "2023-06", "2022")]
    ['2023-06-30', '2023-06-30', '2023-06-30', '2023-06-30', '2022-12-31']
    """
    period = Period.parse(narrow(text).replace("/", "-"))
    if period.grain is Grain.YEARS:
        raise UnreadablePeriod(text)
    return period.end - timedelta(days=1)


def china_day(moment: datetime) -> date:
    """Return the day in China on which a moment falls (北京时间日期); a moment without a zone is taken as China's.

    Examples
    --------
    >>> china_day(datetime(2023, 5, 1, 17, tzinfo=timezone.utc)), china_day(datetime(2023, 5, 1, 17))
    (datetime.date(2023, 5, 2), datetime.date(2023, 5, 1))
    """
    return (moment.astimezone(CHINA_STANDARD_TIME) if moment.tzinfo else moment).date()


@dataclass(frozen=True, slots=True)
class FiveYearPlan:
    """A five-year plan period (五年规划): base year, first and last year.

    Examples
    --------
    >>> FiveYearPlan.number(14)
    FiveYearPlan(base_year=2020, first_year=2021, last_year=2025)
    """

    base_year: int
    first_year: int
    last_year: int

    @classmethod
    def number(cls, ordinal: int) -> "FiveYearPlan":
        """Return the plan by its number: 14 is 2021–2025."""
        first = 1951 + 5 * ordinal
        return cls(first - 1, first, first + 4)

    @property
    def period(self) -> Period:
        """The five years as one period."""
        return Period.years(self.first_year, self.last_year)


def _first_of_month(year: int, month: int) -> date:
    carried = year * 12 + month - 1
    return date(carried // 12, carried % 12 + 1, 1)


def _year_back(day: date) -> date:
    return day.replace(year=day.year - 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)
