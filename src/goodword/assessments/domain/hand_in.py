"""A candidate hands in a file as an answer; another one takes its place until the part has ended."""

from datetime import datetime

from django.db import transaction

from goodword.assessments.domain import guard
from goodword.assessments.domain.answer import Saved, UnknownItem, answer
from goodword.assessments.files import Read
from goodword.assessments.given import OwnQuestion, items_of
from goodword.assessments.library.questions import FileQuestion
from goodword.assessments.models import Upload


def hand_in(
    *, attempt_id: int, order: int, item_id: str, file: Read, now: datetime, device: str = ""
) -> Saved:
    """Keep a file and answer its question with it; what was handed in before for it goes.

    Of two devices that hand in at once the later file stays, whichever arrives first. Raises what domain.answer
    raises; then nothing is kept.
    """
    with transaction.atomic():
        part = guard.open_part(attempt_id, order, now=now)
        asked = {item.id: item for item in items_of(part)}.get(item_id)
        if not isinstance(asked, OwnQuestion) or not isinstance(asked.question, FileQuestion):
            raise UnknownItem(item_id)
        upload = Upload.objects.create(
            organisation_id=part.organisation_id,
            part=part,
            item=item_id,
            name=file.name,
            content_type=file.content_type,
            size=len(file.content),
            sha256=file.sha256,
            content=file.content,
            uploaded_at=now,
        )
        saved = answer(
            attempt_id=attempt_id,
            order=order,
            item_id=item_id,
            value={"upload": upload.pk},
            now=now,
            device=device,
        )
        others = Upload.objects.of(part.organisation).filter(part=part, item=item_id)
        others.exclude(pk=saved.answer.value["upload"]).delete()
        return saved
