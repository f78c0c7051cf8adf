"""Processes in which voices speak, and the wire to them."""
