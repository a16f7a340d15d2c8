"""The story of a litmus test as a sequence chart, in SVG."""

from __future__ import annotations

from xml.sax.saxutils import escape

from swapin.life.run import LitmusResult

_COLUMN, _ROW, _LEFT, _TOP = 210, 34, 20, 70


def chart(result: LitmusResult) -> str:
    """An SVG document: threads and device across, steps down."""
    lanes = [thread.name for thread in result.test.threads] + ["device"]
    rows = [_lane(step) for step in result.story]
    width = _LEFT * 2 + _COLUMN * len(lanes)
    height = _TOP + _ROW * (len(rows) + 3)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'font-family="sans-serif" font-size="13">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
        f'<text x="{_LEFT}" y="22" font-weight="bold">{escape(result.test.name)} on '
        f"{escape(result.kernel)}: {result.verdict}</text>",
    ]
    for index, lane in enumerate(lanes):
        x = _LEFT + _COLUMN * index + _COLUMN // 2
        parts.append(f'<text x="{x}" y="48" text-anchor="middle">{escape(lane)}</text>')
        bottom = _TOP + _ROW * len(rows)
        parts.append(f'<line x1="{x}" y1="56" x2="{x}" y2="{bottom}" stroke="#999"/>')
    for number, (lane, said) in enumerate(rows):
        index = lanes.index(lane) if lane in lanes else len(lanes) - 1
        x = _LEFT + _COLUMN * index + 6
        y = _TOP + _ROW * number
        parts.append(
            f'<rect x="{x}" y="{y}" width="{_COLUMN - 12}" height="{_ROW - 8}" rx="4" '
            f'fill="{"#eef" if lane in lanes else "#efe"}" stroke="#667"/>'
        )
        parts.append(
            f'<text x="{x + _COLUMN // 2 - 6}" y="{y + 18}" text-anchor="middle">'
            f"{escape(said)}</text>"
        )
    end = _TOP + _ROW * len(rows) + 24
    parts.append(f'<text x="{_LEFT}" y="{end}">{escape(", ".join(result.outcome))}</text>')
    parts.append(f'<text x="{_LEFT}" y="{end + 22}" fill="#666">{result.fingerprint}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _lane(step: str) -> tuple[str, str]:
    lane, colon, said = step.partition(": ")
    return (lane, said) if colon else ("device", step)
