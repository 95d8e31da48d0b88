"""One file per screen of the Streamlit app."""
