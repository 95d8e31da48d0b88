"""Benchmarks that need a browser: the way of a new user, and how fast FiftyOne follows the decision log."""
