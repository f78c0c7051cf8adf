"""Redaction: finds card numbers, addresses and the like in what was said, and hides them."""
