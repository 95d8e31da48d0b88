"""Which image comes next, and how many errors are left."""
