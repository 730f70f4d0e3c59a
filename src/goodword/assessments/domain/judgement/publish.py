"""Publish a draft: it becomes the next version, which never changes. What was answered keeps its own."""

from datetime import datetime

from django.utils.translation import gettext as _

from goodword.accounts.models import Membership
from goodword.assessments.domain.drafts import freeze, held
from goodword.assessments.editor.judgement import gaps
from goodword.assessments.kinds.judgement.content import read_judgement
from goodword.assessments.models import Test


class NothingAsked(Exception):
    """A set without a scenario cannot be published."""


def publish(*, test: Test, revision: int, key_by: str, key_how: str, by: Membership, now: datetime) -> str:
    """Freeze the draft with the basis of its key: who set it (names), and how. Returns the version's number.

    Languages with empty texts are left out: they stay, with what was translated, in a draft of the version after
    this one. Raises `NothingAsked`, `drafts.NoDraft`, `drafts.Stale`, and `PackError` if something is not whole.
    """
    with held(test, revision=revision) as draft:
        if not draft.content["scenarios"]:
            raise NothingAsked
        basis = _("Key set by %(names)s. %(how)s") % {"names": key_by.rstrip(". "), "how": key_how}
        whole = [row for row in draft.rows if not gaps(draft.content, row.content)]
        for row in whole:
            row.content = row.content | {"key_basis": basis}
            read_judgement(row.content)
        return freeze(draft, whole=whole, by=by, now=now, details={"key_set_by": key_by})
