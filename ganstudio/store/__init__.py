"""Run folders on disk: the truth from which everything shown can be rebuilt."""
