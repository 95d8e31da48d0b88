"""Fields of FiftyOne datasets as labels and splits."""
