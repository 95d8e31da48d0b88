"""FiftyOne plugin: verdicts on labels by key, click or from a panel; what they do is in `curation.in_fiftyone.desk`."""

from typing import Any


def register(plugin: Any) -> None:
    """Register the operators and the panel; FiftyOne calls this when the App starts."""
    # By full name: FiftyOne loads this file under a name of its own.
    from curation.in_fiftyone.review_plugin.operators import OPERATORS
    from curation.in_fiftyone.review_plugin.panel import ReviewPanel

    for operator in (*OPERATORS, ReviewPanel):
        plugin.register(operator)
