"""A server of chat completions, and lines of a call."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.fixtures.completions_server import CompletionsServer, running_completions


@dataclass(frozen=True)
class Line:
    seq: int
    text: str
    speaker: str = "caller"
    start_ms: int = 0
    end_ms: int = 0


def call_of(*texts: str, first: int = 1) -> list[Line]:
    """Returns segments, by turns of the caller and the agent."""
    return [
        Line(seq, text, ("caller", "agent")[index % 2])
        for index, (seq, text) in enumerate(enumerate(texts, start=first))
    ]


@pytest.fixture
def server() -> Iterator[CompletionsServer]:
    with running_completions() as made:
        yield made
