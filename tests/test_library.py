"""The library as a script imports it: public names, in a process of their own."""

from __future__ import annotations

import subprocess
import sys

CODE = """
import swapin

assert set(swapin.__all__) <= set(dir(swapin)), "a shell offers what it has not looked up"
fault = {"kernel": {"release": "6.1"}, "folio": {"ksm": True}}
first = swapin.evaluate(fault)
before = {name: getattr(swapin, name) for name in swapin.__all__}
assert first.to_json() == swapin.evaluate(fault).to_json()
assert swapin.default_program() is swapin.default_program()
codec = swapin.PteCodec(swapin.default_program().catalog)
assert codec.decode("0x7fffffffffbfe0a", "x86_64", "6.1").exclusive is True
# Importing a room must not put its module in place of a public name.
changed = [name for name in swapin.__all__ if getattr(swapin, name) is not before[name]]
modules = [name for name in swapin.__all__ if type(getattr(swapin, name)) is type(swapin)]
print(changed, modules)
"""


def test_public_names_stay_what_they_are() -> None:
    """A second verdict is as good as the first, whatever was imported between."""
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=False)

    assert ("[] []\n", "") == (done.stdout, done.stderr)
