"""Who has the floor: end of turn (`endpointing`), interruption, and the machine that decides."""
