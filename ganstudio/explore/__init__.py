"""Drawing with trained generators, away from the trainer."""
