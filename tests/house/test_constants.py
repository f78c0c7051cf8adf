"""Each number of a module says what it is: its unit, and what larger and smaller values do."""

import ast
import io
import tokenize
from collections.abc import Iterator

import pytest

from tests.fixtures.server import ROOT

FOLDERS = ("sessions_app", "voicesite")
MADE_OF_NUMBERS = {"timedelta", "Decimal"}
"""Calls that count as numbers where their arguments are."""

DIRECTIVES = ("noqa", "type:", "nosec", "fmt:")
"""Comments for tools, which explain nothing to a reader."""


def is_number(value: ast.expr) -> bool:
    """Returns whether an expression is made of numbers alone, or is a tuple of such.

    Values made of other names, such as `RATE // 1000`, are explained by these.
    """
    if isinstance(value, ast.Constant):
        return type(value.value) in (int, float)
    if isinstance(value, ast.UnaryOp):
        return is_number(value.operand)
    if isinstance(value, ast.BinOp):
        return is_number(value.left) and is_number(value.right)
    if isinstance(value, ast.Tuple):
        return bool(value.elts) and all(map(is_number, value.elts))
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
        given = [*value.args, *(word.value for word in value.keywords)]
        return value.func.id in MADE_OF_NUMBERS and all(
            is_number(one) or isinstance(one, ast.Constant) for one in given
        )
    return False


def named(node: ast.stmt) -> list[str]:
    """Returns the names that a statement assigns, if all of them are constants' names."""
    if isinstance(node, ast.Assign):
        targets: list[ast.expr] = node.targets
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        targets = [node.target]
    else:
        return []
    flat = [one for target in targets for one in getattr(target, "elts", [target])]
    names = [one.id for one in flat if isinstance(one, ast.Name)]
    return names if len(names) == len(flat) and all(name.isupper() for name in names) else []


def commented_lines(source: str) -> set[int]:
    """Returns the lines that have a comment for people."""
    found = tokenize.generate_tokens(io.StringIO(source).readline)
    return {
        token.start[0]
        for token in found
        if token.type == tokenize.COMMENT and not token.string.lstrip("# ").startswith(DIRECTIVES)
    }


def is_docstring(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def explained(body: list[ast.stmt], at: int) -> bool:
    """Returns whether a docstring follows, of this constant or of the group that it is in.

    A group is a run of constants without an empty line between them.
    """
    for node, after in zip(body[at:], body[at + 1 :], strict=False):
        if after.lineno != (node.end_lineno or 0) + 1:
            return False
        if is_docstring(after):
            return True
        if not named(after):
            return False
    return False


def unexplained(source: str) -> Iterator[str]:
    """Yields the names of numbers with no docstring below and no comment above or beside."""
    body = ast.parse(source).body
    for at, node in enumerate(body):
        names = named(node)
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        if not names or value is None or not is_number(value):
            continue
        around = set(range(node.lineno - 1, (node.end_lineno or node.lineno) + 1))
        if not explained(body, at) and not around & commented_lines(source):
            yield from names


def test_each_number_of_a_module_is_explained() -> None:
    paths = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
    assert len(paths) > 100
    found = {
        str(path.relative_to(ROOT)): names
        for path in paths
        if "migrations" not in path.parts and (names := list(unexplained(path.read_text())))
    }
    assert not found


@pytest.mark.parametrize(
    "source",
    [
        "WAIT_S = 2.0",
        "LEFT, RIGHT = 46, 400",
        "_WAIT: Final = -1  # noqa: X1",
        "WAIT = timedelta(seconds=10)\n\nNAME = ''\n'''Whose it is.'''",
        "MB = 1 << 20\nprint(MB)\n'''No docstring of it.'''",
        "'''The module.'''\n\nWAIT_S = 2.0",
    ],
)
def test_a_number_without_a_sentence_is_found(source: str) -> None:
    assert list(unexplained(source))


@pytest.mark.parametrize(
    "source",
    [
        "WAIT_S = 2.0\n'''How long to wait.'''",
        "CONNECT_S = 2.0\nBYE_S = 3.0\n'''How long to wait for each.'''",
        "WAIT_S = 2.0  # the server closes after 3",
        "# the server closes after 3\nWAIT_S = 2.0",
        "WAIT_MS = 1000 * WAIT_S",
        "ON = True\nNAMES = ('a', 'b')\nDEBUG = 'x'",
        "wait_s = 2.0\nclass A:\n    WAIT_S = 2.0",
    ],
)
def test_others_are_not(source: str) -> None:
    assert not list(unexplained(source))
