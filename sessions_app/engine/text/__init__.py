"""How languages are written: words, sentence marks, characters, searches. Pure functions."""
