"""Models: PyTorch over image files and integers; knows neither FiftyOne nor Streamlit."""

import os

# OpenMP reads this when torch is first imported, so here is the last place for it. Threads that wait for each
# other after every layer spin by default; on a computer that does other work too, they take the time from the one
# they wait for: two spinning threads trained at 74 to 190 img/s, two sleeping ones at 330 to 380, on 2 busy processors.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
