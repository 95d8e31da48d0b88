"""What a comparison says in a sentence: who is right most often, by how much, and whether that can be told."""

from typing import Any

SIGNIFICANT = 0.05  # p after Holm's correction, below which two contestants are told apart


def headline(figures: dict[str, Any]) -> dict[str, Any]:
    """Return who is right most often by the last version of the labels, beside the next best.

    Returns:
        `version`; `best` and `second`, titles, `second` None for a single contestant; `accuracy` of the best as mean
        and std; `n` images; `difference` to the second in [0, 1], with its 95 % interval `low` to `high`; `p` after
        Holm's correction; `told_apart`, whether it is below 0.05.
    """
    version = figures["versions"][-1]["version"]
    order = sorted(figures["contestants"], key=lambda contestant: -float(_mean(contestant, version)))
    best, others = order[0], order[1:]
    said = {
        "version": version,
        "best": best["title"],
        "second": others[0]["title"] if others else None,
        "accuracy": best["on"][version]["accuracy"],
        "n": best["on"][version]["n"],
    }
    if not others:
        return said
    pair = pair_of(figures, version, best["name"], others[0]["name"])
    return {**said, **pair, "told_apart": pair["p"] < SIGNIFICANT}


def headline_sentence(figures: dict[str, Any]) -> str:
    """Return the headline as a sentence without a full stop, for a terminal and for a manager."""
    said = headline(figures)
    labels = "labels as given" if said["version"] == "original" else f"labels of {said['version']}"
    n = f"{said['n']:,} {figures['images']['split']} {'image' if said['n'] == 1 else 'images'}"
    text = f"by the {labels}, {said['best']} is right for {100 * said['accuracy']['mean']:.1f} % of {n}"
    return f"{text}; {difference_text(said)} over {said['second']}" if said["second"] else text


def difference_text(pair: dict[str, Any]) -> str:
    """Return a difference with its interval, p and what it comes to: `+0.9 points (-0.3 to +2.2, p = 0.210)`."""
    difference, low, high = (f"{100 * pair[name]:+.1f}" for name in ("difference", "low", "high"))
    verdict = "" if pair["p"] < SIGNIFICANT else ", not distinguishable"
    return f"{difference} points ({low} to {high}, {p_text(pair['p'])}{verdict})"


def p_text(p: float) -> str:
    """Return a p-value: `p = 0.210`, `p < 0.001`."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def pair_of(figures: dict[str, Any], version: str, first: str, second: str) -> dict[str, float]:
    """Return how the first contestant differs from the second: `difference`, `low`, `high`, and `p` after Holm.

    Args:
        figures: as `comparison_figures` returns them.
        version: of the labels.
        first: name of a contestant.
        second: name of another one.
    """
    for pair in figures["pairs"][version]:
        if {pair["first"], pair["second"]} == {first, second}:
            sign = 1 if pair["first"] == first else -1
            low, high = sorted((sign * pair["low"], sign * pair["high"]))
            return {"difference": sign * pair["difference"], "low": low, "high": high, "p": pair["p_holm"]}
    raise KeyError(f"{first} and {second} are not compared on {version}")


def not_told_apart(figures: dict[str, Any], version: str) -> set[str]:
    """Return the names of the best contestant and of those that the paired tests cannot tell from it."""
    best = max(figures["contestants"], key=lambda contestant: float(_mean(contestant, version)))
    names = {best["name"]}
    for contestant in figures["contestants"]:
        if contestant["name"] not in names:
            pair = pair_of(figures, version, best["name"], contestant["name"])
            names |= {contestant["name"]} if pair["p"] >= SIGNIFICANT else set()
    return names


def _mean(contestant: dict[str, Any], version: str) -> float:
    mean: float = contestant["on"][version]["accuracy"]["mean"]
    return mean
