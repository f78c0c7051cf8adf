"""What is looked for: one file a kind. `registry.py` names them."""
