"""The front ends: the Streamlit app and the `errata` command."""
