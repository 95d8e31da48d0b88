"""The image files themselves: readable, unchanged, duplicated, dark or blurred."""
