"""Change what a set is called, what it says before it begins, and what it measures."""

from goodword.assessments.domain.drafts import held
from goodword.assessments.domain.judgement.write import write
from goodword.assessments.models import Test


def describe(*, test: Test, name: str, instructions: str, construct: str, revision: int) -> None:
    """In the draft. Raises `drafts.NoDraft` and `drafts.Stale`."""
    with held(test, revision=revision) as draft:
        write(draft, draft.content | {"name": name, "instructions": instructions, "construct": construct})
