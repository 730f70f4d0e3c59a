import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.assessments.catalogue import packs
from goodword.assessments.catalogue.drafts import DRAFTS
from goodword.assessments.catalogue.packs import (
    MAX_REASON_LENGTH,
    MAX_SIGNER_LENGTH,
    ensure_all_builtin,
    is_builtin,
    is_pack,
)
from goodword.assessments.catalogue.queries import (
    ListedTest,
    NoSuchVersion,
    list_tests,
    roles_by_test,
    select,
)
from goodword.assessments.kinds.builtin import newest
from goodword.assessments.kinds.generated import SEEDS
from goodword.assessments.kinds.health import flags_of
from goodword.assessments.kinds.registry import (
    Content,
    Kind,
    kind_named,
    kind_of,
    technical_sheet,
)
from goodword.assessments.manual.chapters import TechnicalManual, as_markdown, technical_manual
from goodword.assessments.manual.facts import manual_facts
from goodword.assessments.models import Test, TestVersion
from goodword.assessments.norms.queries import known_of
from goodword.assessments.psychometrics.profiles import LEAST_GROUPS
from goodword.assessments.queries import content_of
from goodword.core import clock
from goodword.core.text import language_codes
from goodword.questionnaires.editor.descriptions import language_name


@dataclass(kw_only=True)
class SelectedVersion:
    test: Test
    rows: Sequence[TestVersion]
    version: TestVersion
    form: str
    language: str

    @cached_property
    def content(self) -> Content:
        return content_of(self.version)

    @property
    def builtin(self) -> bool:
        return is_builtin(self.test)

    @property
    def imported(self) -> bool:
        return is_pack(self.test)

    @property
    def kind(self) -> Kind[Any]:
        return kind_named(self.test.kind)

    @property
    def is_draft(self) -> bool:
        return self.version.published_at is None

    @property
    def is_newest(self) -> bool:
        return self.is_draft or self.version.number == self.rows[0].number

    @property
    def drawn_by(self) -> str:
        """The version that draws the tasks shown, if it isn't this one: generators of earlier versions aren't kept."""
        if not self.kind.is_generated:
            return ""
        today = newest(self.test.key)[0]
        return "" if self.version.number == today else today

    @property
    def form_name(self) -> str:
        return self.content.form_label(self.form)

    @property
    def language_name(self) -> str:
        return language_name(self.language) if self.language else ""

    @property
    def numbers(self) -> list[tuple[str, bool, str]]:
        found: dict[str, bool] = {}
        for row in self.rows:
            found[row.number] = found.get(row.number, True) and row.published_at is None
        return [(number, draft, self.query(version=number)) for number, draft in found.items()]

    @property
    def languages(self) -> list[tuple[str, str, str]]:
        codes = [row.language for row in self.rows if row.number == self.version.number]
        spoken = list(language_codes()) if codes == [""] else codes
        return [(code, language_name(code), self.query(language=code)) for code in spoken]

    @property
    def forms(self) -> list[tuple[str, str, str]]:
        return [
            (form.id, self.content.form_label(form.id), self.query(form=form.id))
            for form in self.content.offers()
        ]

    @property
    def here(self) -> str:
        return self.query()

    def query(self, **other: str) -> str:
        asked = {"version": self.version.number, "language": self.language, "form": self.form}
        return urlencode(asked | other)


def test_of(request: MemberRequest, pk: int) -> Test:
    return access.get_or_404(Test.objects.of(request.organisation), pk)


def draft_version(request: MemberRequest, pk: int, version_pk: int) -> TestVersion:
    rows = TestVersion.objects.of(request.organisation).filter(test_id=pk).select_related("test")
    return access.get_or_404(rows, version_pk)


def selected_version(request: MemberRequest, pk: int) -> SelectedVersion | None:
    """Return the version selected in the query string (see `select`). Raises Http404."""
    test, asked = test_of(request, pk), request.GET
    try:
        found = select(
            test,
            number=asked.get("version", ""),
            language=asked.get("language", ""),
            form=asked.get("form", ""),
        )
    except NoSuchVersion:
        raise Http404("there is no such version") from None
    if found is None:
        return None
    return SelectedVersion(
        test=test, rows=found.rows, version=found.version, form=found.form, language=found.language
    )


class SignOffForm(forms.Form):
    use_required_attribute = False

    name = forms.CharField(
        label=gettext_lazy("Person responsible"),
        max_length=MAX_SIGNER_LENGTH,
        error_messages={
            "required": gettext_lazy("Enter the name of the person who has read them and is responsible.")
        },
    )
    why = forms.CharField(
        label=gettext_lazy("Why the job requires them"),
        max_length=MAX_REASON_LENGTH,
        help_text=gettext_lazy("Also explain why the answers reveal nothing about health or disability."),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Explain why these are needed, for later reviewers.")},
    )


@require_safe
@access.member(kinds=access.WORKS)
def tests(request: MemberRequest) -> HttpResponse:
    ensure_all_builtin(request.organisation, now=clock.now())
    rows = list_tests(request.member)
    there = [row for row in rows if row.test.archived_at is None]
    return render(
        request,
        "assessments/library/list.html",
        {
            "groups": list(_groups(there)),
            "has_own": any(not row.builtin for row in there),
            "archived": [row for row in rows if row.test.archived_at is not None],
        },
    )


def _groups(rows: list[ListedTest]) -> Iterable[tuple[str, str, str, list[ListedTest]]]:
    for name in Test.Kind:
        of_kind = [row for row in rows if row.test.kind == name]
        if of_kind:
            kind = kind_named(name)
            yield name, kind.heading(), kind.summary(), sorted(of_kind, key=lambda row: not row.builtin)


@require_safe
@access.member(kinds=access.WORKS)
def test(request: MemberRequest, pk: int) -> HttpResponseBase:
    found = selected_version(request, pk)
    if found is None:
        one = test_of(request, pk)
        return render(
            request,
            "assessments/library/nothing_yet.html",
            {"test": one, "editor_page": kind_named(one.kind).editor_page},
        )
    return render(request, "assessments/library/test.html", page_context(request, found))


def page_context(
    request: MemberRequest, found: SelectedVersion, *, form: SignOffForm | None = None
) -> dict[str, Any]:
    known = known_of(found.version, found.form)
    flags = flags_of(found.content)
    asks = found.is_draft and found.imported and bool(flags)
    return {
        "test": found.test,
        "chosen": found,
        "version": found.version,
        "for_practice": found.content.is_for_practice,
        "few_situations": found.content.is_too_short_for_norms,
        "situation_count": found.content.count(found.form),
        "least_situations": LEAST_GROUPS,
        "editor_page": "" if found.builtin or found.imported else found.kind.editor_page,
        "sheet": technical_sheet(found.content, found.form, known=known),
        "flags": flags if found.imported else (),
        "must_sign": asks and found.version.signed_off_at is None,
        "sign_form": (form or SignOffForm(initial={"name": request.member.user.name})) if asks else None,
        "roles": roles_by_test(request.member).get(found.test.pk, []),
    }


@require_POST
@access.member(kinds=access.WORKS)
def archive(request: MemberRequest, pk: int) -> HttpResponseBase:
    try:
        packs.archive(test=test_of(request, pk), by=request.member, now=clock.now())
    except packs.ComesWithGoodword:
        messages.info(request, _("Built-in tests can't be archived."))
        return redirect("test", request.organisation.slug, pk)
    messages.success(request, _("Archived. Roles already using it aren't affected."))
    return redirect("library", request.organisation.slug)


@require_POST
@access.member(kinds=access.WORKS)
def restore(request: MemberRequest, pk: int) -> HttpResponseBase:
    DRAFTS.set_archived(test_of(request, pk), archived=False, by=request.member, now=clock.now())
    messages.success(request, _("Restored. Roles can choose it again."))
    return redirect("test", request.organisation.slug, pk)


@require_safe
@access.member(kinds=access.WORKS)
def export(request: MemberRequest, pk: int) -> HttpResponseBase:
    found = selected_version(request, pk)
    if found is None:
        raise Http404("nothing is published")
    # JSONB loses key order; dump again so that `kind` comes first
    content = found.kind.export(found.content, own=found.test.is_own)
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    name = "-".join(
        part
        for part in (
            slugify(found.test.title)[:60] or "test",
            f"v{found.version.number}",
            found.version.language,
        )
        if part
    )
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.json"'
    return response


@require_safe
@access.member(kinds=access.WORKS)
def items(request: MemberRequest, pk: int) -> HttpResponseBase:
    found = selected_version(request, pk)
    if found is None:
        raise Http404("nothing is published")
    return render(
        request,
        "assessments/library/items.html",
        {"test": found.test, "chosen": found, "version": found.version, **_listing(request, found)},
    )


def seed_of(request: MemberRequest) -> int:
    asked = request.GET.get("seed", "")
    if asked.isascii() and asked.isdigit() and len(asked) < 11 and 0 < int(asked) < SEEDS:
        return int(asked)
    return 1 + secrets.randbelow(SEEDS - 1)


def _listing(request: MemberRequest, found: SelectedVersion) -> Mapping[str, object]:
    kind = kind_of(found.content)
    return kind.listing(found.content, form=found.form, language=found.language, seed=seed_of(request))


@require_safe
@access.member(kinds=access.WORKS)
def manual(request: MemberRequest, pk: int) -> HttpResponseBase:
    found = _selected(request, pk)
    return render(
        request,
        "assessments/library/manual.html",
        {"test": found.test, "chosen": found, "version": found.version, "manual": _manual(request, found)},
    )


@require_safe
@access.member(kinds=access.WORKS)
def download(request: MemberRequest, pk: int) -> HttpResponseBase:
    found = _selected(request, pk)
    made = _manual(request, found)
    name = slugify(f"technical-manual-{found.test.title[:60]}-v{found.version.number}-{found.language}")
    response = HttpResponse(
        as_markdown(made.title, made.sections), content_type="text/markdown; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{name}.md"'
    response["Cache-Control"] = "no-store"
    return response


def _selected(request: MemberRequest, pk: int) -> SelectedVersion:
    found = selected_version(request, pk)
    if found is None:
        raise Http404("nothing is published")
    return found


def _manual(request: MemberRequest, found: SelectedVersion) -> TechnicalManual:
    roles = roles_by_test(request.member).get(found.test.pk, ())
    facts = manual_facts(found.version, found.form, language=found.language, roles=roles)
    return technical_manual(facts, now=clock.now())
