"""What several benchmarks draw and read."""
