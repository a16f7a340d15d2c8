"""The tools: evaluate, diff, reach and explain, as functions from JSON to JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from swapin.analysis import diff, reach, read_query
from swapin.analysis.side import MOST_STEPS
from swapin.mcp import schemas
from swapin.mcp.answers import Answer, diff_answer, reach_answer, verdict_answer
from swapin.mcp.arguments import Arguments, refused, side_given
from swapin.mcp.names import allowed, name_answer
from swapin.model import Depth, FaultError, Problem, Reason, outcomes_named
from swapin.program import Program

INSTRUCTIONS = """\
swapin is an exact model of one decision of Linux: when a swapped-out anonymous page is faulted \
in, is it mapped exclusive, writable, and what does a write do; for kernels 5.10 to 7.3 and \
patches (variants) of them. Answers are computed, never guessed. Cite them by rule id and source \
(file, function, release, commit). A fact that is left out is unknown, never false. An answer \
ANSWER_UNDETERMINED means that it depends on facts that were not given: `say` names a smallest \
set of them; find them out and ask again, or report it as open. If an answer has `degraded`, a \
plugin failed to load: say so too."""


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool."""

    name: str
    title: str
    description: str
    schema: schemas.Schema
    """JSON Schema of its input."""
    run: Callable[[Mapping[str, Any], Callable[[], None]], Answer]
    """Answers an input; calls its second argument after each step of long work."""


class Tools:
    """The tools of a program, by name."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._catalog = program.catalog
        self.all: Mapping[str, Tool] = {tool.name: tool for tool in self._tools()}

    def answer(
        self, name: str, given: Mapping[str, Any], step: Callable[[], None]
    ) -> tuple[Answer, bool]:
        """What a tool says, and whether it could answer.

        :raises KeyError: there is no such tool.
        """
        run = self.all[name].run
        try:
            answer, answered = run(given, step), True
        except FaultError as error:
            answer, answered = {"error": {"problems": self._problems(error)}}, False
        answer["catalog"] = self._catalog.fingerprint
        answer["rules_edition"] = self._catalog.edition
        if self._catalog.degraded:
            answer["degraded"] = list(self._catalog.failures)
        return answer, answered

    def _tools(self) -> tuple[Tool, ...]:
        catalog = self._catalog
        fault = schemas.fault_schema(catalog, described=True)
        kernels = {"type": "array", "items": schemas.one_of(catalog.kernels)}
        return (
            Tool(
                "evaluate",
                "Verdict on one fault",
                "What a kernel does with one swap-in fault: exclusive, mapped_exclusive, "
                "pte_writable, write, path; each with the rules that decide it and their "
                "sources, or with the facts that would settle it.",
                schemas.taken({"fault": fault}, "fault"),
                self._evaluate,
            ),
            Tool(
                "diff",
                "What two kernels decide differently",
                "Exactly which inputs two kernels, architectures or swap devices decide "
                "differently, over all of them; with the rules of each side. Does a patch change "
                "an outcome: compare its variant with its release.",
                schemas.taken(
                    {
                        "before": schemas.side_schema(catalog),
                        "after": schemas.side_schema(catalog),
                        "outcomes": schemas.outcomes_schema(),
                    },
                    "before",
                    "after",
                ),
                self._diff,
            ),
            Tool(
                "reach",
                "Whether a rule or a state can be reached",
                "Whether a rule can hold, or an outcome or an expression, on which kernels and "
                "swap devices, by which fault; or what blocks it.",
                schemas.taken(
                    {
                        "query": {
                            "type": "string",
                            "description": "a rule id (writeback.stable-writes), OUTCOME=VALUE "
                            "(write=COPIED), or an expression of facts and outcomes with ~ & | "
                            "( ): folio.writeback & ~folio.fresh & pte_writable",
                        },
                        "kernels": {**kernels, "description": "default: every release"},
                        "devices": {
                            "type": "array",
                            "items": {"type": "string"},
                            "description": "backends, or stacks such as dm-crypt/nvme; default: "
                            f"left open. Backends: {', '.join(catalog.backends)}",
                        },
                        "facts": schemas.facts_schema(),
                    },
                    "query",
                ),
                self._reach,
            ),
            Tool(
                "explain",
                "Why, and where the kernel says so",
                "Either of a fault: the deciding rules, a paragraph for a mail, and the fewest "
                "facts whose change would flip each outcome. Or of a name (rule, fact, "
                "constraint, invariant, transition, kernel, architecture, backend, outcome): "
                "what it is, its reason and its source.",
                schemas.taken(
                    {
                        "fault": schemas.fault_schema(catalog, described=False),
                        "name": {"type": "string", "description": "such as folio.fresh"},
                    }
                ),
                self._explain,
            ),
        )

    def _evaluate(self, given: Mapping[str, Any], _: Callable[[], None]) -> Answer:
        arguments = Arguments(given, ("fault",))
        if "fault" not in arguments.given:
            raise refused("fault", Reason.MISSING, "`fault` is needed")
        return self._verdict(arguments, Depth.DECIDING)

    def _verdict(self, arguments: Arguments, depth: Depth) -> Answer:
        verdict = self._program.evaluate(arguments.given["fault"], depth)
        return verdict_answer(verdict, self._catalog)

    def _diff(self, given: Mapping[str, Any], step: Callable[[], None]) -> Answer:
        arguments = Arguments(given, ("before", "after", "outcomes"))
        outcomes = outcomes_named(arguments.texts("outcomes"), "outcomes")
        before, after = (side_given(arguments, n, self._catalog) for n in ("before", "after"))
        _bounded(len(outcomes))
        return diff_answer(diff(before, after, outcomes, step))

    def _reach(self, given: Mapping[str, Any], step: Callable[[], None]) -> Answer:
        arguments = Arguments(given, ("query", "kernels", "devices", "facts"))
        query = read_query(arguments.text("query", required=True), self._catalog)
        kernels = arguments.texts("kernels") or [
            name for name, kernel in self._catalog.kernels.items() if not kernel.variant
        ]
        devices = arguments.texts("devices")
        _bounded(len(kernels) * max(1, len(devices)))
        facts = arguments.facts(self._catalog)
        report = reach(self._catalog, query, kernels, devices, facts, step)
        return reach_answer(report, self._catalog)

    def _explain(self, given: Mapping[str, Any], _: Callable[[], None]) -> Answer:
        arguments = Arguments(given, ("fault", "name"))
        name = arguments.text("name")
        if bool(name) == ("fault" in arguments.given):
            raise refused("", Reason.MALFORMED, "give either `fault` or `name`")
        if name:
            return name_answer(name, self._catalog)
        return self._verdict(arguments, Depth.PROSE)

    def _problems(self, error: FaultError) -> list[Answer]:
        return [problem.to_dict() | self._allowed(problem) for problem in error.problems]

    def _allowed(self, problem: Problem) -> Answer:
        """The values that may stand there, where the message does not list them."""
        if problem.field == "name":
            return {"allowed": allowed(self._catalog)}
        if problem.field == "expression":
            names = allowed(self._catalog)
            return {"allowed": {kind: names[kind] for kind in ("rules", "outcomes", "facts")}}
        if problem.message.startswith("unknown fact"):
            holder = problem.field.rpartition(".")[0] + "."
            facts = list(self._catalog.facts)
            return {"allowed": [name for name in facts if name.startswith(holder)] or facts}
        return {}


def _bounded(steps: int) -> None:
    if steps > MOST_STEPS:
        message = f"{steps} steps are asked for, and {MOST_STEPS} allowed; ask for less at a time"
        raise refused("", Reason.MALFORMED, message)
