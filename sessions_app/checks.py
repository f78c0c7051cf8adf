"""System checks: what is wrong with the settings, before a caller finds out."""
