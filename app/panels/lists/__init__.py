"""What all lists of images share: verdicts on them, filters, and the way to their review and back."""
