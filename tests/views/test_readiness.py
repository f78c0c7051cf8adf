import pytest

from sessions_app.runtime import media_processes
from sessions_app.runtime.health_checks import LANES, STOPPING
from sessions_app.views import health


class Processes:
    """Media processes with these faults."""

    def __init__(self, *faults: str) -> None:
        self._faults = set(faults)

    async def calls(self) -> int:
        return 1

    def faults(self) -> set[str]:
        return self._faults


async def test_a_web_process_is_ready_while_one_for_calls_restarts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(media_processes, "current", lambda: Processes(STOPPING))
    await health._media()
    monkeypatch.setattr(media_processes, "current", lambda: Processes(STOPPING, LANES))
    with pytest.raises(health.PartError, match=r"its work: lanes\.$"):
        await health._media()
