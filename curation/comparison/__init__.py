"""Architectures side by side: on the labels as given and as people curated them."""
