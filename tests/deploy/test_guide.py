"""The guide shows the pictures that `make pictures` takes."""

import ast
import inspect
import re

from deploy import guide_pictures
from tests.fixtures.server import ROOT

GUIDE = ROOT / "docs" / "guide.md"


def taken() -> set[str]:
    """Returns the names that the scenes give to the guide's pictures; others lie elsewhere."""
    calls = [
        node
        for node in ast.walk(ast.parse(inspect.getsource(guide_pictures)))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    ]
    names = [call.args[1] for call in calls if call.func.id == "keep"]  # type: ignore[attr-defined]
    told = {str(name.value) for name in names if isinstance(name, ast.Constant)}
    return {name for name in told if "/" not in name}


def test_every_picture_is_taken_and_shown() -> None:
    shown = re.findall(r"\]\(images/guide/([\w-]+)\.png\)", GUIDE.read_text())
    kept = {path.stem for path in guide_pictures.FOLDER.iterdir()}
    assert len(shown) == len(set(shown))
    assert set(shown) == taken() == kept


def test_pictures_are_small() -> None:
    sizes = [path.stat().st_size for path in guide_pictures.FOLDER.iterdir()]
    assert 0 < sum(sizes) <= guide_pictures.MOST_BYTES
