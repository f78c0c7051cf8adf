"""What an agent says: responders, tools, memory, and one answer on its way to the voice."""
