"""Line charts as SVG, with a logarithmic scale upward."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from math import ceil, floor, log10

_WIDTH, _HEIGHT, _LEFT, _TOP, _ROOM = 640, 360, 70, 40, 200
_COLOURS = ("#0b5cad", "#b3261e", "#2e7d32", "#8e24aa", "#ef6c00", "#455a64")

Points = Sequence[tuple[float, float]]


def chart(title: str, across: str, up: str, lines: Mapping[str, Points]) -> str:
    """A chart of some lines; every value is positive.

    :param across: what the horizontal axis shows.
    :param up: what the vertical one shows.
    """
    xs = [x for points in lines.values() for x, _ in points]
    ys = [log10(y) for points in lines.values() for _, y in points]
    low, high = floor(min(ys)), max(ceil(max(ys)), floor(min(ys)) + 1)
    first, last = min(xs), max(xs)

    def place(x: float, y: float) -> tuple[float, float]:
        return (
            _LEFT + (x - first) / ((last - first) or 1) * _WIDTH,
            _TOP + (high - log10(y)) / (high - low) * _HEIGHT,
        )

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_LEFT + _WIDTH + _ROOM} '
        f'{_TOP + _HEIGHT + 60}" font-family="sans-serif" font-size="13">',
        '<rect width="100%" height="100%" fill="white"/>',
        f'<text x="{_LEFT}" y="22" font-size="16">{escape(title)}</text>',
        f'<text x="{_LEFT + _WIDTH / 2:.0f}" y="{_TOP + _HEIGHT + 48}" text-anchor="middle">'
        f"{escape(across)}</text>",
        f'<text transform="translate(18 {_TOP + _HEIGHT / 2:.0f}) rotate(-90)" '
        f'text-anchor="middle">{escape(up)}</text>',
    ]
    for power in range(low, high + 1):
        _, y = place(first, 10**power)
        parts.append(
            f'<path d="M{_LEFT} {y:.1f}h{_WIDTH}" stroke="#ddd"/>'
            f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{_number(power)}</text>'
        )
    for x in sorted(set(xs)):
        parts.append(
            f'<text x="{place(x, 10**low)[0]:.1f}" y="{_TOP + _HEIGHT + 20}" '
            f'text-anchor="middle">{x:g}</text>'
        )
    for index, (name, points) in enumerate(lines.items()):
        colour = _COLOURS[index % len(_COLOURS)]
        places = [place(x, y) for x, y in points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in places]
        x, y = places[-1]
        parts.append(f'<text x="{x + 8:.1f}" y="{y + 4:.1f}" fill="{colour}">{escape(name)}</text>')
    return "\n".join([*parts, "</svg>\n"])


def _number(power: int) -> str:
    return f"{10**power:,}" if power >= 0 else f"{10.0**power:g}"
