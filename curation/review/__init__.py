"""Which image comes next, and how many wrong labels are left."""
