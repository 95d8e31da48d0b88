"""Models: PyTorch over image files and integers; knows neither FiftyOne nor Streamlit."""

import os

# OpenMP reads this when torch is first imported, so here is the last place for it. Threads that wait for each other after
# every layer spin by default; on a computer that does anything else besides, they then take the time from the thread they
# wait for: training ran at 74 to 190 img/s with two spinning threads, 330 to 380 with sleeping ones, 2 busy processors.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
