"""Database models: agents, calls and their data, and access to it."""

from sessions_app.models.access import AccessLog, ApiToken, TokenScope
from sessions_app.models.agent import Agent
from sessions_app.models.agent_version import AgentVersion
from sessions_app.models.archive import Archive, ArchivedCall, ArchiveEnd, ArchiveKind
from sessions_app.models.audio_copy import AudioCopy, AudioFormat
from sessions_app.models.call import Call
from sessions_app.models.change import CallChange, ChangeCounter
from sessions_app.models.connection_check import ConnectionCheck
from sessions_app.models.correction import SegmentRevision
from sessions_app.models.erasure import ErasureCause, ErasureKind, ErasureReceipt
from sessions_app.models.extraction import Extraction
from sessions_app.models.note import Note
from sessions_app.models.password_link import LinkPurpose, PasswordLink
from sessions_app.models.recording import Recording
from sessions_app.models.redaction import RedactedOriginal, Redaction, SoundRedaction
from sessions_app.models.review import CallReview, CallTag, ReviewComment
from sessions_app.models.saved_view import SavedView
from sessions_app.models.scorecard import (
    QuestionKind,
    Scorecard,
    ScorecardForm,
    ScorecardQuestion,
    ScorecardVersion,
)
from sessions_app.models.segment import Segment
from sessions_app.models.share import ShareLink
from sessions_app.models.sign import SignOfLife
from sessions_app.models.sign_in import SignIn, SignInFailure
from sessions_app.models.staff_act import StaffAct
from sessions_app.models.stored_setting import StoredSetting
from sessions_app.models.summary import Summary
from sessions_app.models.summary_version import SummaryVersion
from sessions_app.models.ticket import Ticket
from sessions_app.models.turn import Turn
from sessions_app.models.usage import Usage
from sessions_app.models.version import Purpose, Version, VersionSegment
from sessions_app.models.webhook import WebhookDelivery, WebhookEndpoint, WebhookEvent

__all__ = [
    "AccessLog",
    "Agent",
    "AgentVersion",
    "ApiToken",
    "Archive",
    "ArchiveEnd",
    "ArchiveKind",
    "ArchivedCall",
    "AudioCopy",
    "AudioFormat",
    "Call",
    "CallChange",
    "CallReview",
    "CallTag",
    "ChangeCounter",
    "ConnectionCheck",
    "ErasureCause",
    "ErasureKind",
    "ErasureReceipt",
    "Extraction",
    "LinkPurpose",
    "Note",
    "PasswordLink",
    "Purpose",
    "QuestionKind",
    "Recording",
    "RedactedOriginal",
    "Redaction",
    "ReviewComment",
    "SavedView",
    "Scorecard",
    "ScorecardForm",
    "ScorecardQuestion",
    "ScorecardVersion",
    "Segment",
    "SegmentRevision",
    "ShareLink",
    "SignIn",
    "SignInFailure",
    "SignOfLife",
    "SoundRedaction",
    "StaffAct",
    "StoredSetting",
    "Summary",
    "SummaryVersion",
    "Ticket",
    "TokenScope",
    "Turn",
    "Usage",
    "Version",
    "VersionSegment",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WebhookEvent",
]
