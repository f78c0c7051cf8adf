"""Sentences with and without what is to be hidden, for the campaign `redaction`."""
