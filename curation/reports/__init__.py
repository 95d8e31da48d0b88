"""Pages of HTML: what they share."""
