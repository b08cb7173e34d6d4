"""The regular expressions of the code, found by reading it, and texts on which each of them would be slow if it could.

`uses` finds every pattern with the method it is used by. `growth` looks for the worst text of a pattern and says how
much longer it takes when that text gets twice as long: 2 is linear, 4 quadratic.
"""

from __future__ import annotations

import ast
import heapq
import importlib
import itertools
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

ROOT = Path(__file__).parents[2]
CODE = [ROOT / "glimpser", ROOT / "sdk" / "glimpser_sdk", *ROOT.glob("plugins/*/glimpser_*")]
METHODS = frozenset({"search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer"})
NOT_PATTERNS = frozenset({"escape", "error", "Pattern", "Match", "purge"})

SMALL, DOUBLINGS, WORST = 500, 4, 3
FOREVER = 1e6
"""The growth of what did not end in time."""
LIMIT_S = 20.0
FIRST = 100
"""The length at which the worst texts are chosen."""


@dataclass(frozen=True)
class Use:
    """A pattern and how it is applied. ``method``: a name of ``re``, or ``pydantic`` for the ``pattern`` of a field."""

    pattern: str | bytes
    flags: int
    method: str
    where: str

    def __str__(self) -> str:
        return f"{self.where} {self.method} {self.pattern!r}"


# --- finding


def uses() -> tuple[list[Use], list[str]]:
    """Every use, and the places where the pattern is not a constant of its module."""
    found: dict[Use, None] = {}
    unknown: list[str] = []
    for folder in CODE:
        for path in sorted(folder.rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            # Migrations have names that no import statement could spell, and would have to be imported by path.
            named = ".".join(path.relative_to(folder.parent).with_suffix("").parts).removesuffix(".__init__")
            calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
            if any(map(_concerns, calls)):
                scope = (
                    {} if path.stem == "__main__" or path.stem[0].isdigit() else vars(importlib.import_module(named))
                )
                compiled: list[Use] = []
                loose: set[str] = set()
                for node in filter(_concerns, calls):
                    where = f"{path.relative_to(ROOT)}:{node.lineno}"
                    _read(node, scope, where, found, compiled, loose, unknown)
                # A pattern that is handed on as an argument is used by whatever its module calls on an argument.
                used = {(use.pattern, use.flags) for use in found if use.method != "pydantic"}
                for use in compiled:
                    if (use.pattern, use.flags) not in used:
                        for method in loose or {"search"}:
                            found[Use(use.pattern, use.flags, method, use.where)] = None
    return list(found), unknown


def _concerns(node: ast.Call) -> bool:
    function = node.func
    of_re = isinstance(function, ast.Attribute) and (
        function.attr in METHODS or (isinstance(function.value, ast.Name) and function.value.id == "re")
    )
    return of_re or any(k.arg in ("pattern", "regex") for k in node.keywords)


def _read(
    node: ast.Call, scope: dict[str, Any], where: str, found: dict[Use, None], compiled: list[Use],
    loose: set[str], unknown: list[str],
) -> None:  # fmt: skip
    for keyword in node.keywords:
        if keyword.arg in ("pattern", "regex"):
            text = _value(keyword.value, scope)
            if isinstance(text, str):
                found[Use(text, 0, "pydantic", where)] = None
            else:
                unknown.append(f"{where}: {ast.unparse(keyword.value)}")
    function = node.func
    if not isinstance(function, ast.Attribute):
        return
    if isinstance(function.value, ast.Name) and function.value.id == "re":
        if function.attr in NOT_PATTERNS:
            return
        text = _value(node.args[0], scope) if node.args else None
        if not isinstance(text, str | bytes):
            unknown.append(f"{where}: {ast.unparse(node)}")
            return
        given = [_value(k.value, scope) for k in node.keywords if k.arg == "flags"]
        given += [_value(node.args[1], scope)] if function.attr == "compile" and len(node.args) > 1 else []
        use = Use(text, int(given[0] or 0) if given else 0, function.attr, where)
        if function.attr == "compile":
            compiled.append(use)
        else:
            found[use] = None
        return
    owner = _value(function.value, scope)
    if isinstance(owner, re.Pattern):
        flags = owner.flags & ~re.UNICODE
        found[Use(owner.pattern, flags, function.attr, where)] = None
    elif owner is None and function.attr in METHODS - {"split"}:
        loose.add(function.attr)


def _value(node: ast.expr, scope: dict[str, Any]) -> Any:
    """What an expression of constants and names of its module comes to; None for what depends on more."""
    try:
        return eval(compile(ast.Expression(node), "<pattern>", "eval"), {"__builtins__": {}}, scope)  # noqa: S307
    except Exception:
        return None


# --- texts that it would be slow on


def hostile(pattern: str | bytes, flags: int = 0) -> Iterator[Callable[[int], str]]:
    """Ways to make a text of about n characters: a beginning that fits, something repeated, an end that does not."""
    tree = parser.parse(pattern, flags)
    letters, bodies, starts = _parts(tree)
    letters = list(dict.fromkeys(letters))[:9] or ["a"]
    ends = ["", "\0", *letters, *("\0" + letter for letter in letters)]
    singles = dict.fromkeys([*letters, *bodies])
    pairs = ["".join(pair) for pair in itertools.product(letters, repeat=2)]
    for start in list(dict.fromkeys(["", *starts]))[:7]:
        for pump in singles:
            for end in ends:
                yield _text(start, pump, end)
        for pump in pairs:
            for end in ("", "\0"):
                yield _text(start, pump, end)


def _text(start: str, pump: str, end: str) -> Callable[[int], str]:
    return lambda n: start + pump * (n // len(pump) or 1) + end


def _parts(tree: Any) -> tuple[list[str], list[str], list[str]]:
    """Characters that a pattern tells apart, what it repeats, and what comes before each repetition."""
    letters: list[str] = []
    bodies: list[str] = []
    starts: list[str] = []

    def walk(sequence: Any, before: str) -> str:
        for kind, value in sequence:
            before += node(kind, value, before)
        return before

    def node(kind: Any, value: Any, before: str) -> str:
        if kind is op.LITERAL:
            letters.append(chr(value))
            return chr(value)
        if kind is op.IN:
            shown = _members(value)
            letters.extend(shown)
            return shown[0]
        if kind in (op.ANY, op.NOT_LITERAL):
            letters.append("a" if value != ord("a") else "b")
            return letters[-1]
        if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            least, _, body = value
            once = walk(body, before).removeprefix(before)
            starts.append(before)
            bodies.extend([once] if once else [])
            return once * max(1, least)
        if kind is op.BRANCH:
            options = [walk(option, before).removeprefix(before) for option in value[1]]
            bodies.extend(filter(None, options))
            return options[0]
        if kind is op.SUBPATTERN:
            return walk(value[3], before).removeprefix(before)
        if kind is op.ATOMIC_GROUP:
            return walk(value, before).removeprefix(before)
        if kind in (op.ASSERT, op.ASSERT_NOT):
            walk(value[1], before)
        return ""

    whole = walk(tree, "")
    return letters, [*bodies, whole] if whole else bodies, starts


_OF_CATEGORY = {op.CATEGORY_DIGIT: "0", op.CATEGORY_SPACE: " ", op.CATEGORY_WORD: "a", op.CATEGORY_NOT_DIGIT: "a",
                op.CATEGORY_NOT_SPACE: "a", op.CATEGORY_NOT_WORD: "-"}  # fmt: skip


def _members(entries: Any) -> list[str]:
    """Some characters of a class, one of each of its parts; of a negated one the first that is not listed."""
    listed = [
        chr(value) if kind is op.LITERAL else chr(value[0]) if kind is op.RANGE else _OF_CATEGORY.get(value, "a")
        for kind, value in entries
        if kind is not op.NEGATE
    ]
    if entries[0][0] is not op.NEGATE:
        return listed
    ranges = [(v, v) if k is op.LITERAL else v for k, v in entries if k in (op.LITERAL, op.RANGE)]
    outside = [c for c in "ab0 -_.:/@!~\n\xe9" if not any(low <= ord(c) <= high for low, high in ranges)]
    return [outside[0] if outside else "\u2028", *listed]


# --- measuring


class TooSlow(Exception):
    """Beyond the limit."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise TooSlow when the block takes more processor time; matching asks for signals now and then."""

    def stop(number: int, frame: Any) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def once(apply: Callable[[Any], Any], text: Any) -> float:
    """Processor time of one use."""
    began = time.thread_time_ns()
    apply(text)
    return (time.thread_time_ns() - began) / 1e9


def doubled(apply: Callable[[Any], Any], text: Callable[[int], Any]) -> float:
    """How many times longer it takes on a text twice as long, over several doublings."""
    small, large = text(SMALL), text(SMALL << DOUBLINGS)
    # The floor keeps what is done in no time from showing the noise of the clock.
    costs = [max(5e-6, min(once(apply, given) for _ in range(5))) for given in (small, large)]
    return float((costs[1] / costs[0]) ** (1 / DOUBLINGS))


def growth(use: Use, limit_s: float = LIMIT_S) -> float:
    """The growth on the worst of many texts; FOREVER where they take longer than the limit, all together."""
    compiled = re.compile(use.pattern, use.flags)
    apply = _application(compiled, use.method)
    binary = isinstance(use.pattern, bytes)

    def text(make: Callable[[int], str], n: int) -> Any:
        return make(n).encode("latin-1", "replace") if binary else make(n)

    try:
        with limited(limit_s):
            timed = ((once(apply, text(make, FIRST)), number, make) for number, make in enumerate(hostile(
                use.pattern, use.flags)))  # fmt: skip
            worst = heapq.nlargest(WORST, timed, key=lambda found: found[0])
            return max(doubled(apply, lambda n, make=make: text(make, n)) for _, _, make in worst)  # type: ignore[misc]
    except TooSlow:
        return FOREVER


def _application(pattern: re.Pattern[Any], method: str) -> Callable[[Any], Any]:
    if method in ("sub", "subn"):
        nothing: Any = b"" if isinstance(pattern.pattern, bytes) else ""
        return lambda text: pattern.sub(nothing, text)
    if method == "finditer":
        return lambda text: sum(1 for _ in pattern.finditer(text))
    if method == "pydantic":
        return _field(pattern)
    return lambda text: getattr(pattern, method)(text)


def _field(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    from pydantic import StringConstraints, TypeAdapter, ValidationError
    from typing_extensions import Annotated  # noqa: UP035

    field: Any = TypeAdapter(Annotated[str, StringConstraints(pattern=pattern.pattern)])

    def check(text: str) -> bool:
        try:
            field.validate_python(text)
        except ValidationError:
            return False
        return True

    return check
