"""How much JavaScript a page loads before somebody can use it."""

import gzip
import re
from pathlib import Path

from tests.fixtures.server import ROOT

MOST_BYTES = 60 * 1024
"""Of all modules of a page, each compressed with gzip, as they are served."""

IMPORT = re.compile(r'^(?:import|export)\b[^;]*?\bfrom\s+"(\.[^"]+)"|^import\s+"(\.[^"]+)"', re.M)
CALL_PAGE = ROOT / "static/js/call-page.js"
DETAILS = ROOT / "static/js/connection-details.js"
"""What only those load who open "Connection details"."""


def loaded_by(module: Path) -> set[Path]:
    """Returns a module and all that it imports at once."""
    found: set[Path] = set()
    left = [module.resolve()]
    while left:
        path = left.pop()
        if path not in found:
            found.add(path)
            names = (one or other for one, other in IMPORT.findall(path.read_text()))
            left.extend((path.parent / name).resolve() for name in names)
    return found


def test_the_call_page_loads_little() -> None:
    modules = loaded_by(CALL_PAGE) | loaded_by(ROOT / "static/js/bfcache-reload.js")
    assert ROOT / "static/voicesite/call-client.js" in modules
    assert sum(len(gzip.compress(path.read_bytes())) for path in modules) <= MOST_BYTES


def test_connection_details_are_loaded_when_they_are_opened() -> None:
    assert DETAILS not in loaded_by(CALL_PAGE)
    drawer = (ROOT / "static/js/connection-drawer.js").read_text()
    assert f'import("./{DETAILS.name}")' in drawer
