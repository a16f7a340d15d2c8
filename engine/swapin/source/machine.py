"""Runs functions of the kernel's text over every state of the model at once.

A value is a set of named bits, each with the diagram of the states in which it is set: a
truth value is the bit ``1``, flags are a bit each, a pointer or a number is one of several
tokens, zero is no bit. Control flow is a diagram also, the *guard*: the states in which a
statement is run. In each state just one path is taken, so an assignment changes its variable
where the guard holds and nothing has to be merged; ``goto`` hands the guard on to its label.

What nothing spells is a bit of its own, free in every state. It is reported only if an outcome
turns out to depend on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from swapin.model import Reading, Spelling
from swapin.program.diagram import Diagrams
from swapin.source.syntax import Term, expression, match, parse, substituted, term
from swapin.source.tree import Tree

if TYPE_CHECKING:
    import tree_sitter

Bits = dict[str, int]
"""Bits of a value, each with the diagram of the states in which it is set."""

UNKNOWN_FACTS = tuple(f"?{index}" for index in range(512))
"""Facts kept for what nothing spells."""

_DEEPEST = 40


@dataclass(frozen=True, slots=True)
class Quoted:
    """A piece of the text."""

    place: str
    """``mm/memory.c:3812``."""
    text: str

    def __str__(self) -> str:
        return f"{self.place}: {self.text}"

    def to_dict(self) -> dict[str, str]:
        """The JSON form."""
        return {"place": self.place, "text": self.text}


@dataclass(frozen=True, slots=True)
class Unmatched(Quoted):
    """Text that nothing spells."""

    def __str__(self) -> str:
        return f"{self.place}: could not match `{self.text}`"


@dataclass(frozen=True, slots=True)
class Branch(Quoted):
    """A condition that an ``if`` asked."""

    guard: int
    """The states in which it was asked."""


@dataclass(slots=True)
class _Frame:
    """One function being run."""

    function: str
    file: str
    number: int
    locals: set[str] = field(default_factory=set)
    aliases: dict[str, Term] = field(default_factory=dict)
    """Parameters, as the caller names what it gave for them."""
    caller: _Frame | None = None
    labels: dict[str, int] = field(default_factory=dict)
    passed: set[str] = field(default_factory=set)
    returned: Bits = field(default_factory=dict)
    left: int = 0
    """The states in which the function has returned."""


class Machine:
    """Runs the text of one tree."""

    def __init__(
        self,
        tree: Tree,
        spellings: Sequence[Spelling],
        diagrams: Diagrams,
        admissible: int,
        turned: str = "",
    ) -> None:
        """Prepare.

        :param admissible: the condition of the states that matter.
        :param turned: place of an ``if`` whose condition is taken the other way round.
        """
        self.tree = tree
        self.d = diagrams
        self.recorded: dict[str, int] = {}
        """What the text settled, by name of an atom."""
        self.branches: list[Branch] = []
        """The conditions that were asked in the tree's text, in order."""
        self.statements: list[Unmatched] = []
        """Calls, made for their effect in some admissible state, that nothing spells."""
        self.unknown: dict[str, Unmatched] = {}
        """Expressions that nothing spells, by the fact that stands for each."""
        self.followed: set[str] = set()
        self.used: set[str] = set()
        """Names of the spellings that matched."""
        self._admissible = admissible
        self._turned = turned
        self._env: dict[str, Bits] = {}
        self._numbers = 0
        self._free = iter(UNKNOWN_FACTS)
        self._free_of: dict[tuple[str, str], str] = {}
        self._read: dict[str, Term] = {}
        self._ignored: dict[str, Spelling] = {}
        self._functions: dict[str, Spelling] = {}
        self._patterns: dict[tuple[str, str], list[tuple[Term, Spelling]]] = {}
        for spelling in spellings:
            if spelling.reading is Reading.FOLLOWED:
                self._functions[spelling.text] = spelling
            elif spelling.reading is Reading.IGNORED and spelling.text.isidentifier():
                self._ignored[spelling.text] = spelling
            else:
                pattern = expression(spelling.text)
                # What is said of one function goes before what is said of all.
                known = self._patterns.setdefault(_head(pattern), [])
                known.insert(0 if spelling.within else len(known), (pattern, spelling))

    def run(self, function: str) -> Bits:
        """Run a function that is spelled, in every admissible state.

        :raises LookupError: it is not spelled, or the tree does not define it.
        """
        if function not in self._functions:
            raise LookupError(f"no plugin says how to follow `{function}`")
        return self._follow(Term("call", function), self._functions[function], self.d.true, None)

    # Values.

    def truth(self, value: Bits) -> int:
        """The states in which a value is not zero."""
        return self.d.any(
            [
                self.d.all([where, self.d.fact(bit)]) if bit.startswith("?") else where
                for bit, where in value.items()
            ]
        )

    def _bool(self, condition: int) -> Bits:
        return {} if condition == self.d.false else {"1": condition}

    def _not(self, condition: int) -> int:
        return self.d.choose(condition, self.d.false, self.d.true)

    def _opaque(self, found: Term, frame: _Frame) -> Bits:
        """A value of which nothing is known."""
        place = f"{frame.file}:{found.line}"
        key = (place, str(found))
        name = self._free_of.get(key)
        if name is None:
            name = self._free_of[key] = next(self._free)
            self.unknown[name] = Unmatched(place, str(found))
        return {name: self.d.true}

    def _merged(self, guard: int, new: Bits, old: Bits) -> Bits:
        d = self.d
        merged = {
            bit: d.choose(guard, new.get(bit, d.false), old.get(bit, d.false))
            for bit in dict.fromkeys((*new, *old))
        }
        return {bit: where for bit, where in merged.items() if where != d.false}

    def _equal(self, one: Bits, two: Bits, found: Term, frame: _Frame) -> int:
        d = self.d
        if one == two:
            return d.true
        known = d.true
        opaque = d.false
        for bit in {*one, *two}:
            left, right = one.get(bit, d.false), two.get(bit, d.false)
            if bit.startswith("?"):
                opaque = d.any([opaque, d.choose(left, self._not(right), right)])
            else:
                known = d.all([known, d.choose(left, right, self._not(right))])
        if opaque == d.false:
            return known
        return d.choose(opaque, self.truth(self._opaque(found, frame)), known)

    # Variables.

    def _place(self, found: Term, frame: _Frame) -> str | None:
        """The name of a variable or member; ``None`` for anything else."""
        if found.kind == "name":
            if found.value in frame.locals:
                return f"{frame.number}:{found.value}"
            return found.value
        if found.kind == "field":
            (root,) = found.parts
            at: _Frame | None = frame
            while at is not None and root.kind == "name" and root.value in at.aliases:
                root, at = at.aliases[root.value], at.caller
            place = self._place(root, at or frame)
            return None if place is None else f"{place}{found.value}"
        return None

    def _assign(self, to: Term, value: Bits, guard: int, frame: _Frame) -> None:
        place = self._place(to, frame)
        if place is None:
            if self._reached(guard):
                self.statements.append(Unmatched(f"{frame.file}:{to.line}", f"{to} = …"))
            return
        self._env[place] = self._merged(guard, value, self._env.get(place, {}))

    def _reached(self, guard: int) -> bool:
        return self.d.all([self._admissible, guard]) != self.d.false

    # Expressions.

    def value(self, found: Term, guard: int, frame: _Frame) -> Bits:
        """The value of an expression; what it changes is changed where the guard holds."""
        spelled = self._spelled(found, guard, frame)
        if spelled is not None:
            return spelled
        evaluate = getattr(self, f"_value_of_{found.kind}", None)
        if evaluate is None:
            return self._opaque(found, frame)
        value: Bits = evaluate(found, guard, frame)
        return value

    def _spelled(self, found: Term, guard: int, frame: _Frame) -> Bits | None:
        for pattern, spelling in self._patterns.get(_head(found), ()):
            if spelling.within and spelling.within != frame.function:
                continue
            bindings = match(pattern, found)
            if bindings is not None:
                self.used.add(spelling.name)
                return self._as_spelled(spelling, found, bindings, guard, frame)
        return None

    def _as_spelled(
        self,
        spelling: Spelling,
        found: Term,
        bindings: Mapping[str, Term],
        guard: int,
        frame: _Frame,
    ) -> Bits:
        d = self.d

        def read(text: str) -> Bits:
            if text not in self._read:
                self._read[text] = expression(text)
            return self.value(substituted(self._read[text], bindings, found.line), guard, frame)

        for atom, text in spelling.records.items():
            settled = self.truth(read(text))
            before = self.recorded.get(atom, d.false)
            self.recorded[atom] = d.choose(guard, settled, before)
        if spelling.means is not None:
            return self._bool(d.condition(spelling.means, {}))
        if spelling.reads:
            return read(spelling.reads)
        given: Bits = {}
        open_ = d.true
        for token, when in spelling.gives.items():
            holds = d.condition(when, {})
            if token != "NULL":
                given = self._merged(d.all([open_, holds]), {token: d.true}, given)
            open_ = d.all([open_, self._not(holds)])
        return given

    def _value_of_number(self, found: Term, guard: int, frame: _Frame) -> Bits:
        return {} if found.value == "0" else {found.value: self.d.true}

    def _value_of_name(self, found: Term, guard: int, frame: _Frame) -> Bits:
        constants: dict[str, Bits] = {
            "true": {"1": self.d.true},
            "false": {},
            "NULL": {},
        }
        if found.value in constants:
            return constants[found.value]
        place = self._place(found, frame)
        if place in self._env:
            return self._env[place]
        # Flags are in capitals; each is a bit of its own.
        if found.value.isupper():
            return {found.value: self.d.true}
        return self._opaque(found, frame)

    def _value_of_field(self, found: Term, guard: int, frame: _Frame) -> Bits:
        place = self._place(found, frame)
        if place in self._env:
            return self._env[place]
        return self._opaque(found, frame)

    def _value_of_unary(self, found: Term, guard: int, frame: _Frame) -> Bits:
        value = self.value(found.parts[0], guard, frame)
        if found.value == "!":
            return self._bool(self._not(self.truth(value)))
        return self._opaque(found, frame)

    def _value_of_binary(self, found: Term, guard: int, frame: _Frame) -> Bits:
        d, (left, right) = self.d, found.parts
        if found.value in ("&&", "||"):
            one = self.truth(self.value(left, guard, frame))
            rest = one if found.value == "&&" else self._not(one)
            two = self.truth(self.value(right, d.all([guard, rest]), frame))
            join = d.all if found.value == "&&" else d.any
            return self._bool(join([one, two]))
        if found.value == "&" and right.kind == "unary" and right.value == "~":
            cleared = self.value(right.parts[0], guard, frame)
            return self._without(self.value(left, guard, frame), cleared)
        one_bits = self.value(left, guard, frame)
        two_bits = self.value(right, guard, frame)
        if found.value in ("==", "!="):
            equal = self._equal(one_bits, two_bits, found, frame)
            return self._bool(equal if found.value == "==" else self._not(equal))
        if found.value == "|":
            return {
                bit: d.any([one_bits.get(bit, d.false), two_bits.get(bit, d.false)])
                for bit in dict.fromkeys((*one_bits, *two_bits))
            }
        if found.value == "&" and not any(bit.startswith("?") for bit in two_bits):
            common = {
                bit: d.all([one_bits[bit], two_bits[bit]]) for bit in one_bits if bit in two_bits
            }
            free = d.any([where for bit, where in one_bits.items() if bit.startswith("?")])
            if free != d.false:
                unknown = self._opaque(found, frame)
                common = self._merged(free, unknown, common)
            return common
        return self._opaque(found, frame)

    def _without(self, value: Bits, cleared: Bits) -> Bits:
        d = self.d
        kept = {
            bit: d.choose(cleared.get(bit, d.false), d.false, where) for bit, where in value.items()
        }
        return {bit: where for bit, where in kept.items() if where != d.false}

    def _value_of_assign(self, found: Term, guard: int, frame: _Frame) -> Bits:
        to, given = found.parts
        if found.value == "=":
            value = self.value(given, guard, frame)
        else:
            operator = found.value.removesuffix("=")
            value = self.value(Term("binary", operator, (to, given), found.line), guard, frame)
        self._assign(to, value, guard, frame)
        return value

    def _value_of_choice(self, found: Term, guard: int, frame: _Frame) -> Bits:
        asked, then, otherwise = found.parts
        condition = self.truth(self.value(asked, guard, frame))
        d = self.d
        return self._merged(
            condition,
            self.value(then, d.all([guard, condition]), frame),
            self.value(otherwise, d.all([guard, self._not(condition)]), frame),
        )

    def _value_of_call(self, found: Term, guard: int, frame: _Frame) -> Bits:
        spelling = self._functions.get(found.value)
        if spelling is not None:
            return self._follow(found, spelling, guard, frame)
        ignored = self._ignored.get(found.value)
        if ignored is not None:
            self.used.add(ignored.name)
        # What is asked on the way may be assigned or followed.
        for part in found.parts:
            if part.kind in ("call", "assign"):
                self.value(part, guard, frame)
        return self._opaque(found, frame)

    # Functions and statements.

    def _follow(self, found: Term, spelling: Spelling, guard: int, caller: _Frame | None) -> Bits:
        self._numbers += 1
        if self._numbers > _DEEPEST * 10:
            raise LookupError(f"`{spelling.text}` calls itself without end")
        self.used.add(spelling.name)
        if spelling.body:
            definition: tuple[str, int] | None = (spelling.body, 1)
            file = f"spelling of {spelling.text}"
        else:
            file = spelling.source.file
            definition = self.tree.function(file, spelling.text)
        if definition is None:
            if caller is None or not self._reached(guard):
                raise LookupError(f"`{spelling.text}` is not defined in {file} of this tree")
            return self._opaque(found, caller)
        text, first_line = definition
        root = parse(text)
        node = next((n for n in root.children if n.type == "function_definition"), None)
        body = None if node is None else node.child_by_field_name("body")
        if body is None or root.has_error:
            raise LookupError(f"{file}:{first_line}: `{spelling.text}` could not be read as C")
        self.followed.add(spelling.text)
        frame = _Frame(spelling.text, file, self._numbers, caller=caller)
        assert node is not None
        for name, given in zip(_parameters(node), found.parts, strict=False):
            assert caller is not None
            frame.locals.add(name)
            frame.aliases[name] = given
            self._env[f"{frame.number}:{name}"] = self.value(given, guard, caller)
        frame.left = self.d.false
        self._run(body, guard, frame, first_line)
        return frame.returned

    def _run(self, node: tree_sitter.Node, guard: int, frame: _Frame, first: int) -> int:
        """Run a statement; the states that go on to the next."""
        run = getattr(self, f"_run_{node.type}", None)
        if run is not None:
            going_on: int = run(node, guard, frame, first)
            return going_on
        if node.type in _SILENT or not self._reached(guard):
            return guard
        text = " ".join((node.text or b"").decode().split())
        place = f"{frame.file}:{node.start_point[0] + first}"
        self.statements.append(Unmatched(place, text[:60]))
        return guard

    def _run_compound_statement(
        self, node: tree_sitter.Node, guard: int, frame: _Frame, first: int
    ) -> int:
        for child in node.named_children:
            guard = self._run(child, guard, frame, first)
        return guard

    def _run_preproc_ifdef(
        self, node: tree_sitter.Node, guard: int, frame: _Frame, first: int
    ) -> int:
        name = node.child_by_field_name("name")
        other = node.child_by_field_name("alternative")
        for child in node.named_children:
            if child not in (name, other):
                guard = self._run(child, guard, frame, first)
        return guard

    def _run_declaration(
        self, node: tree_sitter.Node, guard: int, frame: _Frame, first: int
    ) -> int:
        for declarator in node.children_by_field_name("declarator"):
            given = declarator.child_by_field_name("value")
            name = _declared(declarator)
            if name is None:
                continue
            frame.locals.add(name)
            self._env.setdefault(f"{frame.number}:{name}", {})
            if given is not None:
                value = self.value(term(given, first), guard, frame)
                self._assign(Term("name", name), value, guard, frame)
        return guard

    def _run_expression_statement(
        self, node: tree_sitter.Node, guard: int, frame: _Frame, first: int
    ) -> int:
        if not node.named_children:
            return guard
        found = term(node.named_children[0], first)
        value = self.value(found, guard, frame)
        unread = (
            found.kind not in ("assign", "name", "number")
            and value == self._maybe_opaque(found, frame)
            and not (found.kind == "call" and found.value in self._ignored)
        )
        if unread and self._reached(guard):
            self.statements.append(Unmatched(f"{frame.file}:{found.line}", str(found)))
        return guard

    def _maybe_opaque(self, found: Term, frame: _Frame) -> Bits | None:
        name = self._free_of.get((f"{frame.file}:{found.line}", str(found)))
        return None if name is None else {name: self.d.true}

    def _run_if_statement(
        self, node: tree_sitter.Node, guard: int, frame: _Frame, first: int
    ) -> int:
        asked, then = node.child_by_field_name("condition"), node.child_by_field_name("consequence")
        assert asked is not None
        assert then is not None
        question = term(asked, first)
        condition = self.truth(self.value(question, guard, frame))
        if not self._functions[frame.function].body:
            place = f"{frame.file}:{node.start_point[0] + first}"
            self.branches.append(Branch(place, str(question), guard))
            if place == self._turned:
                condition = self._not(condition)
        d = self.d
        going_on = self._run(then, d.all([guard, condition]), frame, first)
        rest = d.all([guard, self._not(condition)])
        otherwise = node.child_by_field_name("alternative")
        if otherwise is not None:
            for child in otherwise.named_children:
                rest = self._run(child, rest, frame, first)
        return d.any([going_on, rest])

    def _run_goto_statement(
        self, node: tree_sitter.Node, guard: int, frame: _Frame, first: int
    ) -> int:
        label = _label(node)
        if label in frame.passed and self._reached(guard):
            place = f"{frame.file}:{node.start_point[0] + first}"
            self.statements.append(Unmatched(place, f"goto {label}"))
        frame.labels[label] = self.d.any([frame.labels.get(label, self.d.false), guard])
        return self.d.false

    def _run_labeled_statement(
        self, node: tree_sitter.Node, guard: int, frame: _Frame, first: int
    ) -> int:
        label = _label(node)
        frame.passed.add(label)
        guard = self.d.any([guard, frame.labels.pop(label, self.d.false)])
        for child in node.named_children[1:]:
            guard = self._run(child, guard, frame, first)
        return guard

    def _run_return_statement(
        self, node: tree_sitter.Node, guard: int, frame: _Frame, first: int
    ) -> int:
        given = [child for child in node.named_children if child.type != "comment"]
        value = self.value(term(given[0], first), guard, frame) if given else {}
        frame.returned = self._merged(guard, value, frame.returned)
        return self.d.false


_SILENT = frozenset({"comment", "type_definition", "struct_specifier", "identifier"})


def _head(found: Term) -> tuple[str, str]:
    return found.kind, found.value


def _label(node: tree_sitter.Node) -> str:
    label = node.child_by_field_name("label")
    assert label is not None
    return (label.text or b"").decode()


def _declared(node: tree_sitter.Node) -> str | None:
    """The name that a declarator declares."""
    at: tree_sitter.Node | None = node
    while at is not None:
        if at.type == "identifier":
            return (at.text or b"").decode()
        if at.type == "function_declarator":
            return None
        at = at.child_by_field_name("declarator")
    return None


def _parameters(node: tree_sitter.Node) -> Iterator[str]:
    """Names of a function's parameters."""
    at = node.child_by_field_name("declarator")
    while at is not None and at.type != "function_declarator":
        at = at.child_by_field_name("declarator")
    given = None if at is None else at.child_by_field_name("parameters")
    for parameter in [] if given is None else given.named_children:
        declarator = parameter.child_by_field_name("declarator")
        name = None if declarator is None else _declared(declarator)
        if name is not None:
            yield name
