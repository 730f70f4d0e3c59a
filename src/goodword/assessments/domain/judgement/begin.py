"""A judgement set of the organisation's own: empty, or a copy of one that is there."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from goodword.accounts.models import Membership
from goodword.assessments.domain.drafts import create, draft_of, lock, newest_of
from goodword.assessments.editor.judgement import copied, empty
from goodword.assessments.models import Test

LONGEST_NAME = 200


def begin(
    *, name: str, instructions: str, construct: str, language: str, by: Membership, now: datetime
) -> Test:
    """A set without scenarios, as a draft."""
    content = empty(
        name=name,
        instructions=instructions,
        construct=construct,
        language=language,
        organisation=by.organisation.name,
    )
    return create(
        kind=Test.Kind.JUDGEMENT, description=construct, contents={language: content}, by=by, now=now
    )


def duplicate(*, test: Test, by: Membership, now: datetime) -> Test:
    """A copy with all languages of its newest version, or of its draft if there is none, as a draft of one's own.

    The organisation's own language leads if the set is in it, else English, else the one that led before. Raises
    LookupError for a test of another kind, and for one that has nothing to copy yet.
    """
    if test.kind != Test.Kind.JUDGEMENT:
        raise LookupError(f"Test {test.pk} is no judgement set.")
    with transaction.atomic():
        row = lock(test)
        draft = draft_of(row)
        rows = newest_of(row) or (list(draft.rows) if draft else [])
        if not rows:
            raise LookupError(f"Test {test.pk} has no version yet.")
        wishes = (by.organisation.language, "en")
        rows.sort(key=lambda one: wishes.index(one.language) if one.language in wishes else len(wishes))
        leads = rows[0]
        contents = {
            one.language: copied(
                one.content,
                name=_("%(name)s (copy)") % {"name": str(one.content["name"])[: LONGEST_NAME - 12]}
                if one is leads
                else str(one.content["name"]),
                organisation=by.organisation.name,
            )
            for one in rows
        }
        same = contents[leads.language]["id"]
        return create(
            kind=Test.Kind.JUDGEMENT,
            description=row.description,
            contents={language: content | {"id": same} for language, content in contents.items()},
            by=by,
            now=now,
        )
