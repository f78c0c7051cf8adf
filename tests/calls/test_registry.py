"""Whether another call is taken."""

from typing import Any

import pytest

from sessions_app.calls.registry import Registry
from sessions_app.core.errors import BusyError


async def test_a_late_loop_takes_no_call_beside_those_it_has() -> None:
    late = True
    registry = Registry(10, late=lambda: late)
    registry.admit()  # alone, it cannot make another choppy
    held: Any = object()
    registry._calls["one"] = held
    with pytest.raises(BusyError, match="choppy"):
        registry.admit()
    late = False
    registry.admit()


async def test_there_are_as_many_as_there_may_be() -> None:
    registry = Registry(1)
    registry.admit()
    held: Any = object()
    registry._calls["one"] = held
    with pytest.raises(BusyError, match="1 calls"):
        registry.admit()
