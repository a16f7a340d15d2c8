"""Programs: a catalog compiled for use."""

from swapin.model.late import late

TYPE_CHECKING = False
if TYPE_CHECKING:
    from swapin.program.description import read_fault
    from swapin.program.evaluate import Program, load_program
    from swapin.program.scalar import Decider, Decision

__all__ = ["Decider", "Decision", "Program", "load_program", "read_fault"]

_HOMES = {
    "Decider": "swapin.program.scalar",
    "Decision": "swapin.program.scalar",
    "Program": "swapin.program.evaluate",
    "load_program": "swapin.program.evaluate",
    "read_fault": "swapin.program.description",
}

__getattr__ = late(__name__, _HOMES)
