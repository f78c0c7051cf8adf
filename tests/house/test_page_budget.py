"""How much JavaScript a page loads before somebody can use it."""

import gzip
import re
from pathlib import Path

from tests.fixtures.server import ROOT

MOST_BYTES = 60 * 1024
"""Of all modules of a page, each compressed with gzip, as they are served."""

IMPORT = re.compile(r'^(?:import|export)\b[^;]*?\bfrom\s+"(\.[^"]+)"|^import\s+"(\.[^"]+)"', re.M)
CALL_PAGE = ROOT / "static/js/call-page.js"
CALL = ROOT / "static/js/own-call.js"
"""What calls need: it is loaded once the page is drawn."""

FIRST_BYTES = 20 * 1024
"""Of the modules that the page loads before it is drawn."""

DETAILS = ROOT / "static/js/connection-details.js"
"""What only those load who open "Connection details"."""


def loaded_by(*modules: Path) -> set[Path]:
    """Returns modules and all that they import at once."""
    found: set[Path] = set()
    left = [module.resolve() for module in modules]
    while left:
        path = left.pop()
        if path not in found:
            found.add(path)
            names = (one or other for one, other in IMPORT.findall(path.read_text()))
            left.extend((path.parent / name).resolve() for name in names)
    return found


def gzipped(modules: set[Path]) -> int:
    return sum(len(gzip.compress(path.read_bytes())) for path in modules)


def test_the_call_page_loads_little() -> None:
    every_page = (ROOT / "static/js/bfcache-reload.js", ROOT / "static/js/elsewhere.js")
    first = loaded_by(CALL_PAGE, *every_page)
    assert ROOT / "static/js/agent-choice.js" in first
    assert gzipped(first) <= FIRST_BYTES
    assert CALL not in first
    assert f'import("./{CALL.name}")' in CALL_PAGE.read_text()
    modules = loaded_by(CALL_PAGE, CALL, *every_page)
    assert ROOT / "static/voicesite/call-client.js" in modules
    assert gzipped(modules) <= MOST_BYTES


def test_connection_details_are_loaded_when_they_are_opened() -> None:
    assert DETAILS not in loaded_by(CALL_PAGE, CALL)
    drawer = (ROOT / "static/js/connection-drawer.js").read_text()
    assert f'import("./{DETAILS.name}")' in drawer
