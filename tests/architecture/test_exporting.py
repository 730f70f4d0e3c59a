"""Every model is told in an export, or is known not to be: a new one needs a decision."""

from goodword.core.exporting import tellers
from tests.architecture.test_erasure import TELLS_OF_NOBODY, decorating, models

#: models that tell of somebody, and are left out, with the reason
LEFT_OUT = {
    "notifications.Link": "hashes, purposes and dates of secret links; the mails that carried them are told",
}
#: told although they are not erased: the wish not to be written to
TOLD_AND_KEPT = {"references.DoNotContact"}


def test_every_model_is_told_or_left_out_for_a_reason() -> None:
    told = [label for teller in tellers() for label in teller.models]
    assert len(told) == len(set(told))
    nobody = set(TELLS_OF_NOBODY) - TOLD_AND_KEPT
    assert sorted([*told, *LEFT_OUT, *nobody]) == sorted(models())


def test_every_app_that_knows_how_to_tell_is_asked_to() -> None:
    assert {teller.tell.__module__ for teller in tellers()} == decorating("tells")


def test_who_is_erased_can_be_told_of() -> None:
    """What an app erases of somebody it also tells of them."""
    erases = {module.rpartition(".")[0] for module in decorating("holds")}
    tells = {module.rpartition(".")[0] for module in decorating("tells")}
    assert erases == tells
