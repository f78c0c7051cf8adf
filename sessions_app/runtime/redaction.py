"""Redaction of calls as their agents say: live, and of what a second pass hears."""

from collections.abc import Sequence

from sessions_app.engine.core.agent_config import AgentConfig
from sessions_app.engine.core.errors import AgentNotReadyError
from sessions_app.engine.redaction.detectors.own_patterns import BadPatternError
from sessions_app.engine.redaction.finder import Finder, finder_for
from sessions_app.engine.redaction.live import LiveRedactor, RedactedFinal
from sessions_app.engine.session.call_session import CallSession
from sessions_app.models import Call, VersionSegment
from sessions_app.runtime.store import Store
from sessions_app.services import redacting, redactions


def finder_of(agent_config: AgentConfig) -> Finder | None:
    """Returns the finder for the agent's hidden kinds; None where it hides nothing.

    Raises AgentNotReadyError (not retryable) for a bad pattern: nothing is shown unredacted then.
    """
    if not agent_config.redaction.hides:
        return None
    try:
        return finder_for(agent_config.redaction, agent_config.language)
    except BadPatternError as error:
        raise AgentNotReadyError(f"What it hides is not set up well. {error.message}") from error


def begin(session: CallSession, call: Call, agent_config: AgentConfig, store: Store) -> None:
    """Hides what the agent says of a call that is about to start, from all but its agent."""
    finder = finder_of(agent_config)
    if finder is None:
        return
    original = agent_config.redaction.keep_original

    def report(found: RedactedFinal) -> None:
        # before the final itself is stored: every reader then finds what is hidden in it
        store.post(call.public_id, redactions.keep_live, call.pk, found, original=original)

    session.redact = LiveRedactor(finder, report).shown


def redacted(call: Call, rows: Sequence[VersionSegment]) -> Sequence[VersionSegment]:
    """Hides in what a second pass heard what the call's agent hides, and stores where it was."""
    finder = finder_of(AgentConfig.from_json(call.persona))
    if finder is None:
        return rows
    for row, hits in redacting.redact_rows(finder, rows):
        redactions.keep_found(call, row.seq or 0, hits)
    return rows
