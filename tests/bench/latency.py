"""How long calls take, at so many in flight: the server beside the empty handler, by h2load.

h2load (Debian: nghttp2-client) writes the time of every call, so the percentiles are exact.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from measure import Row, rows
from wire import by_h2load, pair

IN_FLIGHT = (1, 8, 64)
CALLS = {1: 1500, 8: 3000, 64: 4000}
"""In a round."""
PERCENTILES = (50, 99, 99.9)


def run(rounds: int) -> list[Row]:
    """Percentiles over all rounds."""
    h2load = shutil.which("h2load")
    if h2load is None:
        return []
    taken: dict[tuple[int, str], list[int]] = {}
    with pair() as servers, tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "calls"
        for _ in range(rounds):
            for in_flight in IN_FLIGHT:
                for name, server in zip(("empty handler", "swapin serve"), servers, strict=True):
                    # h2load adds to a file that is there.
                    log.unlink(missing_ok=True)
                    by_h2load(
                        h2load, server.address, CALLS[in_flight], 1, in_flight, f"--log-file={log}"
                    )
                    lines = log.read_text(encoding="ascii").splitlines()
                    taken.setdefault((in_flight, name), []).extend(
                        int(line.split("\t")[2]) for line in lines
                    )
    found: list[Row] = []
    for in_flight in IN_FLIGHT:
        for percent in PERCENTILES:
            figures = {
                name: _percentile(taken[in_flight, name], percent)
                for name in ("empty handler", "swapin serve")
            }
            part = rows(figures, "us", "empty handler")
            for row in part:
                row["what"] = f"{in_flight} in flight, p{percent:g}, {row['what']}"
            found += part
    return found


def _percentile(taken: list[int], percent: float) -> float:
    ordered = sorted(taken)
    return float(ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))])
