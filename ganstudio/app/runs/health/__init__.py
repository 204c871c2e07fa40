"""What is said of how a run goes: looks at its values, one detector for each illness, and what could be done about it."""
