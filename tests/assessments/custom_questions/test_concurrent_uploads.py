"""Concurrent uploads for one question."""

import threading

import pytest
from django.db import connection

from goodword.assessments.models import Upload
from tests.assessments.custom_questions.support import asked, handed_in
from tests.assessments.support import answers, part_of


@pytest.mark.django_db(transaction=True)
def test_concurrent_uploads_leave_one_file() -> None:
    attempt = asked()
    gate = threading.Barrier(2)

    def device(name: str) -> None:
        gate.wait(60)
        handed_in(attempt, name=name)
        connection.close()

    both = [threading.Thread(target=device, args=(f"from_{n}.pdf",)) for n in (1, 2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join(60)
    upload = Upload.objects.of(attempt.organisation).get(part=part_of(attempt))
    assert upload.name in {"from_1.pdf", "from_2.pdf"}
    assert answers(attempt).get().value == {"upload": upload.pk}
