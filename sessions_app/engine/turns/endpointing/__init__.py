"""How long after speech a turn is over; a rule a file."""
