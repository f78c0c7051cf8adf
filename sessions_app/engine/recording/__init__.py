"""A call's two sides as Ogg Opus files ("lanes"), and the one recording they become."""
