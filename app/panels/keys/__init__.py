"""The keys of the screens: what they do, and what Streamlit's own shortcuts leave out."""
