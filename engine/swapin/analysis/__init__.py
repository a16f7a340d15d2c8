"""Questions about all faults at once: check, diff and reach.

The fact space is finite and the rules are data, so the answers are exact.
"""

from swapin.analysis.check import CheckReport, Violation, check
from swapin.analysis.diff import DiffReport, diff
from swapin.analysis.query import Query, parse_expression, read_query
from swapin.analysis.reach import ReachReport, reach
from swapin.analysis.side import Side, side_of

__all__ = [
    "CheckReport",
    "DiffReport",
    "Query",
    "ReachReport",
    "Side",
    "Violation",
    "check",
    "diff",
    "parse_expression",
    "reach",
    "read_query",
    "side_of",
]
