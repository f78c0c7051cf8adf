"""A plot of lines as SVG: what a call costs, by how many there are."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

WIDTH, HEIGHT, MARGIN = 640, 320, 48
COLOURS = ("#0b6bcb", "#c2410c", "#15803d")
MOST_TICKS = 6
Points = Sequence[tuple[float, float]]
Place = Callable[[tuple[float, float]], tuple[float, float]]


def write(path: Path, title: str, across: str, up: str, lines: Mapping[str, Points]) -> None:
    """Writes the plot; both axes begin at zero."""
    points = [point for line in lines.values() for point in line]
    most_x = max(x for x, _ in points)
    most_y = 1.15 * max(y for _, y in points)

    def at(point: tuple[float, float]) -> tuple[float, float]:
        x = MARGIN + point[0] / most_x * (WIDTH - 2 * MARGIN)
        return x, HEIGHT - MARGIN - point[1] / most_y * (HEIGHT - 2 * MARGIN)

    parts = [_axes(title, across, up), *_ticks(most_x, most_y, at)]
    for number, (name, line) in enumerate(lines.items()):
        colour = COLOURS[number % len(COLOURS)]
        placed = [at(point) for point in line]
        path_of = " ".join(f"{x:.1f},{y:.1f}" for x, y in placed)
        parts.append(
            f'<polyline points="{path_of}" fill="none" stroke="{colour}" stroke-width="2"/>'
        )
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in placed]
        parts.append(_text(WIDTH - MARGIN, MARGIN + 18 * number, name, "end", colour))
    whole = "\n".join(parts)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'font-family="sans-serif" font-size="12" role="img" aria-label="{title}">\n'
        f'<rect width="100%" height="100%" fill="#ffffff"/>\n{whole}\n</svg>\n'
    )


def _axes(title: str, across: str, up: str) -> str:
    line = f"M{MARGIN} {MARGIN} V{HEIGHT - MARGIN} H{WIDTH - MARGIN}"
    return "\n".join(
        [
            f'<path d="{line}" fill="none" stroke="#334155"/>',
            _text(WIDTH / 2, 20, title, "middle", "#0f172a"),
            _text(WIDTH / 2, HEIGHT - 10, across, "middle", "#334155"),
            _text(8, MARGIN - 10, up, "start", "#334155"),
        ]
    )


def _ticks(most_x: float, most_y: float, at: Place) -> list[str]:
    out = []
    for value in _round(most_x):
        x, bottom = at((value, 0.0))
        out.append(_text(x, bottom + 16, f"{value:g}", "middle", "#334155"))
    for value in _round(most_y):
        left, y = at((0.0, value))
        out.append(_text(left - 6, y + 4, f"{value:g}", "end", "#334155"))
    return out


def _round(most: float) -> list[float]:
    """Returns a few round numbers up to `most`."""
    steps = (base * 10.0**power for power in range(-2, 5) for base in (1, 2, 5))
    step = next(step for step in steps if most / step <= MOST_TICKS)
    return [step * count for count in range(1, int(most / step) + 1)]


def _text(x: float, y: float, text: str, anchor: str, colour: str) -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" fill="{colour}">{text}</text>'
