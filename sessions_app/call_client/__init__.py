"""A client for machines without a microphone: a file is spoken into a call."""
