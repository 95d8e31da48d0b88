"""Where image trees lie and how they are read."""
