"""Operations on models: the only code that writes rows."""
