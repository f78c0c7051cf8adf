"""Text normalisation for voices: amounts, times, dates, units and addresses in words."""
