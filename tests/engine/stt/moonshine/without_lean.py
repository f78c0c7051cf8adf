"""What a worker process runs where the lean graphs do not load: named by `test_wheel_model`."""

from sessions_app.engine.stt.moonshine import model as models
from sessions_app.engine.stt.moonshine.engine import MoonshineEngine
from sessions_app.engine.stt.moonshine.files import Files
from sessions_app.engine.stt.moonshine.graphs import Graphs
from sessions_app.engine.stt.moonshine.ort_file import LayoutError


class WithoutLean(MoonshineEngine):
    """The engine in a process of its own, in which no lean graph can be built."""

    def __init__(self, model: str = "") -> None:
        setattr(models, "build", _refuse)  # noqa: B010 - mypy would take it for a mistake
        super().__init__(model)


def _refuse(files: Files, *, signed: bool) -> Graphs:
    raise LayoutError("a tensor that this release does not have")
