"""What a worker makes of trouble: a sentence that names its host, and both versions where they differ."""

import errno

import pytest

from models.cluster.probe import host, versions
from models.cluster.workers import differing, do_shard
from models.errors import ErrataError

HERE = {"Errata": "0.1.0", "torch": "2.15.0"}


@pytest.mark.parametrize(
    ("there", "sentence"),
    [
        (HERE, ""),
        ({**HERE, "torch": "2.16.0"}, "node7 has torch 2.16.0 and this machine torch 2.15.0: "),
        ({**HERE, "Errata": "0.0.9"}, "node7 has Errata 0.0.9 and this machine Errata 0.1.0: "),
        ({"torch": "2.15.0"}, "node7 has no Errata; install the same Errata there as here, Errata 0.1.0"),
    ],
)
def test_versions_that_differ_are_both_named(there: dict[str, str], sentence: str) -> None:
    assert differing(HERE, there, "node7").startswith(sentence)
    assert bool(sentence) == bool(differing(HERE, there, "node7"))


def test_a_worker_of_another_version_does_nothing() -> None:
    outcome = do_shard("stage", {**versions(), "torch": "0.4.0"}, lambda: pytest.fail("was set up"), 0)
    assert f"{host()} has torch {versions()['torch']} and this machine torch 0.4.0" in outcome.problem


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (ErrataError("there is no folder /images"), "there is no folder /images"),
        (OSError(errno.ENOSPC, "No space left on device", "/tmp/x"), "No space left on device: '/tmp/x'; see to it"),
    ],
)
def test_what_fails_on_a_worker_names_its_host(error: Exception, sentence: str) -> None:
    def work(shard: int) -> int:
        raise error

    outcome = do_shard(sentence, versions(), lambda: work, 0)
    assert outcome.problem.startswith(f"{host()}: ")
    assert sentence in outcome.problem


def test_a_worker_is_set_up_once_for_a_stage() -> None:
    made: list[str] = []

    def set_up() -> object:
        made.append("ready")
        return lambda shard: 2 * shard

    assert [do_shard("doubles", versions(), set_up, shard).result for shard in (1, 2)] == [2, 4]  # type: ignore[arg-type]
    assert made == ["ready"]
