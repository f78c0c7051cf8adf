"""The Scribe: takes notes by voice, without a language model. `responder` is the agent."""
