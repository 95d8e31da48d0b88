"""A MongoDB server for FiftyOne, one for each workspace: the first process that needs it starts it, the rest attach.

The server that FiftyOne would start attaches to any other server of the same user, fails when two processes start it at
once, and never recovers from a crash. FiftyOne is not imported here: it reads the address when it is imported.
"""

import os
import sys
from pathlib import Path

from curation.database.binary import mongod_path, mongod_version
from curation.database.chosen_server import SET_BY_US, VARIABLE, check_once, chosen_by_user, without_password
from curation.database.mongod import ANSWER_S, START_S, STOP_S, address, answers, private, running_server, start_server
from curation.database.processes import end_process
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from models.files.locks import locked


def ensure_database(workspace: Workspace) -> str:
    """Return the address of a MongoDB server: the user's, else the workspace's, which is started if it does not run.

    Many processes may call it at once. A server that died or no longer answers is replaced.

    Returns:
        a `mongodb://` address; that in `FIFTYONE_DATABASE_URI` where the user set it.

    Raises:
        ErrataError: no server is installed, or it does not start; the message quotes its log. Or the user's server
            cannot be used, see `check_server`.
    """
    chosen = chosen_by_user()
    if chosen:
        check_once(chosen)
        return chosen
    with locked(private(workspace.database) / "lock", patience_s=2 * START_S):
        server = running_server(workspace.database)
        if server is not None:
            uri = address(server.cmdline())
            if answers(uri, ANSWER_S):
                return uri
            end_process(server, STOP_S)
        mongod_version()  # a program that lacks a library of the system says here what to install
        return start_server(mongod_path(), workspace.database)


def database_notice() -> str:
    """Return why FiftyOne will have no database, for whoever begins long work; empty where nothing is known."""
    if chosen_by_user():
        return ""
    try:
        mongod_version()
    except ErrataError as error:
        return f"all but FiftyOne will be done: {error}"
    return ""


def stop_database(workspace: Workspace) -> bool:
    """End the workspace's server cleanly and return whether it ran; a server that the user chose goes on.

    Raises:
        ErrataError: another process is starting it and does not finish.
    """
    if not workspace.database.is_dir():
        return False
    with locked(workspace.database / "lock", patience_s=2 * START_S):
        server = running_server(workspace.database)
        if server is None:
            return False
        end_process(server, STOP_S)
        return True


def configure_fiftyone(workspace: Workspace) -> None:
    """Start or find the database and make FiftyOne use it; to be called before anything imports FiftyOne.

    Raises:
        ErrataError: as `ensure_database`, or FiftyOne is already imported and uses another server.
    """
    uri = ensure_database(workspace)
    fiftyone = sys.modules.get("fiftyone")
    if fiftyone is not None and fiftyone.config.database_uri != uri:
        other = fiftyone.config.database_uri
        used, wanted = without_password(other) if other else "a server of its own", without_password(uri)
        raise ErrataError(f"FiftyOne was imported before configure_fiftyone and uses {used}, not {wanted}")
    os.environ.update(fiftyone_environment(workspace, uri))


def fiftyone_environment(workspace: Workspace, uri: str) -> dict[str, str]:
    """Return the environment variables that make FiftyOne use this database and this workspace.

    Preferences that the user has set are kept; but the App always stays on this machine.
    """
    preferences = {
        "FIFTYONE_SHOW_PROGRESS_BARS": "false",
        "FIFTYONE_DO_NOT_TRACK": "true",
        "FIFTYONE_DEFAULT_DATASET_DIR": str(workspace.root / "fiftyone"),  # else ~/fiftyone
        "FIFTYONE_PLUGINS_DIR": str(Path(__file__).parents[1] / "in_fiftyone" / "review_plugin"),
        "FIFTYONE_PLUGINS_CACHE_ENABLED": "true",  # halves the time of an operator call
        "FIFTYONE_APP_COLORSCALE": "inferno",  # the only setting of heatmap colours that the App honours
    }
    environment = {name: os.environ.get(name, value) for name, value in preferences.items()}
    environment[VARIABLE] = uri
    environment["FIFTYONE_DEFAULT_APP_ADDRESS"] = "127.0.0.1"
    environment["FIFTYONE_ALLOWED_ORIGINS"] = ""
    if not chosen_by_user():
        environment[SET_BY_US] = uri
        # Would warn at each start that MongoDB 6 is old; this server is the version that comes with FiftyOne.
        environment["FIFTYONE_DATABASE_VALIDATION"] = "false"
    return environment


def main() -> int:
    """Return 0 if the server is installed and runs on this machine, else 1; used by the Makefile."""
    try:
        mongod_version()
    except ErrataError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
