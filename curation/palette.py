"""The colours of classes and of the app's and the reports' pages, and their font: the same wherever they are shown."""

from collections.abc import Mapping

# Okabe & Ito's colours, told apart by every kind of colour vision, then Tol's for more classes.
PALETTE = (
    "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#332288", "#88ccee", "#44aa99",
    "#117733", "#999933", "#ddcc77", "#cc6677", "#882255", "#aa4499",
)  # fmt: skip

# Name -> its colour on a light and on a dark page. Text on any ground has a contrast of at least 4.5 (tested);
# .streamlit/config.toml repeats five of them, which Streamlit reads before any code of ours (tested).
THEME: Mapping[str, tuple[str, str]] = {
    "page": ("#fbfaf7", "#15171a"),  # the ground
    "sheet": ("#ffffff", "#1e2125"),  # what lies on it
    "field": ("#f1efe9", "#1e2125"),  # where people choose and type
    "ink": ("#1f1d1a", "#ecebe6"),
    "soft": ("#5f5c56", "#a9aaa8"),  # of second importance
    "line": ("#ddd8cd", "#34383e"),
    "edge": ("#8d877a", "#70767f"),  # of controls: 3 to 1 against the ground
    "given": ("#a83a1a", "#f39a72"),  # given labels, and warnings
    "other": ("#0b6673", "#6cc5d1"),  # labels that contradict them, and links
    "on-given": ("#ffffff", "#15171a"),  # text on the colour of given labels
    "warn-page": ("#fff3e0", "#33240f"),
}
FONT = '"Source Sans", "Source Sans 3", "Source Sans Pro", system-ui, -apple-system, "Segoe UI", Roboto, sans-serif'


def theme_css(selector: str = ":root") -> str:
    """Return a style sheet with the theme as variables, `--page` and so on, which follow the reader's light or dark."""
    light, dark = (_variables({name: pair[side] for name, pair in THEME.items()}) for side in (0, 1))
    return (
        f"{selector} {{ color-scheme: light dark; --font: {FONT}; {light} }}\n"
        f"@media (prefers-color-scheme: dark) {{ {selector} {{ {dark} }} }}\n"
    )


def themed_css(selector: str, prefix: str = "") -> str:
    """Return the same for a part of a page that has a colour scheme of its own, as the app has.

    Args:
        selector: of the part.
        prefix: of the names of the variables.
    """
    pairs = {f"{prefix}{name}": f"light-dark({light}, {dark})" for name, (light, dark) in THEME.items()}
    return f"{selector} {{ {_variables(pairs)} }}\n"


def _variables(values: Mapping[str, str]) -> str:
    return " ".join(f"--{name}: {value};" for name, value in values.items())
