"""The review: an image at a time or many at once."""
