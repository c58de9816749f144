"""The sheet a chart is drawn on: shapes, text, scales."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape

from markupsafe import Markup

from shuangkong.plan.trajectory import Light

INK = "#1c2733"
MUTED = "#56626e"
RULE = "#d6dce2"
ACCENT = "#1f4e8c"
PAPER = "#ffffff"
LIGHT_INK = {Light.GREEN: "#1d7239", Light.YELLOW: "#8f5600", Light.RED: "#b3261e", Light.GREY: "#5f6b76"}
LIGHT_TINT = {Light.GREEN: "#e6f2e9", Light.YELLOW: "#fcf0d8", Light.RED: "#fae4e2", Light.GREY: "#f1f3f5"}

Place = Decimal | int


def text_width(text: str, size: Place) -> Decimal:
    """Return about how wide a text is set: a Chinese character one em, any other a little over half.

    Examples
    --------
    >>> text_width("目标 12", 10)
    Decimal('36.80')
    """
    ems = sum((Decimal(1) if unicodedata.east_asian_width(sign) in "WF" else Decimal("0.56") for sign in text), Decimal(0))
    return ems * size


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight line from figures to places on the canvas (比例尺).

    Examples
    --------
    >>> scale = Scale.over([Decimal("0"), Decimal("11.2")], start=200, end=20)
    >>> [str(tick) for tick in scale.ticks], scale.place(Decimal("6"))
    (['0', '2', '4', '6', '8', '10', '12'], Decimal('110'))
    """

    low: Decimal
    high: Decimal
    step: Decimal
    start: Decimal
    end: Decimal

    @classmethod
    def over(cls, figures: Iterable[Decimal], *, start: Place, end: Place, about: int = 5) -> "Scale":
        """Cover the figures with about so many round steps."""
        known = list(figures) or [Decimal(0), Decimal(1)]
        low, high = min(known), max(known)
        if low == high:
            low, high = low - 1, high + 1
        step = _round_step((high - low) / about * Decimal("0.75"))
        first = (low / step).to_integral_value(rounding="ROUND_FLOOR") * step
        last = (high / step).to_integral_value(rounding="ROUND_CEILING") * step
        return cls(first, last, step, Decimal(start), Decimal(end))

    @property
    def ticks(self) -> Sequence[Decimal]:
        """The round figures along the axis."""
        return [self.low + self.step * count for count in range(int((self.high - self.low) / self.step) + 1)]

    @property
    def tick_decimals(self) -> int:
        """Decimals needed to print the ticks."""
        exponent = self.step.normalize().as_tuple().exponent
        return max(0, -exponent) if isinstance(exponent, int) else 0

    def place(self, figure: Decimal) -> Decimal:
        """Return where a figure stands."""
        return self.start + (self.end - self.start) * (figure - self.low) / (self.high - self.low)


def _round_step(rough: Decimal) -> Decimal:
    magnitude = Decimal(1).scaleb(rough.adjusted())
    return next(magnitude * factor for factor in (1, 2, 5, 10) if magnitude * factor >= rough)


def spread(places: Sequence[Decimal], apart: Place, low: Place, high: Place) -> list[Decimal]:
    """Push labels apart so that none covers another, keeping their order and the bounds.

    Examples
    --------
    >>> spread([Decimal(50), Decimal(52)], 14, 0, 100)
    [Decimal('50'), Decimal('64')]
    >>> spread([Decimal(95), Decimal(97)], 14, 0, 100)
    [Decimal('86'), Decimal('100')]
    """
    order = sorted(range(len(places)), key=lambda index: (places[index], index))
    put = list(places)
    floor = Decimal(low)
    for index in order:
        put[index] = max(put[index], floor)
        floor = put[index] + apart
    ceiling = Decimal(high)
    for index in reversed(order):
        put[index] = min(put[index], ceiling)
        ceiling = put[index] - apart
    return put


class Canvas:
    """Collects shapes, writes one accessible `<svg>` (画布)."""

    def __init__(self, *, width: int, height: int, key: str, title: str, description: str) -> None:
        self.width, self.height = width, height
        self._key = key
        self._title, self._description = title, description
        self._shapes: list[str] = []

    def line(self, one: tuple[Place, Place], other: tuple[Place, Place], colour: str = RULE, **look: str | Place) -> None:
        """Draw a straight line."""
        self._add("line", x1=one[0], y1=one[1], x2=other[0], y2=other[1], stroke=colour, **look)

    def run(self, points: Sequence[tuple[Decimal, Decimal]], colour: str, **look: str | Place) -> None:
        """Draw a line through the points."""
        listed = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self._add("polyline", points=listed, fill="none", stroke=colour, stroke_linejoin="round", **look)

    def box(self, corner: tuple[Place, Place], width: Place, height: Place, fill: str, **look: str | Place) -> None:
        """Draw a rectangle."""
        self._add("rect", x=corner[0], y=corner[1], width=width, height=height, fill=fill, **look)

    def dot(self, x: Place, y: Place, radius: Place, fill: str, **look: str | Place) -> None:
        """Draw a disc."""
        self._add("circle", cx=x, cy=y, r=radius, fill=fill, **look)

    def sign(self, light: Light, x: Place, y: Place, radius: Decimal = Decimal(5)) -> None:
        """Draw a light as its shape: disc, triangle, square, ring."""
        colour, x, y = LIGHT_INK[light], Decimal(x), Decimal(y)
        match light:
            case Light.GREEN:
                self.dot(x, y, radius, colour)
            case Light.YELLOW:
                tip, foot, half = y - radius * Decimal("1.15"), y + radius * Decimal("0.85"), radius * Decimal("1.15")
                self._add("polygon", points=f"{x:.1f},{tip:.1f} {x + half:.1f},{foot:.1f} {x - half:.1f},{foot:.1f}", fill=colour)
            case Light.RED:
                half = radius * Decimal("0.9")
                self.box((x - half, y - half), half * 2, half * 2, colour)
            case _:
                self.dot(x, y, radius - 1, PAPER, stroke=colour, stroke_width=Decimal("1.6"))

    def text(self, x: Place, y: Place, words: str, *, size: Place = 12, colour: str = INK, anchor: str = "start", weight: int = 400,
             has_halo: bool = False) -> None:  # fmt: skip
        """Set a text, its foot at `y`; a halo keeps it readable over lines."""
        look = {"font-weight": str(weight)} if weight != 400 else {}
        if has_halo:
            look |= {"paint-order": "stroke", "stroke": PAPER, "stroke-width": "3"}
        if anchor != "start":
            look["text-anchor"] = anchor
        written = "".join(f' {name}="{told}"' for name, told in look.items())
        self._shapes.append(f'<text x="{_at(x)}" y="{_at(y)}" font-size="{size}" fill="{colour}"{written}>{escape(words)}</text>')

    def finish(self) -> Markup:
        """Return the drawing."""
        key = escape(self._key)
        return Markup(
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" role="img"'
            f' aria-labelledby="{key}-t {key}-d"><title id="{key}-t">{escape(self._title)}</title>'
            f'<desc id="{key}-d">{escape(self._description)}</desc>' + "".join(self._shapes) + "</svg>"
        )

    def _add(self, tag: str, **look: str | Place) -> None:
        written = "".join(f' {name.replace("_", "-")}="{_at(told)}"' for name, told in look.items())
        self._shapes.append(f"<{tag}{written}/>")


def _at(place: str | Place) -> str:
    if isinstance(place, str):
        return escape(place)
    text = f"{Decimal(place):.1f}"
    return text.removesuffix(".0")
