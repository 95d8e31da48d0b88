"""What reviewers decided: an append-only log, and what follows from it."""
