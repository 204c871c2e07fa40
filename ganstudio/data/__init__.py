"""Data sets and their batches on the device."""
