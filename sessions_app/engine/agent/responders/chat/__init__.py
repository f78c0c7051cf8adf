"""Answers from any OpenAI-compatible endpoint. `responder` is the agent, `stream` one answer.

- `stream` reads a response; `breaks` tells which ones broke off, `refusals` which parameters a
  server refuses, `beginnings` which models begin their answers within a thought.
- `content` splits the text into what is said, thoughts and tool calls: `openings` (an answer's
  first words), `thoughts` with `tags` and `templates` (tags), `bracket_calls` (calls without tags).
- `tool_calls` gathers the calls that a server streams, `written_calls` and `python_calls` parse
  those that a model wrote into its answer.
"""
