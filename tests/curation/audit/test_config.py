"""What an audit is asked to do: the budget belongs to an audit that chooses its architectures."""

import pytest

from curation.audit.config import AUTO, AuditConfig
from models.errors import ErrataError


def test_auto_has_a_budget_and_names_no_architecture_yet() -> None:
    config = AuditConfig((AUTO,)).checked()
    assert config.auto
    assert config.minutes == 15
    assert config.members == config.combinations == ()
    assert AuditConfig((AUTO,), minutes=0.5).checked().minutes == 0.5


def test_named_architectures_have_none() -> None:
    config = AuditConfig(("average", "cnn3", "simple_cnn")).checked()
    assert not config.auto
    assert config.minutes is None
    assert config.architectures == ("cnn3", "simple_cnn", "average")


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (AuditConfig((AUTO,), minutes=0), "--minutes 0 leaves no time for an audit; give a number above 0"),
        (AuditConfig((AUTO,), minutes=-3), "--minutes -3 leaves no time"),
        (AuditConfig((AUTO,), minutes=float("nan")), "--minutes nan leaves no time"),
        (AuditConfig((AUTO,), minutes=float("inf")), "--minutes inf leaves no time"),
        (AuditConfig((AUTO, "cnn3")), "auto chooses the architectures itself; name it alone"),
        (AuditConfig((AUTO, "ensemble")), "name it alone"),
        (AuditConfig((AUTO,), predictions="p.npz"), "with --predictions nothing is trained; leave --architectures"),
        (AuditConfig(minutes=5), "--minutes is the budget of --architectures auto, and named architectures all vote"),
        (AuditConfig(minutes=5, predictions="p.npz"), "and with --predictions nothing is trained; leave it out"),
    ],
)
def test_a_budget_that_is_no_time_or_limits_nothing(config: AuditConfig, message: str) -> None:
    for check in (config.checked, config.checked_values):
        with pytest.raises(ErrataError) as error:
            check()
        assert message in str(error.value)
