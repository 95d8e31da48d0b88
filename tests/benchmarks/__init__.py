"""Measurements, not tests: `python -m tests.benchmarks [name]` prints a table for each.

Both sides of every ratio run in turn, in one process, on the same images; seconds of different machines or of
different runs say little. A benchmark is a module `bench_<name>` with a function `run(folder)`, the folder being one
with a subfolder of images for every class: that of ERRATA_BENCH_DATA, or drawn noise.
"""
