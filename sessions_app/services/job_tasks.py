"""Which Celery task does each kind of job: the one list of them."""

from collections.abc import Iterator, Mapping

from sessions_app.models import (
    Archive,
    AudioCopy,
    ErasureReceipt,
    Extraction,
    PasswordLink,
    Recording,
    SoundRedaction,
    Summary,
    Version,
    WebhookDelivery,
)
from sessions_app.models.work import LeasedJob
from sessions_app.services.queueing import (
    COPY_AUDIO,
    DELIVER,
    ERASE,
    FINALISE,
    MAKE_ARCHIVE,
    REDACT_SOUND,
    RETRANSCRIBE,
    SEND_PASSWORD_LINK,
)

TASKS: Mapping[type[LeasedJob], str] = {
    Recording: FINALISE,
    Summary: FINALISE,
    Extraction: FINALISE,
    Version: RETRANSCRIBE,
    PasswordLink: SEND_PASSWORD_LINK,
    SoundRedaction: REDACT_SOUND,
    ErasureReceipt: ERASE,
    WebhookDelivery: DELIVER,
    AudioCopy: COPY_AUDIO,
    Archive: MAKE_ARCHIVE,
}
"""What does each kind of job; the key that it gets is the kind's WORK_KEY.

They are queued again in this order. The last two are exports that people ask for: they come after
what has to be done.
"""

WAITING = frozenset({Recording, Summary, Extraction, Version})
"""Kinds whose jobs wait for others of the same call."""


def independent() -> Iterator[tuple[type[LeasedJob], str]]:
    """Yields the kinds whose jobs wait for no other, with their tasks, in order."""
    return ((kind, task) for kind, task in TASKS.items() if kind not in WAITING)
