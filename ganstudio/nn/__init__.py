"""Networks by family, objectives, penalties, initialisation, EMA and seeded randomness."""
