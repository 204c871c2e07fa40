"""What exploring, painting and translating share without Qt: an open generator, where it comes from, what is kept of it."""
