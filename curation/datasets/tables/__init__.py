"""Tables that list images with their labels: CSV and its kin, their columns, the files that they name."""
