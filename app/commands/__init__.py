"""The `errata` commands, a file for each family."""
