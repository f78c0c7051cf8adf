"""Voice activity detection: where speech starts, pauses and ends."""
