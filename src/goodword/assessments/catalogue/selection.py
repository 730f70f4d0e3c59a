from collections.abc import Sequence
from dataclasses import dataclass

from goodword.assessments.catalogue.packs import is_pack
from goodword.assessments.catalogue.queries import versions_of
from goodword.assessments.kinds.builtin import LANGUAGES
from goodword.assessments.models import Test, TestVersion
from goodword.assessments.plans.versions import form_of
from goodword.assessments.queries import content_of


class NoSuchVersion(LookupError):
    pass


@dataclass(frozen=True, kw_only=True)
class Selection:
    """A version in one form and language, with all rows of its test, newest first."""

    rows: Sequence[TestVersion]
    version: TestVersion
    form: str
    language: str


def select(test: Test, *, number: str = "", language: str = "", form: str = "") -> Selection | None:
    """Empty: the newest version, in English if there is, in its first form. An unknown form becomes the first.

    None before the first publication of a test written here, which is read in its editor. Raises `NoSuchVersion`.
    """
    rows = [row for row in versions_of(test) if row.published_at is not None or is_pack(test)]
    if not rows:
        return None
    of_number = [row for row in rows if row.number == (number or rows[0].number)]
    generated = any(row.language == "" for row in of_number)
    if generated:
        row = of_number[0] if language in {"", *LANGUAGES} else None
        language = language or LANGUAGES[0]
    else:
        row = next((row for row in of_number if row.language == (language or of_number[0].language)), None)
    if row is None:
        raise NoSuchVersion
    content = content_of(row)
    try:
        chosen = form_of(content, form).id
    except LookupError:
        chosen = content.offers()[0].id
    return Selection(rows=rows, version=row, form=chosen, language=language if generated else row.language)
