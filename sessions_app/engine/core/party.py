"""Whose call it is."""

import hashlib
from dataclasses import dataclass

KNOWN, BY_TICKET, GUEST = "id:", "ticket:", "guest:"
"""How a visitor's name starts: named by whoever made the ticket, or known by one ticket or one
connection alone."""


CODE = 4
"""Characters that tell visitors without a name apart."""


def visitor_name(visitor: str) -> str:
    """Returns a visitor in words for people: the name that the ticket's maker gave, if any.

    Others get a short code, always the same for one visitor.
    """
    if visitor.startswith(KNOWN):
        return visitor.removeprefix(KNOWN)
    return hashlib.sha256(visitor.encode()).hexdigest()[:CODE].upper()


@dataclass(frozen=True, slots=True)
class Party:
    """A user, or one visitor whom that user's ticket lets in.

    Everything that is "the caller's own" (earlier calls, going on with a call, limits) belongs to
    one party. `visitor` is empty for users themselves. Visitors of one site share its user, and
    are strangers to each other.
    """

    user_id: int
    visitor: str = ""

    @property
    def recurs(self) -> bool:
        """Whether later calls can be known to be this party's: it has earlier calls then."""
        return not self.visitor or self.visitor.startswith(KNOWN)

    @property
    def key(self) -> str:
        """A short name for counting and for TURN; it does not show who a visitor is."""
        if not self.visitor:
            return str(self.user_id)
        return f"{self.user_id}-{hashlib.sha256(self.visitor.encode()).hexdigest()[:16]}"
