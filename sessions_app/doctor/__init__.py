"""Looks at a whole installation, and says of each part whether it works and what to do."""
