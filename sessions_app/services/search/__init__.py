"""Full text over what was said: one interface, the database's own index behind it.

`calls` finds calls and the best place in each; `index` is the interface of the index;
`sqlite` and `postgresql` let the database itself maintain it, so no write of a segment is missed.
"""

from sessions_app.services.search.calls import (
    SHOWN,
    BestSegment,
    Earlier,
    best_segments,
    calls_saying,
    earlier_calls,
    holding,
    with_word_count,
)
from sessions_app.services.search.index import among

__all__ = [
    "SHOWN",
    "BestSegment",
    "Earlier",
    "among",
    "best_segments",
    "calls_saying",
    "earlier_calls",
    "holding",
    "with_word_count",
]
