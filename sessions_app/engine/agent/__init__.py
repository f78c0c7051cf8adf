"""What an agent says: responders, tools, memory, and the way of an answer to the voice."""
