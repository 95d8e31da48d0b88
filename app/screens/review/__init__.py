"""The review: one image at a time, many at once, or in FiftyOne."""
