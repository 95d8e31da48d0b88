"""Models: PyTorch over image files and integers; knows neither FiftyOne nor Streamlit."""
