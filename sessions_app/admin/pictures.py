"""Bar charts as shapes of an SVG, which a template writes down: readable without any colour.

What is in a bar is told apart by a pattern (solid, hatched), and named in words. Lengths are units
of the picture, which is WIDTH wide and as high as it says.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sessions_app.engine.text.writing import clip

WIDTH = 400
"""Width of every picture."""

LEFT, RIGHT = 46, WIDTH - 4
"""The left and right edge of the columns; left of them stand the numbers of the axis."""

TOP, BOTTOM = 30, 170
"""Where the highest column ends, and where all columns stand."""

COLUMNS_HEIGHT = 194
"""Height of a picture of columns, with the days below them."""

LEGEND_LINE = 14
"""Baseline of a line of text, counted from the top of its legend or row."""

ROW_HEIGHT, BAR_HEIGHT, BAR_BELOW = 38, 14, 8
"""Height of a row, of the bar in it, and the distance of the bar from the row's text."""

MOST_ROWS = 12
"""Bars in a picture of rows; the table below the picture has all of them."""

LONGEST_NAME = 24
"""Characters of a name; a longer one would run into the number at the row's end."""

LEAST = 1.5
"""How long a bar is at least that is not for nothing."""

KINDS = ("solid", "hatched")
START, END = "start", "end"


@dataclass(frozen=True, slots=True)
class Amount:
    """The values of one bar: its `parts` are drawn one after the other, in the order of KINDS.

    `shown` is the same in words; `href` is the address of the calls that were counted.
    """

    name: str
    parts: tuple[float, ...]
    shown: str
    href: str = ""

    @property
    def whole(self) -> float:
        return sum(self.parts)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle; numbers are written so that SVG reads them in every language."""

    x: str
    y: str
    width: str
    height: str
    kind: str = KINDS[0]
    href: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    x: str
    y: str
    text: str
    anchor: str = START


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture: what is drawn, and `hits`, the clickable areas that lead to a bar's calls.

    `left_out` amounts are in the table alone.
    """

    height: int
    bars: list[Box]
    labels: list[Label]
    hits: list[Box]
    baseline: str = ""
    ceiling: str = ""
    left_out: int = 0
    width: int = WIDTH
    left: int = LEFT
    right: int = RIGHT


def columns(amounts: Sequence[Amount], names: Sequence[str] = ()) -> Picture:
    """Returns a column each, from left to right, as of days; `names` tell the parts apart."""
    most = max((amount.whole for amount in amounts), default=0)
    pitch = (RIGHT - LEFT) / max(1, len(amounts))
    bars: list[Box] = []
    hits = []
    for place, amount in enumerate(amounts):
        left, base = LEFT + place * pitch, float(BOTTOM)
        for kind, part in zip(KINDS, amount.parts, strict=False):
            height = _length(part, most, BOTTOM - TOP)
            base -= height
            if part:
                bars.append(_box(left + pitch * 0.1, base, pitch * 0.8, height, kind))
        hits.append(_hit(left, TOP, pitch, BOTTOM - TOP, amount))
    keys, named = _legend(names)
    labels = [
        *named,
        _label(LEFT - 4, TOP + 5, _short(most), END),
        _label(LEFT - 4, BOTTOM, "0", END),
    ]
    if amounts:
        below = BOTTOM + 18
        labels.append(_label(LEFT, below, amounts[0].name[:_DAY]))
        if len(amounts) > 1:
            labels.append(_label(RIGHT, below, amounts[-1].name[:_DAY], END))
    return Picture(COLUMNS_HEIGHT, [*keys, *bars], labels, hits, str(BOTTOM), str(TOP))


def rows(amounts: Sequence[Amount], names: Sequence[str] = (), most: float = 0) -> Picture:
    """Returns a bar each, from top to bottom, under its name; the first MOST_ROWS of them.

    `most` is what a full bar stands for, where that is not the largest.
    """
    drawn = amounts[:MOST_ROWS]
    most = most or max((amount.whole for amount in drawn), default=0)
    keys, labels = _legend(names)
    bars, hits = list(keys), []
    top = TOP - 4 if names else 2
    for amount in drawn:
        labels.append(_label(0, top + LEGEND_LINE, clip(amount.name, LONGEST_NAME)))
        labels.append(_label(WIDTH, top + LEGEND_LINE, amount.shown, END))
        bars += _along(amount, most, top + LEGEND_LINE + BAR_BELOW - 2)
        hits.append(_hit(0, top, WIDTH, ROW_HEIGHT, amount))
        top += ROW_HEIGHT
    return Picture(top + 4, bars, labels, hits, left_out=len(amounts) - len(drawn))


_WHOLE_FROM = 100
"""From this value on the axis has whole numbers; below, one decimal."""

_DAY = len("2026-11-30")


def _along(amount: Amount, most: float, top: float) -> Iterable[Box]:
    left = 0.0
    for kind, part in zip(KINDS, amount.parts, strict=False):
        length = _length(part, most, WIDTH)
        if part:
            yield _box(left, top, length, BAR_HEIGHT, kind)
        left += length


def _legend(names: Sequence[str]) -> tuple[list[Box], list[Label]]:
    boxes, labels = [], []
    for place, (kind, name) in enumerate(zip(KINDS, names, strict=False)):
        left = place * WIDTH / 2
        boxes.append(_box(left + 1, 3, 22, 12, kind))
        labels.append(_label(left + 28, LEGEND_LINE, name))
    return boxes, labels


def _length(part: float, most: float, room: float) -> float:
    return max(LEAST, part / most * room) if part and most else 0.0


def _box(x: float, y: float, width: float, height: float, kind: str) -> Box:
    return Box(_plain(x), _plain(y), _plain(width), _plain(height), kind)


def _hit(x: float, y: float, width: float, height: float, amount: Amount) -> Box:
    said = f"{amount.name}: {amount.shown}"
    place = (_plain(x), _plain(y), _plain(width), _plain(height))
    return Box(*place, href=amount.href, name=said)


def _label(x: float, y: float, text: str, anchor: str = START) -> Label:
    return Label(_plain(x), _plain(y), text, anchor)


def _short(value: float) -> str:
    """Returns the number beside a line: whole, or with a digit where it is small."""
    return _plain(round(value, 0 if value >= _WHOLE_FROM else 1) or value)


def _plain(value: float) -> str:
    """Returns a number with a point and two digits at most after it."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
