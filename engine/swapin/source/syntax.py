"""The syntax of C as far as the decision needs it: expressions that can be compared and matched.

The parser is tree-sitter's, which needs no preprocessing; it comes with the extra ``source``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import tree_sitter

# Calls that are only remarks to the compiler.
WRAPPERS = frozenset({"likely", "unlikely", "data_race", "READ_ONCE"})


class MissingExtra(LookupError):
    """The parser is not installed."""

    def __init__(self) -> None:
        super().__init__("reading C needs an extra: pip install 'swapin[source]'")


@cache
def _parser() -> tree_sitter.Parser:
    try:
        import tree_sitter
        import tree_sitter_c
    except ImportError as error:
        raise MissingExtra from error
    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_c.language()))


def parse(text: str) -> tree_sitter.Node:
    """The syntax tree of a text.

    :raises MissingExtra: the parser is not installed.
    """
    return _parser().parse(text.encode()).root_node


@dataclass(frozen=True, slots=True)
class Term:
    """An expression. Equal terms say the same, wherever they stand."""

    kind: str
    """``name``, ``number``, ``text``, ``call``, ``field``, ``unary``, ``binary``, ``assign``,
    ``choice``, ``index`` or ``other``."""
    value: str
    """Name, number, operator or member."""
    parts: tuple[Term, ...] = ()
    line: int = field(default=0, compare=False)

    def __str__(self) -> str:
        parts = [
            f"({part})" if part.kind in ("binary", "choice") and self.kind != "call" else str(part)
            for part in self.parts
        ]
        match self.kind:
            case "call":
                return f"{self.value}({', '.join(parts)})"
            case "field":
                return f"{parts[0]}{self.value}"
            case "unary":
                return f"{self.value}{parts[0]}"
            case "binary" | "assign":
                return f"{parts[0]} {self.value} {parts[1]}"
            case "choice":
                return f"{parts[0]} ? {parts[1]} : {parts[2]}"
            case "index":
                return f"{parts[0]}[{parts[1]}]"
        return self.value


def expression(text: str) -> Term:
    """The term of an expression's text.

    :raises ValueError: it is none.
    """
    root = parse(f"int f(void) {{ {text}; }}")
    body = root.children[0].child_by_field_name("body") if root.children else None
    if root.has_error or body is None or body.named_child_count != 1:
        raise ValueError(f"`{text}` is no C expression")
    statement = body.named_children[0]
    inner = statement.named_children
    if statement.type != "expression_statement" or len(inner) != 1:
        raise ValueError(f"`{text}` is no C expression")
    return term(inner[0])


def term(node: tree_sitter.Node, first_line: int = 1) -> Term:
    """The term of a syntax node; lines count from *first_line*."""

    def made(kind: str, value: str, *parts: tree_sitter.Node | None) -> Term:
        line = node.start_point[0] + first_line
        return Term(kind, value, tuple(term(p, first_line) for p in parts if p is not None), line)

    def text(of: tree_sitter.Node | None) -> str:
        return of.text.decode() if of is not None and of.text is not None else ""

    get = node.child_by_field_name
    match node.type:
        case "identifier" | "true" | "false" | "null":
            return made("name", text(node))
        case "number_literal":
            return made("number", text(node).rstrip("uUlL"))
        case "parenthesized_expression":
            return term(node.named_children[0], first_line)
        case "cast_expression":
            value = get("value")
            assert value is not None
            return term(value, first_line)
        case "call_expression":
            called, arguments = get("function"), get("arguments")
            given = [] if arguments is None else arguments.named_children
            given = [argument for argument in given if argument.type != "comment"]
            name = text(called)
            if name in WRAPPERS and len(given) == 1:
                return term(given[0], first_line)
            return made("call", "".join(name.split()), *given)
        case "field_expression":
            operator = next(c.type for c in node.children if c.type in ("->", "."))
            return made("field", f"{operator}{text(get('field'))}", get("argument"))
        case "unary_expression" | "pointer_expression" | "update_expression":
            return made("unary", text(get("operator")), get("argument"))
        case "binary_expression":
            return made("binary", text(get("operator")), get("left"), get("right"))
        case "assignment_expression":
            return made("assign", text(get("operator")), get("left"), get("right"))
        case "conditional_expression":
            return made("choice", "?:", get("condition"), get("consequence"), get("alternative"))
        case "subscript_expression":
            return made("index", "[]", get("argument"), get("index"))
    return made("other", " ".join(text(node).split()))


def match(pattern: Term, found: Term) -> dict[str, Term] | None:
    """What the ``$`` names of a pattern stand for; ``None`` if the term is another one."""
    bindings: dict[str, Term] = {}

    def walk(one: Term, two: Term) -> bool:
        if one.kind == "name" and one.value.startswith("$"):
            return bindings.setdefault(one.value, two) == two
        return (
            one.kind == two.kind
            and one.value == two.value
            and len(one.parts) == len(two.parts)
            and all(walk(a, b) for a, b in zip(one.parts, two.parts, strict=True))
        )

    return bindings if walk(pattern, found) else None


def substituted(pattern: Term, bindings: Mapping[str, Term], line: int) -> Term:
    """A pattern with its ``$`` names replaced, as if it stood on a line."""
    if pattern.kind == "name" and pattern.value.startswith("$"):
        return bindings[pattern.value]
    parts = tuple(substituted(part, bindings, line) for part in pattern.parts)
    return Term(pattern.kind, pattern.value, parts, line)
