"""The report of a trained run, or of the seeds of one recipe: its numbers as JSON, a page, and pictures."""
