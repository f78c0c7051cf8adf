"""Why a review form was refused: its page shows that once, with what was typed."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from sessions_app.models import Call

KEY = "review_refused"
"""Where the session holds it until the call's page, which the form leads back to, takes it."""

MOST_KEPT = 20_000
"""Characters of a field that are given back; a form itself has room for far fewer."""


@dataclass(frozen=True, slots=True)
class RefusedForm:
    """One form that was refused; `problems` and `typed` are by the names of its fields.

    `key` tells forms of one kind apart: a comment's or a scorecard form's.
    """

    form: str
    problems: Mapping[str, str]
    typed: Mapping[str, str] = field(default_factory=dict)
    key: int = 0

    @classmethod
    def of(cls, form: str, problems: Mapping[str, str], given: Mapping[str, str]) -> Self:
        """Returns the refusal of what a form was `given`: its own fields alone are kept."""
        fields = {name: str(given[name])[:MOST_KEPT] for name in given if name in FIELDS}
        answers = {name: str(given[name])[:MOST_KEPT] for name in given if name[:2] == "q-"}
        return cls(form, dict(problems), fields | answers)


FIELDS = frozenset({"title", "add", "at", "text", "for_owner"})


def keep(session: Any, call: Call, refusal: RefusedForm) -> None:
    """Keeps it in the session for the call's page, in place of one before."""
    session[KEY] = {"call": call.public_id, **asdict(refusal)}


def take(session: Any, call: Call) -> RefusedForm | None:
    """Returns what was refused on the call's page, once; None for nothing."""
    kept = session.get(KEY)
    if not kept or kept["call"] != call.public_id:
        return None
    del session[KEY]
    return RefusedForm(**{name: value for name, value in kept.items() if name != "call"})
