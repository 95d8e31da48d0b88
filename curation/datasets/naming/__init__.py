"""Which image a name means that a table, predictions or another tool gives it."""
