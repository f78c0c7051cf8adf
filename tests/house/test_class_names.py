"""No two classes of the product share a name: who searches for one finds the one."""

import ast
from collections import defaultdict

from tests.fixtures.server import ROOT

OF_DJANGO = {"Command", "Migration"}
"""What Django wants called so in each of its files."""


def test_no_two_classes_share_a_name() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "sessions_app").rglob("*.py")):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef) and node.name not in OF_DJANGO:
                places[node.name].append(str(path.relative_to(ROOT)))
    assert not {name: paths for name, paths in places.items() if len(paths) > 1}
