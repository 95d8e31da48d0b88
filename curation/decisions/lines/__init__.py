"""The lines of the decision log: which fields they have, and many of them read at once."""
