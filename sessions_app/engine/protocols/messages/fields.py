"""Types of keys that several messages have, and what a client is told of a wrong value."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal, NotRequired

from pydantic import AfterValidator, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

from sessions_app.engine.core.call_data import MOST_VARIABLES, NAME
from sessions_app.engine.core.states import BYE_REASONS, CallState, Floor
from sessions_app.engine.text.cleaning import is_invisible

MAX_TYPED_CHARS = 2_000
"""Characters of one typed message. Longer ones cost a model more to read."""

MAX_KEYS = 64
"""Telephone keys in one message: as many as one turn takes."""

LONGEST_NOTICE = 50
"""Characters of the name of a consent notice; the rest is cut off."""


@dataclass(frozen=True, slots=True)
class Says:
    """What a client is told of a value that a key does not take.

    `otherwise` is for every mistake, `on` for the kinds that need another sentence: pydantic's
    name of the kind, and the sentence. The key's name goes before the sentence, unless it begins
    with a name of its own.
    """

    otherwise: str = ""
    on: tuple[tuple[str, str], ...] = ()

    def sentence(self, kind: str) -> str:
        """Returns the sentence for a kind of mistake; empty for the usual one."""
        return dict(self.on).get(kind, self.otherwise)


_TYPED_LENGTH = f"must hold 1 to {MAX_TYPED_CHARS} characters."
_MISSING_TEXT = "is missing, or not text."
_FLAG = Field(description="true or false")

FilledText = Annotated[str, Field(min_length=1), Says(_MISSING_TEXT)]
"""Text that must be there."""


def _seen(text: str) -> str:
    if is_invisible(text):
        raise PydanticCustomError("invisible", "only invisible characters")
    return text


TypedText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_TYPED_CHARS),
    AfterValidator(_seen),
    Says(
        _MISSING_TEXT,
        (
            ("string_too_short", _TYPED_LENGTH),
            ("string_too_long", _TYPED_LENGTH),
            ("invisible", "must hold something that can be seen."),
        ),
    ),
]
"""What was typed instead of said, without white space around it."""

Flag = Annotated[bool, _FLAG, Says("must be true or false.")]
Whole = Annotated[int, Field(ge=0)]
CALL_CLOCK = "ms on the call clock"
Milliseconds = Annotated[int, Field(ge=0, description=CALL_CLOCK)]
MaybeMilliseconds = Annotated[int | None, Field(ge=0)]
Names = Annotated[
    list[Annotated[str, Says(on=(("string_type", "must be a list of names."),))]],
    Field(fail_fast=True),
]
Lenient = Annotated[Any, WithJsonSchema({"type": "boolean"})]
"""A truth value of which anything but true counts as false."""

Share = Annotated[float, Field(ge=0, le=1)]
Role = Literal["user", "agent"]
State = Annotated[str, WithJsonSchema({"enum": [state.value for state in CallState]})]
FloorName = Annotated[str, WithJsonSchema({"enum": [floor.value for floor in Floor]})]
ByeReason = Annotated[str, WithJsonSchema({"enum": sorted(reason.value for reason in BYE_REASONS)})]


Variables = Annotated[
    dict[str, Any],
    WithJsonSchema(
        {
            "type": "object",
            "maxProperties": MOST_VARIABLES,
            "propertyNames": {"pattern": f"^{NAME.pattern}$"},
            "additionalProperties": {"type": ["string", "number", "boolean"]},
        }
    ),
]
"""For the agent's prompt and greeting: `core.call_data` has the limits."""

Metadata = Annotated[dict[str, Any], WithJsonSchema({"type": "object"})]
"""The integrator's own: it is kept with the call, and models never see it."""


class Consent(TypedDict):
    """Whether the caller agreed to be recorded, and by which notice."""

    recording: NotRequired[
        Annotated[bool, Says("`consent.recording` must be true or false.")] | None
    ]
    notice: NotRequired[
        Annotated[
            str,
            Field(json_schema_extra={"maxLength": LONGEST_NOTICE}),
            Says("`consent.notice` must be text."),
        ]
        | None
    ]
