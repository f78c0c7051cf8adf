"""Whether speech over the agent's words takes the floor; a rule a file."""
