"""Fault descriptions from a live kernel or a vmcore, read by drgn. Needs the extra ``drgn``.

In the REPL of drgn::

    >>> from swapin.observe.drgn import fault_of
    >>> seen = fault_of(find_task(4711), 0x7ffb935e6000)
    >>> seen.fault
    {'kernel': {'release': '6.1'}, 'architecture': 'x86_64', 'pte': {'raw': …}, …}
    >>> import swapin
    >>> swapin.evaluate(seen.fault)
"""

from swapin.observe.drgn.describe import Seen, fault_of
from swapin.observe.drgn.errors import DrgnError
from swapin.observe.drgn.open import opened, task_of

__all__ = ["DrgnError", "Seen", "fault_of", "opened", "task_of"]
