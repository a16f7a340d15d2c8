"""Programs: a catalog compiled for use."""

from swapin.program.description import read_fault
from swapin.program.evaluate import Program, load_program
from swapin.program.scalar import Decider, Decision

__all__ = ["Decider", "Decision", "Program", "load_program", "read_fault"]
