"""Recipes: scripts for a person to run, which drive one fault on a test device.

A recipe is text. swapin never runs one; it makes its device, refuses any other, and undoes what
it did.
"""

from swapin.recipe.devices import DEVICES, Device
from swapin.recipe.plan import Plan, plan
from swapin.recipe.script import script

__all__ = ["DEVICES", "Device", "Plan", "plan", "script"]
