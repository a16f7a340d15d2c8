"""JSON Schemas of what commands print that is no message of the API."""

from __future__ import annotations

from swapin.analysis.solver import Question
from swapin.catalog import KINDS
from swapin.life.lives import RULES
from swapin.model import OUTCOMES, Evidence, Group, Kind, Outcome
from swapin.model.transitions import EFFECTS, Effect
from swapin.observe.audit import OUTCOMES as OBSERVED
from swapin.service.json_schema import (
    Schema,
    by_name,
    count,
    defined,
    hexadecimal,
    listed,
    nullable,
    of_message,
    one_of,
    record,
    text,
    texts,
    truth,
)
from swapin.v1 import analysis_service_pb2

_FACTS = "facts as name=value"
_PLACE = text("file and line", pattern=":[0-9]*$")
_SOURCE = text("where the kernel says so: file, function, releases, commit")
_RELEASES = text("the releases that it is true of")
_FINGERPRINT = text(
    "twelve hexadecimal digits over test, kernel and rules", pattern="^[0-9a-f]{12}$"
)
_EDITION = text("the edition of the rules")
_CONDITION = text("the line of the test", pattern="^(exists|never|always): ")
_TIME: Schema = {"type": "number", "minimum": 0}
_VERDICT = one_of(("always", "sometimes", "never"), "how often the condition holds, by the model")


def explore() -> Schema:
    """``explore``."""
    made = of_message(analysis_service_pb2.ExploreReport.DESCRIPTOR)
    made["properties"]["broken"] = one_of(("", *RULES), "the rule that is broken; empty: none")
    return made


def prove() -> Schema:
    """``prove``."""
    return record(
        {
            "question": one_of(Question),
            "queries": texts("what was asked about, one or two"),
            "kernel": text("name of the side: kernel, architecture, device"),
            "faults": one_of(("mapped", "all"), "whether of faults that map a page, or of all"),
            "holds": truth(),
            "counterexample": by_name(truth(), "a state in which it does not; empty if it holds"),
        }
    )


def audit() -> Schema:
    """``audit``."""
    answers = ("agree", "disagree", "undetermined", "not_observed")
    counts = by_name(
        record({name: count() for name in answers}), "observations by outcome", OBSERVED
    )
    group = {"kernel": text(), "backend": text(), "scenario": text()}
    observed = record(
        {
            "mapped_exclusive": one_of(("ANSWER_YES", "ANSWER_NO")),
            "write": {"enum": [*Group.WRITE.values, None]},
        }
    )
    made = record(
        {
            "observations": count(),
            "outcomes": defined("counts"),
            "groups": listed(record({**group, "outcomes": defined("counts")})),
            "copies": listed(
                record({"cause": text(), "observations": count()}),
                "why writes copied the page, the most frequent cause first",
            ),
            "disagreements": listed(
                record(
                    {
                        "place": _PLACE,
                        "observed": observed,
                        "verdict": {"anyOf": [defined("verdict"), defined("error")]},
                    }
                ),
            ),
            "errors": listed(
                record({"place": _PLACE, "problems": listed(defined("problem"))}),
                "lines that are no observation",
            ),
        }
    )
    return {**made, "$defs": {"counts": counts}}


def table() -> Schema:
    """``eval`` of a table."""
    return record(
        {
            "rows": count(),
            "outcomes": by_name(by_name(count()), "rows by outcome and value", OUTCOMES),
            "errors": by_name(count(), "rows that were not evaluated, by what is wrong"),
        }
    )


def litmus() -> Schema:
    """``litmus run``."""
    return record(
        {
            "test": text(),
            "kernel": text(),
            "condition": _CONDITION,
            "verdict": _VERDICT,
            "as_expected": truth("the line of the test is true"),
            "holds": count("ends at which the condition holds"),
            "ends": count(),
            "states": count(),
            "story": texts("a shortest way, step by step"),
            "outcome": texts("what is true at its end"),
            "fingerprint": _FINGERPRINT,
            "rules_edition": _EDITION,
        }
    )


def pte() -> Schema:
    """``pte decode`` and ``pte encode``."""
    bit = nullable(truth("null: the layout has no such bit"))
    word = nullable(hexadecimal("null: the PTE is one word"))
    decoded = record(
        {
            "raw": hexadecimal("pte_val()"),
            "architecture": text(),
            "kernel": text(),
            "entry": text("swap, or the kind of non-swap entry; empty: not known"),
            "type": count("swp_type()"),
            "offset": count("swp_offset()"),
            "exclusive": bit,
            "soft_dirty": bit,
            "uffd_wp": bit,
            "marker": nullable(texts("what a marker marks; null: it is none")),
            "pte_low": word,
            "pte_high": word,
        }
    )
    return {"oneOf": [decoded, defined("error")]}


def replay() -> Schema:
    """``replay``."""
    return record(
        {
            "where": _PLACE,
            "request_id": text(),
            "changes": by_name(
                {**texts(), "minItems": 2, "maxItems": 2},
                "before and now, by outcome; of `fault`, why it is refused now",
                (*(group.field for group in Group), "fault"),
            ),
            "fault": {"type": "object", "description": "the description that was evaluated"},
        }
    )


def decision() -> Schema:
    """``serve --decision-log``."""
    return record(
        {
            "at": text("when, in UTC", format="date-time"),
            "request_id": text(),
            "fault": {"type": "object", "description": "without what tells of a machine"},
            "outcomes": record({group.field: one_of(group.values) for group in Group}),
            "provenance": record({"rules_edition": _EDITION, "catalog": text("its fingerprint")}),
        },
        {"masked": texts("fields of the fault that were left out")},
    )


def sql() -> Schema:
    """``sql``."""
    return record(
        {
            "query": text(),
            "columns": texts("the columns of facts that it reads"),
            "nodes": count("nodes of the decision diagram"),
            "terms": count("terms of the query"),
        }
    )


def source_check() -> Schema:
    """``source-check``."""
    asked = defined("asked")
    difference = record(
        {
            "outcome": text("an outcome, or a fact that constraints settle"),
            "states": count("states in which text and model differ"),
            "witness": texts(f"{_FACTS}: the state that is nearest to an ordinary fault"),
            "text_says": text("a value as verdicts have it"),
            "model_says": text(),
            "place": text("file and line to look at; empty: there is none"),
            "places": listed(asked, "conditions that, the other way round, would agree"),
            "remedies": texts("overrides of one capability by which both agree"),
        }
    )
    made = record(
        {
            "tree": text("release of the tree, with its sublevel"),
            "kernel": text("the kernel of the model that it was compared with"),
            "remark": text("why it is not that of the tree's release; empty: it is"),
            "overrides": by_name(truth(), "capabilities that were given"),
            "decision": record(
                {
                    "states": count(),
                    "outcomes": texts("what was compared"),
                    "functions": texts("what was read"),
                    "ordinary": texts(f"{_FACTS} of an ordinary fault"),
                    "differences": listed(difference),
                    "unmatched": listed(asked, "text that nothing spells"),
                }
            ),
            "citations": record(
                {
                    "resolved": count(),
                    "mails": count(),
                    "of_other_releases": count(),
                    "unresolved": listed(
                        record({"declaration": text(), "cites": text(), "why": text()})
                    ),
                }
            ),
            "layouts": listed(
                record(
                    {
                        "architecture": text(),
                        "agreement": one_of(("agrees", "differs", "not derived")),
                        "differences": texts(),
                        "remark": text(),
                    }
                )
            ),
            "no_layouts": text("why none could be derived; empty: some could"),
        }
    )
    return {**made, "$defs": {"asked": record({"place": _PLACE, "text": text()})}}


def doctor() -> Schema:
    """``plugins doctor``."""
    origin = {"plugin": text(), "distribution": text("with its version")}
    state = texts(f"{_FACTS}: a state that shows it")
    return record(
        {
            "catalog": text("its fingerprint"),
            "degraded": truth("a plugin failed to load"),
            "plugins": listed(
                record(
                    {
                        **origin,
                        "contract": count("version of the hooks"),
                        "load_milliseconds": _TIME,
                    }
                )
            ),
            "failures": listed(record({**origin, "declaration": text(), "message": text()})),
            "not_selected": listed(record(origin)),
            "shadowed": listed(
                record(
                    {
                        "rule": text("changes nothing anywhere"),
                        "plugin": text(),
                        "by": texts("rules"),
                        "kernel": text(),
                        "state": state,
                    }
                )
            ),
            "overlaps": listed(
                record(
                    {
                        "outcome": text(),
                        "rules": texts("of different plugins, that hold together"),
                        "plugins": texts(),
                        "conflict": truth("one claims, and one vetoes"),
                        "kernels": texts(),
                        "state": state,
                    }
                )
            ),
        }
    )


# The lab.


def lab_kernel() -> Schema:
    """``lab kernels``."""
    common = {"release": text(), "flavour": text(), "version": text()}
    offered = {"package": text(), "missing": text("what of it is not to be had; empty: nothing")}
    fetched = {"vmlinuz": text("path of the unpacked kernel")}
    return {"oneOf": [record({**common, **offered}), record({**common, **fetched})]}


def lab_scenario() -> Schema:
    """``lab scenarios``."""
    outcomes = by_name(text("in words: yes, in place"), names=OUTCOMES)
    answer = {
        "facts": {"type": "object", "description": "what is known beside the scenario"},
        "expected": outcomes,
        "said": {**outcomes, "description": "what the model says"},
    }
    return record({"name": text(), "expected": listed(record(answer))})


def lab_matrix() -> Schema:
    """``lab run`` and ``lab matrix``."""
    cell = record(
        {
            "kernel": text(),
            "device": text(),
            "scenario": text(),
            "observations": count(),
            "disagree": count(),
            "undetermined": count(),
            "stable_path": count("faults that took the path for stable writes"),
            "why_not": texts("why there is no observation"),
        }
    )
    return record(
        {
            "cells": listed(cell),
            "disagreements": texts("which fault: kernel and number, device, scenario, access"),
            "errors": texts("what was not read"),
        }
    )


def lab_diff() -> Schema:
    """``lab diff``."""
    faults = by_name(count(), "faults by value of the outcome")
    sides = record({"before": faults, "after": faults})
    made = record(
        {
            "backend": text(),
            "scenario": text(),
            "access": text(),
            "writeback": one_of(("yes", "no", "unknown"), "whether it was seen"),
            "outcome": one_of(OBSERVED),
            "did": defined("sides"),
            "said": defined("sides"),
            "as_modelled": truth("the model says of both kernels what they did"),
        }
    )
    return {**made, "$defs": {"sides": sides}}


def lab_recipe() -> Schema:
    """``lab recipes``."""
    return record(
        {
            "kernel": text(),
            "device": text(),
            "query": text("what the recipe brings about"),
            "result": text("what came of it, in its own words"),
            "undone": truth("nothing of it was left"),
            "said": texts("what it printed"),
        }
    )


def lab_litmus() -> Schema:
    """``lab run --litmus``."""
    test = {"test": text(), "kernel": text()}
    played = {
        "condition": _CONDITION,
        "model": _VERDICT,
        "holds": count("tries at whose end the condition held"),
        "tries": count("tries that came to an end"),
        "result": text("agrees, differs, or why nothing can be said"),
        "forbidden_and_seen": by_name(count(), "tries that the model forbids"),
        "allowed_and_never_seen": texts(),
        "failed": by_name(count(), "tries that came to no end, by reason"),
        "ends": by_name(count(), "tries by what was true at the end"),
        "fingerprint": _FINGERPRINT,
        "rules_edition": _EDITION,
    }
    not_played = {"why_not": text("why the guest cannot play it")}
    return {"oneOf": [record({**test, **played}), record({**test, **not_played})]}


# What is loaded.

_RULE = record(
    {
        "id": text(),
        "kind": one_of(kind.value.lower() for kind in Kind),
        "outcome": one_of(Outcome),
        "when": text("an expression over facts and outcomes"),
        "because": text(),
        "source": _SOURCE,
    }
)
_BINDING = record(
    {"fact": text(), "releases": _RELEASES, "because": text(), "source": _SOURCE},
    {
        "value": truth("absent: what the layer below has"),
        "inherits": text("the fact or property of the layer below"),
        "only": truth("the one value that comes through"),
    },
)
_CAPABILITIES = by_name(truth(), "capabilities")
_EVIDENCE = one_of(Evidence, "how well it is known")


def _kernel() -> Schema:
    change = record({"what": text(), "commit": text(), "title": text()})
    since = {
        "since": text("a kernel"),
        "evidence": _EVIDENCE,
        "changes": texts(),
        "capabilities": _CAPABILITIES,
    }
    return record(
        {
            "release": text(),
            "variant": text("empty: the release itself"),
            "era": text(),
            "evidence": _EVIDENCE,
            "trees": text(),
            "after": text("the kernel that it starts from; empty: none"),
            "capabilities": _CAPABILITIES,
            "history": listed(record(since), "newest first"),
            "max_swapfiles": count("MAX_SWAPFILES; 0: not known"),
            "entry_kinds": texts("kinds of non-swap entry"),
            "marker_bits": by_name(hexadecimal(), "masks by what a marker marks"),
            "changes": listed(change),
            "replaces": listed(_RULE, "rules that are others than those of its release"),
            "source": _SOURCE,
        }
    )


def _architecture() -> Schema:
    number = {"type": "integer"}
    segments = listed(
        {"type": "array", "items": number, "minItems": 3, "maxItems": 3},
        "first bit in the field, first bit in the PTE, number of bits",
    )
    layout = record(
        {
            "releases": _RELEASES,
            "bits": count(),
            "entry_bits": count("bits of swp_entry_t"),
            "words": count(),
            "base": hexadecimal("the PTE of type 0, offset 0"),
            "type": segments,
            "offset": segments,
            "flags": by_name(hexadecimal(), "masks"),
            "present": hexadecimal("a PTE with other of these bits than absent is no swap PTE"),
            "absent": hexadecimal(),
            "none": hexadecimal("pte_none()"),
            "remark": text(),
            "source": _SOURCE,
        }
    )
    return record(
        {
            "releases": _RELEASES,
            "bindings": listed(_BINDING),
            "layouts": listed(layout),
            "source": _SOURCE,
        }
    )


def _backend() -> Schema:
    latched = record(
        {
            "fact": text("a fact, or a property of a swap device"),
            "flag": text("of swap_info_struct; empty: it is none"),
            "releases": text("one, or from one to another"),
            "value": nullable(truth("null: open")),
        },
        {
            "from": text("the layer that says so"),
            "because": text(),
            "source": _SOURCE,
            "through": listed(record({"layer": text(), "because": text(), "source": _SOURCE})),
        },
    )
    setting = record(
        {
            "layer": text(),
            "setting": text(),
            "fact": text(),
            "value": truth(),
            "when": text(),
            "source": _SOURCE,
        }
    )
    return record(
        {
            "stack": texts("layers, top first"),
            "role": text(),
            "over": texts("what it may lie on"),
            "latched": listed(latched, "what holds when a page is swapped in, by release"),
            "bindings": listed(_BINDING),
            "settings": listed(setting),
            "remarks": texts(),
            "source": _SOURCE,
        }
    )


def _plugin() -> Schema:
    loaded = {
        "state": {"const": "loaded"},
        "edition": text(),
        "contract": count("version of the hooks"),
        "hooks": texts(),
        "counts": by_name(
            count(), "what it declares", (kind for kind in KINDS if kind != "plugins")
        ),
        "load_milliseconds": _TIME,
    }
    failed = {"state": {"const": "failed"}, "declaration": text(), "error": text()}
    return {"oneOf": [record(loaded), record(failed)]}


def _details() -> dict[str, Schema]:
    return {
        "kernels": _kernel(),
        "architectures": _architecture(),
        "backends": _backend(),
        "rules": _RULE,
        "facts": record(
            {
                "meaning": text(),
                "domain": text(),
                "test": text("the number that the kernel compares with; empty: none"),
                "values": texts("of a choice"),
                "source": _SOURCE,
            }
        ),
        "constraints": record({"holds": text(), "because": text(), "source": _SOURCE}),
        "invariants": record({"holds": text(), "meaning": text(), "source": _SOURCE}),
        "transitions": record(
            {
                "event": one_of(EFFECTS),
                "effect": one_of(Effect),
                "when": text(),
                "because": text(),
                "source": _SOURCE,
            }
        ),
        "plugins": _plugin(),
    }


def entries(kind: str) -> Schema:
    """``KIND list`` and ``KIND show``: all entries, or one."""
    entry = record(
        {
            "name": text(),
            "summary": text(),
            "plugin": text("which declared it"),
            "distribution": text("that the plugin came from, with its version"),
            "details": _details()[kind],
        }
    )
    of_one = defined("entry")
    return {"anyOf": [of_one, listed(of_one)], "$defs": {"entry": entry}}
