"""The audit: its start, its suspicious labels, an image close up."""
