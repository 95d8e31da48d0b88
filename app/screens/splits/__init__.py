"""Curated versions: made, compared, exported; the decisions behind them."""
