"""How the server takes requests from strangers: in measured size, time and number."""
