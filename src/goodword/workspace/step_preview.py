"""Previews of a step's e-mails and of a reference check's pages, in a transaction that is rolled back.

The code that sends the e-mails writes them. The portals' views render the pages for fictitious people; buttons do
nothing.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from http import HTTPStatus
from typing import Final, assert_never

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import resolve, reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.assessments.attempts import mails as assessment_mails
from goodword.assessments.attempts.invitations import assign
from goodword.assessments.attempts.parts import languages_of
from goodword.assessments.models import AssessmentPart, Attempt
from goodword.candidates.models import Application, Candidate
from goodword.core import clock
from goodword.core.text import language_codes
from goodword.notifications.domain import links
from goodword.notifications.domain.mail_texts import render as render_mail
from goodword.notifications.models import Email, Link
from goodword.references.domain import self_reference
from goodword.references.domain.checks import day_in_words, slot_statuses
from goodword.references.domain.invitations import open_check
from goodword.references.domain.mails import REQUEST, REQUEST_REMINDER, mail_candidate, mail_referee
from goodword.references.domain.nominations import RefereeDetails, nominate
from goodword.references.domain.responses import answering_session
from goodword.references.domain.sending import send_request, unsent_referees
from goodword.references.models import Check, ReferenceRequest
from goodword.roles.models import Role, Step, visible_roles
from goodword.roles.slots import ANY
from goodword.workflow.models import StepRequest, StepRun
from goodword.workflow.portal import language_choices
from goodword.workspace.assessment_plan.preview import Banner, PreviewLink
from goodword.workspace.mail_texts.forms import MAILS

#: placeholder for the personal link
LINK = "https://personal-link.example/"
_SIGNATURE = "\n-- \n"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailBlock:
    """A paragraph with its `lines`, the items of a list, or the label of the button."""

    kind: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMail:
    """`kind`: as in Email. `footer`: the small print."""

    kind: str
    name: str
    sender: str
    reply_to: str
    subject: str
    language: str
    blocks: tuple[MailBlock, ...]
    footer: str

    @property
    def is_editable(self) -> bool:
        """Whether the organisation can customise its text."""
        return self.kind in MAILS


@dataclass(frozen=True, slots=True, kw_only=True)
class StepMails:
    """`language`: the language of these mails. `languages`: all languages of the step."""

    mails: tuple[ShownMail, ...]
    language: str
    languages: tuple[str, ...]


def step_mails(step: Step, *, language: str, now: datetime) -> StepMails:
    """All mails, in `language` if the step has it. Nothing is saved or sent."""
    with rolled_back():
        application = example_application(step.role, language=language, now=now)
        match kind := Step.Kind(step.kind):
            case Step.Kind.ASSESSMENT:
                attempt = _attempt(step, application, now=now)
                parts = AssessmentPart.objects.of(step.organisation).filter(assessment=attempt.assessment_id)
                found = list(parts.select_related("test__organisation").order_by("order"))
                return StepMails(
                    mails=tuple(_assessment_mails(attempt, application, now=now)),
                    language=attempt.language,
                    languages=tuple(languages_of(found)),
                )
            case Step.Kind.REFERENCE_CHECK:
                check = _check(step, application, now=now)
                return StepMails(
                    mails=tuple(_check_mails(check, now=now)),
                    language=check.language,
                    languages=tuple(check.languages),
                )
            case _:
                assert_never(kind)


def first_mails(role: Role, *, kinds: Collection[str], now: datetime) -> Iterator[ShownMail]:
    """The first mails of steps of these kinds. Call only inside a transaction that is rolled back."""
    application = example_application(role, now=now)
    steps = {step.kind: step for step in role.steps.select_related("organisation", "role")}
    if Step.Kind.ASSESSMENT in kinds:
        attempt = _attempt(steps[Step.Kind.ASSESSMENT], application, now=now)
        yield from _assessment_mails(attempt, application, now=now)
    if Step.Kind.REFERENCE_CHECK in kinds:
        check = _check(steps[Step.Kind.REFERENCE_CHECK], application, now=now)
        shown = {mail.kind: mail for mail in _check_mails(check, now=now)}
        yield shown["references.invitation"]
        yield shown[REQUEST]


def _attempt(step: Step, application: Application, *, now: datetime) -> Attempt:
    return assign(
        step_request=example_request(step, application, now=now), application=application, now=now, by=""
    )


def _assessment_mails(attempt: Attempt, application: Application, *, now: datetime) -> Iterator[ShownMail]:
    yield _shown(_("Assessment"), application)
    if attempt.reminders_promised:
        assessment_mails.mail_candidate(
            attempt,
            application=application,
            name="reminder",
            key="reminder:1",
            left=attempt.reminders_promised - 1,
            now=now,
        )
        yield _shown(_("Reminder"), application)


def _check(step: Step, application: Application, *, now: datetime) -> Check:
    return open_check(step_request=example_request(step, application, now=now), now=now, by="")


def _check_mails(check: Check, *, now: datetime) -> Iterator[ShownMail]:
    application = check.step_request.application
    yield _shown(_("Reference check"), application)
    if check.reminders_promised:
        left = check.reminders_promised - 1
        mail_candidate(check, name="reminder", key="reminder:1", reminders=left, now=now)
        yield _shown(_("Reminder"), application)
    kind = check.slots.order_by("number")[0].relationship
    details = example_referee(1, relationship=kind, language=check.language, now=now)
    request = send_request(check, nominate(check_id=check.pk, slot=1, details=details, now=now), now=now)
    yield _shown(_("Request to the referee"), application)
    if request.reminders_promised:
        request.reminders_sent = 1
        mail_referee(request, check=check, kind=REQUEST_REMINDER, key="reminder:1", now=now)
        yield _shown(_("Reminder to the referee"), application)
    day = day_in_words(request.deadline_at, organisation=check.organisation, language=check.language)
    mail_candidate(check, name="slow", key="slow", referees=[request.referee.name], last_day=day, now=now)
    yield _shown(_("Referee hasn't answered"), application)


def _shown(name: str, application: Application) -> ShownMail:
    """The mail queued last."""
    email = Email.objects.of(application.organisation).filter(application=application).latest("pk")
    rendered = render_mail(email, link=LINK)
    text, _found, footer = rendered.text.partition(_SIGNATURE)
    return ShownMail(
        kind=email.kind,
        name=name,
        sender=email.from_name,
        reply_to=email.reply_to,
        subject=rendered.subject,
        language=email.language,
        blocks=tuple(_block(part) for part in text.strip().split("\n\n") if part.strip()),
        footer=footer.strip(),
    )


def _block(paragraph: str) -> MailBlock:
    lines = [line.strip() for line in paragraph.strip().splitlines()]
    if LINK in lines:
        return MailBlock(kind="button", lines=(lines[0].rstrip(": \u00a0\u202f"),))
    if all(line.startswith("- ") for line in lines):
        return MailBlock(kind="list", lines=tuple(line.removeprefix("- ") for line in lines))
    return MailBlock(kind="text", lines=tuple(lines))


_REFEREES = ("Robin Miller", "Sam Carter", "Kim Novak", "Jo Martin", "Toni Weber")


def wanted_language(request: HttpRequest) -> str:
    """The preview's language, from its URL; "" for the default."""
    language = request.GET.get("language", "")
    return language if language in language_codes() else ""


@contextmanager
def rolled_back() -> Iterator[None]:
    with transaction.atomic():
        try:
            yield
        finally:
            transaction.set_rollback(True)


def example_application(role: Role, *, language: str = "", now: datetime) -> Application:
    """`language`: the candidate's choice. The recruiter is that of the role's latest candidate, if any."""
    organisation = role.organisation
    candidate = Candidate.objects.create(
        organisation=organisation,
        first_name="Alex",
        last_name="Example",
        email="alex@example.com",
        chosen_language=language,
        created_at=now,
    )
    known = Application.objects.of(organisation).filter(role=role).exclude(recruiter_email="")
    latest = known.order_by("-created_at", "-pk").first()
    role = Role.objects.of(organisation).select_related("owner__user", "organisation").get(pk=role.pk)
    return Application.objects.create(
        organisation=organisation,
        candidate=candidate,
        role=role,
        recruiter_name=latest.recruiter_name if latest else "",
        recruiter_email=latest.recruiter_email if latest else "",
        created_at=now,
    )


def example_request(step: Step, application: Application, *, now: datetime) -> StepRequest:
    return StepRequest.objects.create(
        organisation=application.organisation,
        application=application,
        step=step,
        state=StepRequest.State.STARTED,
        requested_at=now,
    )


def example_referee(number: int, *, relationship: str, language: str, now: datetime) -> RefereeDetails:
    """`relationship`: the one that the slot asks for."""
    return RefereeDetails(
        name=_REFEREES[(number - 1) % len(_REFEREES)],
        email=f"robin{number}@example.com",
        relationship="manager" if relationship == ANY else relationship,
        company="Example Ltd",
        candidate_title="Team lead",
        from_month=f"{now.year - 3}-01",
        to_month=f"{now.year - 1}-12",
        message="",
        language=language,
    )


@require_safe
@access.member(kinds=access.WORKS)
def mails(request: MemberRequest, pk: int, step_pk: int) -> HttpResponse:
    role = access.get_or_404(visible_roles(request.member), pk)
    steps = Step.objects.of(request.organisation).select_related("organisation", "role")
    step = access.get_or_404(steps.filter(role=role), step_pk)
    shown = step_mails(step, language=wanted_language(request), now=clock.now())
    context = {
        "role": role,
        "step": step,
        "mails": shown.mails,
        "language": shown.language,
        "languages": language_choices(shown.languages),
    }
    return render(request, "workspace/step_preview/step_mails.html", context)


FIRST: Final = "start"


class PreviewStage(IntEnum):
    INVITED = 0
    NAMED = 1
    SENT = 2
    DONE = 3


@dataclass(frozen=True, kw_only=True)
class PreviewPage:
    """`path`: path below the portal of the candidate, or of the first referee. `title`: title in the banner; "" if not
    listed."""

    name: str
    stage: PreviewStage
    path: str
    title: str = ""
    is_referees: bool = False


class Example:
    """A check of a fictitious candidate, inside a transaction that is rolled back."""

    def __init__(self, step: Step, *, language: str, now: datetime) -> None:
        self.now = now
        application = example_application(step.role, language=language, now=now)
        step_request = example_request(step, application, now=now)
        self.check = open_check(step_request=step_request, now=now, by="")
        self.languages: Sequence[str] = self.check.languages
        self.language = self.check.language
        self.candidate_path = f"{self._portal(Link.Purpose.CANDIDATE, step_request.pk)}references/"
        self.referee_path = ""

    def bring_to(self, stage: PreviewStage) -> None:
        if stage >= PreviewStage.NAMED:
            self._name_referees()
        if stage >= PreviewStage.SENT:
            requests = [
                send_request(self.check, unsent_referee, now=self.now)
                for unsent_referee in unsent_referees(self.check)
            ]
            self.referee_path = self._portal(Link.Purpose.REFEREE, requests[0].pk)
        if stage == PreviewStage.DONE:
            self._requests().update(state=ReferenceRequest.State.ANSWERED, settled_at=self.now)
            self.check.progress = StepRun.Progress.COMPLETED
            self.check.save(update_fields=["progress"])

    def question_pages(self) -> Sequence[int]:
        """The pages of the first referee, who has been asked."""
        request = self._requests().select_related("referee", "check_run__version").order_by("pk")[0]
        return answering_session(self.check, request, now=self.now).page_numbers

    def self_reference_pages(self) -> Sequence[int]:
        if not self_reference.asks_self_reference(self.check):
            return ()
        return self_reference.self_reference_session(self.check, None, now=self.now).page_numbers

    def _requests(self) -> QuerySet[ReferenceRequest]:
        return ReferenceRequest.objects.of(self.check.organisation).filter(check_run=self.check)

    def _name_referees(self) -> None:
        for number, status in enumerate(slot_statuses(self.check), start=1):
            details = example_referee(number, relationship=status.kind, language=self.language, now=self.now)
            nominate(check_id=self.check.pk, slot=number, details=details, now=self.now)

    def _portal(self, purpose: Link.Purpose, subject_id: int) -> str:
        url = links.mint(
            organisation=self.check.organisation, purpose=purpose, subject_id=subject_id, now=self.now
        )
        return f"{links.PATHS[purpose]}{url.rsplit('/', 2)[1]}/"


def pages_of(example: Example) -> list[PreviewPage]:
    """Pages in order of appearance. Takes the check to `PreviewStage.SENT` and back."""
    with rolled_back():
        example.bring_to(PreviewStage.SENT)
        asked = example.question_pages()
    own = example.self_reference_pages()
    return [
        PreviewPage(name=FIRST, stage=PreviewStage.INVITED, path="", title=_("Candidate: start")),
        PreviewPage(name="notice", stage=PreviewStage.INVITED, path="notice/"),
        PreviewPage(name="decline", stage=PreviewStage.INVITED, path="decline/"),
        PreviewPage(name="referee", stage=PreviewStage.INVITED, path="1/", title=_("Name a referee")),
        PreviewPage(name="cannot", stage=PreviewStage.INVITED, path="1/cannot/"),
        PreviewPage(name="send", stage=PreviewStage.NAMED, path="review/", title=_("Check and send")),
        *(_self_reference_pages(own) if own else ()),
        PreviewPage(name="waiting", stage=PreviewStage.SENT, path="", title=_("Waiting")),
        PreviewPage(name="done", stage=PreviewStage.DONE, path="", title=_("Done")),
        *(
            PreviewPage(name=name, stage=stage, path=path, title=title, is_referees=True)
            for name, stage, path, title in (
                ("request", PreviewStage.SENT, "", _("Referee: start")),
                ("facts", PreviewStage.SENT, "facts/", ""),
                ("no", PreviewStage.SENT, "no/", ""),
                *(
                    (f"questions-{n}", PreviewStage.SENT, f"questions/{n}/", _("Page %(n)s") % {"n": n})
                    for n in asked
                ),
                ("review", PreviewStage.SENT, "review/", _("Review")),
                ("thanks", PreviewStage.DONE, "", _("Thanks")),
            )
        ),
    ]


def _self_reference_pages(numbers: Sequence[int]) -> Iterator[PreviewPage]:
    base = "self-reference/"
    yield PreviewPage(name="self", stage=PreviewStage.INVITED, path=base, title=_("Self-assessment"))
    for n in numbers:
        yield PreviewPage(name=f"self-{n}", stage=PreviewStage.INVITED, path=f"{base}questions/{n}/")
    yield PreviewPage(name="self-review", stage=PreviewStage.INVITED, path=f"{base}review/")


@require_safe
@access.member(kinds=access.WORKS)
def check_preview(request: MemberRequest, pk: int, step_pk: int, name: str = "") -> HttpResponseBase:
    role = access.get_or_404(visible_roles(request.member), pk)
    steps = Step.objects.of(request.organisation).select_related("organisation", "role__owner__user")
    step = access.get_or_404(steps.filter(role=role, kind=Step.Kind.REFERENCE_CHECK), step_pk)
    if not name:
        return redirect("role_check_preview_page", request.organisation.slug, pk, step_pk, FIRST)
    with rolled_back():
        return _preview(request, step, name)


def _preview(request: MemberRequest, step: Step, name: str) -> HttpResponse:
    example = Example(step, language=wanted_language(request), now=clock.now())
    pages = pages_of(example)
    page = next((preview_page for preview_page in pages if preview_page.name == name), None)
    if page is None:
        raise Http404
    example.bring_to(page.stage)
    path = _path(page, example)
    response = _draw(request, path, language=example.language)
    if response.status_code != HTTPStatus.OK:
        raise Http404
    at = [request.organisation.slug, step.role_id, step.pk]
    url = {preview_page.name: _url(at, preview_page.name, example.language) for preview_page in pages}
    banner = Banner(
        title=_("Preview of the reference check for %(role)s") % {"role": step.role.title},
        leave=reverse("role_step", args=at),
        ways=[
            PreviewLink(name=preview_page.title, url=url[preview_page.name], here=preview_page is page)
            for preview_page in pages
            if preview_page.title
        ],
        languages=[
            PreviewLink(name=label, code=code, url=_url(at, name, code), here=code == example.language)
            for code, label in language_choices(example.languages)
        ],
        conditions=False,
    )
    # pages can share a path at different stages; the current stage wins
    there = {
        _path(preview_page, example): url[preview_page.name]
        for preview_page in sorted(pages, key=lambda preview_page: preview_page.stage == page.stage)
    }
    return HttpResponse(_inert(response.content, there=there, banner=banner))


def _path(page: PreviewPage, example: Example) -> str:
    return (example.referee_path if page.is_referees else example.candidate_path) + page.path


def _url(at: Sequence[object], name: str, language: str) -> str:
    return f"{reverse('role_check_preview_page', args=[*at, name])}?language={language}"


def _draw(request: MemberRequest, path: str, *, language: str) -> HttpResponse:
    found = resolve(path)
    asked = copy(request)
    asked.path = asked.path_info = path
    asked.GET = QueryDict(f"language={language}")
    asked.resolver_match = found
    with translation.override(language):
        response = found.func(asked, *found.args, **found.kwargs)
    assert isinstance(response, HttpResponse)
    return response


def _inert(content: bytes, *, there: Mapping[str, str], banner: Banner) -> str:
    """The page with links to previews and without working buttons. `there`: URLs of previews by path."""
    from bs4 import BeautifulSoup, Tag  # nine megabytes with lxml

    page = BeautifulSoup(content, "html.parser")
    for script in page("script"):
        script.decompose()
    for link in page("a", href=True):
        target = there.get(str(link["href"]).partition("?")[0].partition("#")[0])
        if target:
            link["href"] = target
        else:
            del link["href"]
    for button in page("button"):
        button["type"] = "button"
    for form in page("form"):
        del form["action"]
    assert isinstance(page.head, Tag) and isinstance(page.body, Tag)
    page.head.append(page.new_tag("link", rel="stylesheet", href=static("assessments/preview.css")))
    shown = render_to_string("assessments/portal/preview.html", {"preview": banner})
    page.body.insert(0, BeautifulSoup(shown, "html.parser"))
    return str(page)
