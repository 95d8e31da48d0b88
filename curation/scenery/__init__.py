"""How the embedded scenes are painted: NumPy and Pillow, every stroke from a seeded generator."""
