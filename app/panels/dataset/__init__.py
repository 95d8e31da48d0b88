"""A data set before its audit: a look at it, and what is shown for a name that nobody knows."""
