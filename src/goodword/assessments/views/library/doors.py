"""Who comes in: to a test, and to one of its versions, in the language and form that the address asks for."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from django.http import Http404

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.assessments.catalogue.packs import is_builtin, is_pack
from goodword.assessments.catalogue.queries import versions_of
from goodword.assessments.content import content_of
from goodword.assessments.kinds import Content
from goodword.assessments.kinds.builtin import LANGUAGES
from goodword.assessments.models import Test, TestVersion
from goodword.questionnaires.editor.languages import language_name


@dataclass(kw_only=True)
class Chosen:
    """A version of a test in one language and form, among those that there are."""

    test: Test
    rows: Sequence[TestVersion]
    version: TestVersion
    form: str
    language: str

    @cached_property
    def content(self) -> Content:
        """What it holds."""
        return content_of(self.version)

    @property
    def builtin(self) -> bool:
        """Whether the test comes with Goodword."""
        return is_builtin(self.test)

    @property
    def imported(self) -> bool:
        """Whether it was imported."""
        return is_pack(self.test)

    @property
    def is_draft(self) -> bool:
        """Whether this version is still a draft."""
        return self.version.published_at is None

    @property
    def is_newest(self) -> bool:
        """Whether there is no newer version, a draft apart."""
        return self.is_draft or self.version.number == self.rows[0].number

    @property
    def form_name(self) -> str:
        """What the form is called."""
        return self.content.form_label(self.form)

    @property
    def language_name(self) -> str:
        """What the language is called; empty where a test has no words of its own."""
        return language_name(self.language) if self.language else ""

    @property
    def numbers(self) -> list[tuple[str, bool, str]]:
        """Each number, whether it is a draft alone, and the query that leads to it."""
        found: dict[str, bool] = {}
        for row in self.rows:
            found[row.number] = found.get(row.number, True) and row.published_at is None
        return [(number, draft, self.query(version=number)) for number, draft in found.items()]

    @property
    def languages(self) -> list[tuple[str, str, str]]:
        """Each language of this number: its code, its name, the query that leads to it."""
        codes = [row.language for row in self.rows if row.number == self.version.number]
        spoken = list(LANGUAGES) if codes == [""] else codes
        return [(code, language_name(code), self.query(language=code)) for code in spoken]

    @property
    def forms(self) -> list[tuple[str, str, str]]:
        """Each form: its id, its name, the query that leads to it."""
        return [
            (form.id, self.content.form_label(form.id), self.query(form=form.id))
            for form in self.content.offers()
        ]

    @property
    def here(self) -> str:
        """The query that leads to just this."""
        return self.query()

    def query(self, **other: str) -> str:
        """The query of an address that asks for this, with something else in its place."""
        asked = {"version": self.version.number, "language": self.language, "form": self.form}
        return urlencode(asked | other)


def test_of(request: MemberRequest, pk: int) -> Test:
    """A test of the member's organisation, or 404."""
    return access.owned(Test.objects.of(request.organisation), pk)


def draft_version(request: MemberRequest, pk: int, version_pk: int) -> TestVersion:
    """A version of a test of the member's organisation, or 404."""
    rows = TestVersion.objects.of(request.organisation).filter(test_id=pk).select_related("test")
    return access.owned(rows, version_pk)


def chosen(request: MemberRequest, pk: int) -> Chosen | None:
    """What `?version=&language=&form=` ask for, else the newest version in English in its first form.

    A version or language that is not there is a 404; a form that the version does not have gives its first one. None
    where nothing is to be read yet: a test written here is read in its editor before it is published.
    """
    test = test_of(request, pk)
    rows = [row for row in versions_of(test) if row.published_at is not None or is_pack(test)]
    if not rows:
        return None
    number, language = request.GET.get("version", ""), request.GET.get("language", "")
    of_number = [row for row in rows if row.number == (number or rows[0].number)]
    generated = any(row.language == "" for row in of_number)
    if generated:
        row = of_number[0] if language in {"", *LANGUAGES} else None
        language = language or LANGUAGES[0]
    else:
        row = next((row for row in of_number if row.language == (language or of_number[0].language)), None)
    if row is None:
        raise Http404("there is no such version")
    forms = [form.id for form in content_of(row).offers()]
    asked = request.GET.get("form", "")
    return Chosen(
        test=test,
        rows=rows,
        version=row,
        form=asked if asked in forms else forms[0],
        language=language if generated else row.language,
    )
