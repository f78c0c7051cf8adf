"""What a language model makes of a finished call; it may block, and runs in a background worker."""
