"""How a text is said: amounts, times, dates, units and addresses in the words of a language."""
