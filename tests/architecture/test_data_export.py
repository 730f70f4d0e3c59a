"""Each model with personal data is exported, or left out for a documented reason."""

from goodword.core.personal_data import exporters
from tests.architecture.test_erasure import NO_PERSONAL_DATA, decorating, models

#: models with personal data that are not exported, and why
LEFT_OUT = {
    "notifications.Link": "hashes, purposes and dates of secret links; the mails that contained them are exported",
}
#: exported but not erased: the wish not to be contacted
EXPORTED_AND_KEPT = {"references.DoNotContact"}


def test_every_model_is_exported_or_left_out_for_a_reason() -> None:
    exported = [label for exporter in exporters() for label in exporter.models]
    assert len(exported) == len(set(exported))
    without_data = set(NO_PERSONAL_DATA) - EXPORTED_AND_KEPT
    assert sorted([*exported, *LEFT_OUT, *without_data]) == sorted(models())


def test_every_exporter_is_listed_in_flow() -> None:
    assert {exporter.export.__module__ for exporter in exporters()} == decorating("exports")


def test_every_app_that_erases_also_exports() -> None:
    erasing = {module.rpartition(".")[0] for module in decorating("erases")}
    exporting = {module.rpartition(".")[0] for module in decorating("exports")}
    assert erasing == exporting
