"""aiortc's, aioice's and pylibsrtp's internals are touched in one place, which is guarded."""

import ast
import inspect
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import aioice.ice
import aiortc
import pylibsrtp
import pytest

from sessions_app.engine.rtc.aiortc_compat import guard
from tests.fixtures.server import ROOT

LIBRARIES = (aiortc, aioice, pylibsrtp)
COMPAT = ROOT / "sessions_app" / "engine" / "rtc" / "aiortc_compat"
OTHERS = sorted(
    path
    for folder in (ROOT / "sessions_app", ROOT / "docs" / "examples")
    for path in folder.rglob("*.py")
    if COMPAT not in path.parents
)
OF_OTHERS = {"_meta", "_state", "_scale"}
"""Names of Django's and of a model's weights, which these libraries have too."""

MANGLED = re.compile(r"_(RTC|Stun|Turn)\w*__\w+")

OWN_NAMES = {"self", "cls", "super"}
PATCHED = {
    *("receive", "send", "datagram_received", "data_received", "request_received"),
    *("get_component_candidates", "get_host_addresses"),
}
"""What is replaced on objects and modules of theirs, though its name is public."""


def sources(library: object) -> Iterator[ast.AST]:
    folder = Path(inspect.getfile(library)).parent  # type: ignore[arg-type]
    for path in folder.rglob("*.py"):
        yield ast.parse(path.read_text())


@cache
def private_names() -> frozenset[str]:
    """Returns all private names of attributes and methods in the libraries' own sources."""
    found = set()
    for library in LIBRARIES:
        for tree in sources(library):
            for node in ast.walk(tree):
                if isinstance(node, ast.Attribute):
                    found.add(node.attr)
                elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    found.add(node.name)
    return frozenset(name for name in found if is_private(name))


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def defined(tree: ast.AST) -> set[str]:
    """Returns the private names that a file's own classes have."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Attribute) and is_own(node.value):
            found.add(node.attr)
    return found


def is_own(value: ast.expr) -> bool:
    called = value.func if isinstance(value, ast.Call) else value
    return isinstance(called, ast.Name) and called.id in OWN_NAMES


def touched(source: str) -> set[str]:
    """Returns what a file reads or replaces of the libraries' internals.

    Private names of theirs on anything but the file's own objects, in attributes or in strings;
    names of classes mangled; and methods of theirs that are given to an object or a module.
    """
    tree = ast.parse(source)
    private = private_names() - defined(tree) - OF_OTHERS
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and not is_own(node.value):
            stored = isinstance(node.ctx, ast.Store | ast.Del)
            if node.attr in private or (stored and node.attr in PATCHED):
                found.add(node.attr)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            if node.value in private or MANGLED.fullmatch(node.value):
                found.add(node.value)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            found |= {"vars"} if node.func.id == "vars" and _names_library(node) else set()
    return found


def _names_library(node: ast.AST) -> bool:
    names = {library.__name__ for library in LIBRARIES}
    return any(isinstance(one, ast.Name) and one.id in names for one in ast.walk(node))


def test_no_other_file_touches_their_internals() -> None:
    assert len(OTHERS) > 100
    found = {str(path.relative_to(ROOT)): touched(path.read_text()) for path in OTHERS}
    assert not {path: names for path, names in found.items() if names}


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("def f(dtls): return dtls._rx_srtp", "_rx_srtp"),
        ("def f(line): line._codecs = []", "_codecs"),
        ("def f(self): return self._pc.transport._connection", "_connection"),
        ("def f(pc): return getattr(pc, '_RTCPeerConnection__connect')", "_RTCPeerConnection__"),
        ("def f(pc): setattr(pc, '_set_mline_index', None)", "_set_mline_index"),
        ("def f(line): line.receiver.receive = print", "receive"),
        ("import aioice\naioice.ice.get_host_addresses = list", "get_host_addresses"),
        ("import aioice\nvars(aioice.ice)['asyncio'] = None", "vars"),
    ],
)
def test_what_touches_them_is_found(source: str, name: str) -> None:
    (found,) = touched(source)
    assert found.startswith(name)


@pytest.mark.parametrize(
    "source",
    [
        "class A:\n def f(self): self._codecs = []\n\ndef g(a): return a._codecs",
        "def f(pc): return pc.getTransceivers()[0].receiver.track",
    ],
)
def test_a_files_own_names_and_public_ones_are_not(source: str) -> None:
    assert not touched(source)


@pytest.mark.parametrize("path", sorted(COMPAT.glob("*.py")), ids=lambda path: path.name)
def test_every_internal_name_there_is_guarded(path: Path) -> None:
    guarded = {name for _, names in (*guard._METHODS, *guard._ATTRIBUTES) for name in names}
    assert {name for name in touched(path.read_text()) if is_private(name)} <= guarded
