"""How suspicious each label is; NumPy alone."""
