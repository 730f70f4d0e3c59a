"""Search among Greenhouse jobs."""

from goodword.greenhouse.client import JobStatus
from goodword.greenhouse.setup.catalogue import LinkableJob, search


def test_accents_and_signs_do_not_matter() -> None:
    job = LinkableJob(
        id=7,
        name="Développeur – Données",
        requisition_id="",
        status=JobStatus.OPEN,
        confidential=False,
        departments=(),
        offices=(),
        posts=(),
    )
    for text in ("developpeur", "DONNÉES développeur", "développeur & données"):
        assert search([job], text) == [job]
    assert search([job], "jardinier") == []
