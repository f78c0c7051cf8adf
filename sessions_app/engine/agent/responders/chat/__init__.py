"""Answers from any OpenAI-compatible endpoint. `responder` is the agent, `stream` one answer."""
