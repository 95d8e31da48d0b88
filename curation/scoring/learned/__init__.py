"""What verdicts say of the labels nobody has looked at, and the order of a review that follows from it."""
