"""Backups: the database and the recordings as of one moment, and their way back."""
