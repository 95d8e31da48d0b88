"""FiftyOne plugin: verdicts on labels by key, click or from a panel; `curation.in_fiftyone.desk` writes them."""

from typing import Any


def register(plugin: Any) -> None:
    """Register the operators and the panel; FiftyOne calls this when the App starts."""
    # By full name: FiftyOne loads this file under a name of its own.
    from curation.in_fiftyone.review_plugin.operators import review_operators
    from curation.in_fiftyone.review_plugin.panel import ReviewPanel

    for operator in (*review_operators(), ReviewPanel):
        plugin.register(operator)
