"""FiftyOne while `errata serve` runs: started, started again where it dies, and never silently gone."""

import time
from collections.abc import Callable

from app.terminal import tell
from curation.workspace.folders import Workspace
from models.errors import ErrataError

_SOON_S = 60.0  # a FiftyOne App that dies sooner than that would die again


class FiftyOneWatch:
    """Looks whether the App on a port lives; a deliberate end, as by `errata stop`, is none of its business."""

    def __init__(self, workspace: Workspace, dataset: str, port: int, start: Callable[[], str]):
        """Watch nothing yet.

        Args:
            workspace: of the App.
            dataset: that it shows, for what is told.
            port: of the App.
            start: starts it and returns its address; raises ErrataError where it cannot.
        """
        self._workspace, self._dataset, self._port, self._start = workspace, dataset, port, start
        self._since: float | None = None  # monotonic clock, s; None: there is no App to be watched

    def start(self) -> str:
        """Start the App, return its address and watch it from now on.

        Raises:
            ErrataError: it does not start.
        """
        url = self._start()
        self._since = time.monotonic()
        return url

    def look(self) -> None:
        """Tell where the App died and start it again; not where it lived for less than a minute."""
        from curation.in_fiftyone.app_server import died, last_words

        if self._since is None or not died(self._workspace, self._port):
            return
        lived_s, self._since = time.monotonic() - self._since, None
        tell(f"FiftyOne ended: {last_words(self._workspace, self._port)}")
        by_hand = f"`errata review {self._dataset}` starts it; verdicts in the app are kept without it"
        if lived_s < _SOON_S:
            tell(f"It is not started again, since it ran for {lived_s:.0f} s; {by_hand}")
            return
        try:
            tell(f"FiftyOne: {self.start()}")
        except ErrataError as error:
            tell(f"It cannot be started again: {error}; {by_hand}")
