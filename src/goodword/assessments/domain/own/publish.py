"""Publish a draft of own questions: it becomes the next version, which never changes."""

from datetime import datetime

from goodword.accounts.models import Membership
from goodword.assessments.domain.drafts import freeze, held
from goodword.assessments.editor.own import open_texts
from goodword.assessments.kinds.custom.content import read_questions
from goodword.assessments.models import Test


class SourceOpen(Exception):
    """The language that leads has empty texts itself."""


def publish(*, test: Test, revision: int, by: Membership, now: datetime) -> str:
    """Freeze the draft. Returns the version's number.

    Languages with empty texts are left out and stay in a draft of the version after this one. Raises SourceOpen,
    `drafts.NoDraft`, `drafts.Stale`, and `ReadingError` if something is not whole.
    """
    with held(test, revision=revision) as draft:
        if open_texts(draft.content):
            raise SourceOpen
        whole = [row for row in draft.rows if not open_texts(row.content)]
        for row in whole:
            read_questions(row.content)
        return freeze(draft, whole=whole, by=by, now=now, details={})
