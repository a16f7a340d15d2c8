"""The hooks of the ``swapin.plugins`` entry-point group.

Every hook *registers*: it is called once, while the catalog is built, and hands over
declarations. No fault ever travels through a hook. For every hook alike:

* none is a fine answer: return an empty iterable;
* an exception, a declaration of the wrong type or one that the catalog refuses leaves out
  the whole plugin, is reported under the name of its distribution, and makes the catalog
  *degraded*.
"""

from __future__ import annotations

from collections.abc import Iterable

import pluggy

from swapin.catalog.selection import PROJECT as PROJECT
from swapin.model import (
    Architecture,
    Backend,
    Constraint,
    Fact,
    Invariant,
    Kernel,
    Property,
    Rule,
    Spelling,
    Transition,
)

GROUP = "swapin.plugins"
"""Entry-point group in which a distribution names its plugins."""

CONTRACT = 1
"""Version of the hooks. It grows when a hook is added or takes or returns something new, by one
for each release of swapin that does so; a hook is never taken away or changed within a major
version of swapin. A plugin for an older version is loaded, one for a newer version is refused."""

RELEASES = {1: "0.1"}
"""The first release of swapin with each version of the hooks."""

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)
"""Marks a function of a plugin as the implementation of the hook of that name."""


@hookspec
def swapin_modules() -> Iterable[str]:
    """Name further modules that belong to this plugin.

    For a plugin of several files, one subject each. The modules are imported and their hooks
    called as if they stood in the plugin itself; all of them load, or none does.

    :returns: absolute module names.

    .. versionadded:: 0.1
    """
    return ()


@hookspec
def swapin_contract() -> int:
    """Name the version of the hooks that this plugin was written for.

    A plugin that does not say was written for version 1. One that asks for more than this
    swapin has is refused, so that nothing that it declares is silently ignored.

    :returns: a version from 1, :data:`swapin.catalog.hookspecs.CONTRACT` at most.

    .. versionadded:: 0.1
    """
    return CONTRACT


@hookspec
def swapin_edition() -> str:
    """Name the edition of this plugin's rules.

    A verdict names the editions of all plugins that have one. Change it whenever the answer
    for some input changes.

    :returns: a short text such as ``linux-2``.

    .. versionadded:: 0.1
    """
    return ""


@hookspec
def swapin_facts() -> Iterable[Fact]:
    """Declare facts: the typed inputs that rules read.

    A fact whose name starts with ``kernel.`` is a capability: kernel presets bind it, and it
    is no where they are silent. A name that is taken is refused.

    .. versionadded:: 0.1
    """
    return ()


@hookspec
def swapin_rules() -> Iterable[Rule]:
    """Offer rules to the engine.

    A rule is data: it claims or vetoes one outcome where an expression over facts and
    earlier outcomes holds. A veto beats any claim, so no order, of ids or of installation,
    can change a verdict. Refused: an id that is taken, an unknown fact, a rule that can never
    fire, a circle of outcomes.

    .. versionadded:: 0.1
    """
    return ()


@hookspec
def swapin_constraints() -> Iterable[Constraint]:
    """Offer combinations of facts that every kernel and device keeps to.

    A description against a constraint is an error that names the fields; what a description
    leaves out is settled by constraints where they allow but one value.

    .. versionadded:: 0.1
    """
    return ()


@hookspec
def swapin_invariants() -> Iterable[Invariant]:
    """Offer statements about outcomes that must be true in every admissible state.

    .. versionadded:: 0.1
    """
    return ()


@hookspec
def swapin_kernels() -> Iterable[Kernel]:
    """Offer kernels: releases, or variants of one such as a patch or a vendor's tree.

    A kernel is a bundle of capabilities, and may start from another kernel (``after``). A
    variant may replace rules by id. A name that is taken is refused.

    .. versionadded:: 0.1
    """
    return ()


@hookspec
def swapin_architectures() -> Iterable[Architecture]:
    """Offer architectures: the exclusive bit, and the layout of raw swap PTEs.

    A name that is taken, and layouts whose releases overlap, are refused.

    .. versionadded:: 0.1
    """
    return ()


@hookspec
def swapin_backends() -> Iterable[Backend]:
    """Offer swap backends: the flags that are latched at swapon, and how I/O completes.

    A name that is taken, and two bindings of one fact whose releases overlap, are refused.

    .. versionadded:: 0.1
    """
    return ()


@hookspec
def swapin_spellings() -> Iterable[Spelling]:
    """Offer spellings: what the kernel's text means in terms of facts and outcomes.

    ``swapin source-check`` reads the decision in a source tree by them. No verdict depends on
    one. Refused: text that is given twice for one function and releases, an unknown fact.

    .. versionadded:: 0.1
    """
    return ()


@hookspec
def swapin_transitions() -> Iterable[Transition]:
    """Offer transitions: what comes of an event in the life of a page between two faults.

    ``swapin litmus`` and ``swapin explore`` go by them; no verdict depends on one. Refused: an id
    that is taken, an unknown fact, an effect that the event cannot have.

    .. versionadded:: 0.1
    """
    return ()


@hookspec
def swapin_properties() -> Iterable[Property]:
    """Offer properties of swap devices that no rule reads.

    Called once. Backends bind a property as they bind a fact; a layer above may inherit it,
    and ``swapin backends show`` tells it.

    :returns: the properties; none is fine.

    .. versionadded:: 0.1
    """
    return ()
