"""Compared runs and their figures, once for the tests of a file."""

from typing import Any

import pytest

from curation.comparison.pages.job import comparison
from curation.workspace.folders import Workspace
from tests.helpers.compared_runs import NAME, compared_runs


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return compared_runs(tmp_path_factory.mktemp("compared"))


@pytest.fixture(scope="module")
def figures(workspace: Workspace) -> dict[str, Any]:
    return comparison(workspace, NAME)[1]
