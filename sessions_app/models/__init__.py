"""The rows: agents, calls and what is kept of them, and who may see it."""

from sessions_app.models.access import AccessLog, ApiToken
from sessions_app.models.agent import Agent
from sessions_app.models.call import Call
from sessions_app.models.recording import Recording
from sessions_app.models.segment import Segment
from sessions_app.models.summary import Summary

__all__ = ["AccessLog", "Agent", "ApiToken", "Call", "Recording", "Segment", "Summary"]
