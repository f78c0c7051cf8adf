"""The contract of extractors, which take values from a call for the fields of its agent."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sessions_app.engine.summaries.base import CallBrief

Fields = Mapping[str, Mapping[str, Any]]
"""The fields by name, each with its JSON Schema: the `properties` of an agent's schema."""


def fields_of(schema: Mapping[str, Any]) -> Fields:
    """Returns the fields of an agent's schema; none for an empty one."""
    found: Fields = schema.get("properties", {})
    return found


@dataclass(frozen=True, slots=True)
class TakenValues:
    """The value of each field, None where the call does not say it, and the segments it rests on.

    `note` is what people should know about it. The rest is of a language model: its name,
    requests and tokens; `guessed` are estimates, in and out, of those that were not counted.
    """

    values: Mapping[str, Any]
    evidence: Mapping[str, list[int]] = field(default_factory=dict)
    engine: str = ""
    note: str = ""
    model: str = ""
    requests: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    guessed: tuple[int, int] = (0, 0)


class Extractor(ABC):
    """Takes values from a finished call. Runs in a Celery worker; may block."""

    @abstractmethod
    def take(self, brief: CallBrief, fields: Fields) -> TakenValues:
        """Returns a value for each field, valid by its schema, or None."""
