"""Attempts at custom questions, and files to upload."""

import io
import zipfile
from datetime import datetime
from typing import Any

from goodword.accounts.models import Membership
from goodword.assessments.attempts.answers import save_answer, save_file
from goodword.assessments.attempts.completion import finish_part
from goodword.assessments.kinds.items import CheckedFile
from goodword.assessments.models import Assessment, AssessmentPart, Attempt, Test, TestVersion, Upload
from goodword.candidates.models import Application
from tests.assessments.support import application, assigned, part_of
from tests.support import factories

NOW = factories.NOW
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xa7\x9a\xa0\xa0\x00\x00\x00\x00IEND\xaeB`\x82"
)

TEXT = {"id": "why", "type": "long_text", "text": "How would you plan the first week?"}
WORD = {"id": "word", "type": "short_text", "text": "Which tool do you reach for first?"}
CHOICE = {
    "id": "pick",
    "type": "single_choice",
    "text": "Which comes first?",
    "choices": [{"value": "a", "label": "The brakes"}, {"value": "b", "label": "The bell"}],
}
FILE = {
    "id": "plan",
    "type": "file",
    "text": "Hand in a plan.",
    "help": "",
    "required": True,
    "types": ["pdf", "image", "document", "text"],
    "megabytes": 1,
}
RUBRICS = [
    {
        "question": "why",
        "criteria": [
            {"id": "c1", "text": "Sets priorities", "points": 4, "anchors": "4: says what waits, and why"},
            {"id": "c2", "text": "Asks people", "points": 2, "anchors": ""},
        ],
    },
    {
        "question": "plan",
        "criteria": [{"id": "c3", "text": "Can be followed", "points": 3, "anchors": ""}],
    },
]


def content(language: str = "en", **values: Any) -> dict[str, Any]:
    """A version with a text and a file (with rubrics), a choice with a correct answer, and an unmarked text."""
    return {
        "kind": "questions",
        "id": "own",
        "version": "1",
        "language": language,
        "name": "Workshop questions",
        "instructions": "Take your time.",
        "questions": [TEXT, CHOICE, WORD, FILE],
        "rubrics": RUBRICS,
        "right": {"pick": ["a"]},
    } | values


def asks(
    of: Application, *, two_raters: bool = False, minutes: int | None = None, **values: Any
) -> Assessment:
    """An assessment of custom questions only."""
    organisation = of.organisation
    test = Test.objects.create(
        organisation=organisation, kind="questions", key="own_1", title="Workshop questions", created_at=NOW
    )
    TestVersion.objects.create(
        organisation=organisation,
        test=test,
        number="1",
        language="en",
        content=content(**values),
        created_at=NOW,
        published_at=NOW,
    )
    assert of.role is not None
    owner = of.role.owner
    assessment = Assessment.objects.create(
        organisation=organisation,
        step=factories.step(of.role, "assessment"),
        number=1,
        created_at=NOW,
        created_by=owner,
        published_at=NOW,
    )
    AssessmentPart.objects.create(
        organisation=organisation,
        assessment=assessment,
        order=1,
        test=test,
        number="1",
        form="all",
        minutes=minutes,
        requirement="Plans work",
        two_raters=two_raters,
    )
    return assessment


def asked(
    *, two_raters: bool = False, minutes: int | None = None, now: datetime = NOW, **values: Any
) -> Attempt:
    """A newly assigned attempt."""
    of = application()
    asks(of, two_raters=two_raters, minutes=minutes, **values)
    return assigned(of, now=now)


def answered(*, two_raters: bool = False, finished: bool = True) -> Attempt:
    """A completed attempt."""
    attempt = asked(two_raters=two_raters)
    for item, value in (("why", "First I look.\nThen I ask."), ("pick", "a"), ("word", "A spanner")):
        save_answer(attempt_id=attempt.pk, order=1, item_id=item, value=value, now=NOW)
    handed_in(attempt)
    if finished:
        finish_part(attempt_id=attempt.pk, order=1, now=NOW)
        attempt.refresh_from_db()
    return attempt


def handed_in(attempt: Attempt, *, name: str = "plan.pdf", content: bytes = PDF, now: Any = NOW) -> None:
    file = CheckedFile(name=name, content_type="application/pdf", content=content, sha256="0" * 64)
    save_file(attempt_id=attempt.pk, order=1, item_id="plan", file=file, now=now)


def upload_of(attempt: Attempt) -> Upload:
    return Upload.objects.of(attempt.organisation).get(part=part_of(attempt))


def rater(attempt: Attempt, *, kind: str = "recruiter", name: str = "Rita Recruiter") -> Membership:
    """A member with access to the application."""
    return factories.member(attempt.organisation, kind=kind, name=name)


def archive(**files: str) -> bytes:
    """A zip file. Double underscores in names stand for slashes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as whole:
        for name, text in files.items():
            # without a time stamp, so the bytes are the same in each process
            whole.writestr(zipfile.ZipInfo(TYPES if name == "types" else name.replace("__", "/")), text)
    return made.getvalue()


TYPES = "[Content_Types].xml"
WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def docx(kind: str = WORD_TYPE, **more: str) -> bytes:
    types = f'<Types><Override PartName="/word/document.xml" ContentType="{kind}.main+xml"/></Types>'
    return archive(types=types, word__document="<w:document/>", **more)


def odt(*, content: str = "") -> bytes:
    return archive(mimetype="application/vnd.oasis.opendocument.text", content=f"<office>{content}</office>")
