"""Responders decide what an agent says: `scribe` needs no model, `chat` asks one."""
