"""Tests marked `stepped` run on a loop whose beats are never late, whatever the machine does."""

import asyncio
from collections.abc import Callable, Mapping

import pytest

from tests.fixtures.stepped_loop import SteppedLoop


def pytest_asyncio_loop_factories(
    item: pytest.Item,
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    if item.get_closest_marker("stepped") is not None:
        return {"stepped": SteppedLoop}
    return {"usual": asyncio.new_event_loop}
