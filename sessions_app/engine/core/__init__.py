"""Values and contracts that all other rooms of the engine share."""
