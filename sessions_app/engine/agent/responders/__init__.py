"""What decides an agent's words: `scribe` needs no model, `chat` asks one."""
