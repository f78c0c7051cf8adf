"""What is done to rows: the only code that writes them."""
