"""The collector of cycles is paused and goes on afterwards, whatever happens meanwhile."""

import gc

import pytest

from models.processors.collector import collector_paused


def test_it_goes_on_as_before() -> None:
    def work() -> None:
        with collector_paused():
            assert not gc.isenabled()
            with collector_paused():
                pass
            assert not gc.isenabled()
            raise KeyError

    assert gc.isenabled()
    with pytest.raises(KeyError):
        work()
    assert gc.isenabled()
