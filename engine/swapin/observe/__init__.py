"""Observations of real kernels, and their audit against the model."""

from swapin.observe.audit import Audit, Judgement, audit, judged
from swapin.observe.observation import Observation, read_observations

__all__ = ["Audit", "Judgement", "Observation", "audit", "judged", "read_observations"]
