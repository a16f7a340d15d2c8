"""Needs a module that is not there."""

import swapin_no_such_module  # noqa: F401
