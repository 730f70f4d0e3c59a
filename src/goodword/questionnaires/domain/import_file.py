"""Import a questionnaire from a file."""

from datetime import datetime

from django.db import transaction

from goodword.accounts.domain.audit import write as audit
from goodword.accounts.models import Membership
from goodword.questionnaires.domain.begin import create
from goodword.questionnaires.editor.files import read_file
from goodword.questionnaires.models import Questionnaire


def import_file(*, raw: bytes, by: Membership, now: datetime) -> Questionnaire:
    """A questionnaire of the organisation's own with a draft of what the file holds, whole or not at all.

    Raises `editor.files.InvalidFile`.
    """
    contents = read_file(raw)
    with transaction.atomic():
        made = create(
            title=contents.title,
            description=contents.description,
            languages=contents.languages,
            by=by,
            now=now,
        )
        audit(
            organisation=by.organisation,
            action="questionnaire.imported",
            member=by,
            now=now,
            details={"questionnaire": made.pk, "languages": list(contents.languages)},
        )
        return made
