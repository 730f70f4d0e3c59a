from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.models import Membership, Organisation
from goodword.candidates.models import Application, visible_applications
from goodword.greenhouse.client import JobStatus
from goodword.greenhouse.models import Connection
from goodword.greenhouse.setup import catalogue
from goodword.greenhouse.setup.catalogue import LinkableJob
from goodword.greenhouse.setup.connections import CALL_ERRORS, ErrorMessage, error_message, live_connections
from goodword.roles.models import Automation, Role, visible_roles

_ORDER = {JobStatus.OPEN: 0, JobStatus.DRAFT: 1, JobStatus.UNKNOWN: 2, JobStatus.CLOSED: 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class JobChoice:
    """A job of a Greenhouse account. `key` identifies both in URLs and forms: "3-4000123"."""

    connection: Connection
    job: LinkableJob

    @property
    def key(self) -> str:
        return key_of(self.connection.pk, self.job.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobChoices:
    """The jobs of all accounts, open ones first, and the accounts that did not respond."""

    choices: Sequence[JobChoice]
    silent: Sequence[tuple[Connection, ErrorMessage]]


def key_of(connection_pk: int, job_id: int) -> str:
    return f"{connection_pk}-{job_id}"


def parse_key(text: str | None, organisation: Organisation) -> tuple[Connection, int] | None:
    """Return the account and job id of a key; None if it is invalid. An id alone refers to the first account."""
    account, _, job = (text or "").rpartition("-")
    job_id = parse_id(job)
    if job_id is None:
        return None
    known = live_connections(organisation)
    found = [connection for connection in known if str(connection.pk) == account] if account else known
    return (found[0], job_id) if found else None


def job_choices(known: Sequence[Connection], *, fresh: bool) -> JobChoices:
    choices: list[JobChoice] = []
    errors: list[tuple[Connection, Exception]] = []
    silent: list[tuple[Connection, ErrorMessage]] = []
    for connection in known:
        try:
            jobs = catalogue.jobs(connection, fresh=fresh)
        except CALL_ERRORS as error:
            errors.append((connection, error))
            silent.append((connection, error_message(error)))
        else:
            choices += [JobChoice(connection=connection, job=job) for job in jobs]
    if errors and len(errors) == len(known):
        raise errors[0][1]
    choices.sort(
        key=lambda choice: (
            _ORDER[choice.job.status],
            choice.job.name.casefold(),
            choice.connection.pk,
            choice.job.id,
        )
    )
    return JobChoices(choices=choices, silent=silent)


def account_label(connection: Connection) -> str:
    return connection.account_name or connection.name


def parse_id(text: str | None) -> int | None:
    """A Greenhouse id from a request; None if it is invalid."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None


Wizard = Callable[[MemberRequest, Role, list[Connection]], HttpResponseBase]


def wizard(view: Wizard) -> Callable[..., HttpResponseBase]:
    """Check access to the role and the connection to Greenhouse. If Greenhouse doesn't respond, offer to try again."""

    @wraps(view)
    def wrapped(request: MemberRequest, pk: int) -> HttpResponseBase:
        roles = visible_roles(request.member).select_related("organisation")
        role = access.get_or_404(roles, pk)
        known = live_connections(request.organisation)
        if not known:
            return page(request, role, "not_connected", {})
        try:
            return view(request, role, known)
        except CALL_ERRORS as error:
            # not a 5xx: Django would not save the session with the draft
            return page(
                request, role, "greenhouse_error", {"error": error_message(error), "again": _again(request)}
            )

    return require_http_methods(["GET", "HEAD", "POST"])(
        access.member(kinds=access.WORKS, calls_out=True)(wrapped)
    )


def choice_of(request: MemberRequest, role: Role) -> JobChoice | None:
    """Return the job of the query string if the member can choose it."""
    found = parse_key(request.GET.get("job"), request.organisation)
    if found is None:
        return None
    connection, job_id = found
    job = catalogue.job(connection, job_id)
    choice = JobChoice(connection=connection, job=job) if job is not None else None
    if (
        choice is None
        or not visible_choices([choice], role, request)
        or choice.key in jobs_of_other_roles(role, request.member)
    ):
        return None
    return choice


def visible_choices(choices: list[JobChoice], role: Role, request: MemberRequest) -> list[JobChoice]:
    """Leave out confidential jobs, except for admins or if already linked to the role."""
    if request.member.is_admin:
        return choices
    own = set(role.automations.values_list("connection_id", "job_id"))
    return [
        choice
        for choice in choices
        if not choice.job.confidential or (choice.connection.pk, choice.job.id) in own
    ]


def jobs_of_other_roles(role: Role, member: Membership) -> dict[str, str]:
    """Jobs linked to other roles, by key, with a sentence that names the role if the member can see it."""
    titles = dict(visible_roles(member).values_list("pk", "title"))
    return {
        key_of(row.connection_id, row.job_id): (
            _("Linked to the role “%(role)s”.") % {"role": titles[row.role_id]}
            if row.role_id in titles
            else _("Linked to a role that you can't see.")
        )
        for row in Automation.objects.of(role.organisation).exclude(role=role)
    }


def known_elsewhere(connection: Connection, job_id: int, role: Role | None) -> QuerySet[Application]:
    """The job's applications in other roles, which move to this role when the job is linked to it. Either the job used
    to be linked to their role, or they came from a job of that role while this job had none."""
    rows = Application.objects.of(connection.organisation).filter(
        connection_id=connection.pk, job_id=job_id, role__isnull=False, erased_at=None
    )
    return rows.exclude(role=role) if role is not None else rows


def refusal(choice: JobChoice, role: Role | None, member: Membership) -> str:
    """Why the member can't link the job; empty if they can. Linking must not show them candidates of a confidential
    role, or private ones."""
    moved = known_elsewhere(choice.connection, choice.job.id, role)
    if moved.exclude(pk__in=visible_applications(member).values("pk")).exists():
        return _("Linking this job would move candidates you can't see. Ask an admin to link it.")
    return ""


def begin_again(request: MemberRequest, role: Role, sentence: str = "") -> HttpResponseBase:
    messages.warning(request, sentence or _("Choose a Greenhouse job."))
    return redirect("role_automation", role.organisation.slug, role.pk)


def url(name: str, role: Role, key: str) -> str:
    return reverse(name, args=[role.organisation.slug, role.pk]) + "?" + urlencode({"job": key})


def page(request: MemberRequest, role: Role, name: str, context: dict[str, Any]) -> HttpResponse:
    return render(request, f"workspace/automation/{name}.html", {"role": role, **context})


def _again(request: MemberRequest) -> str:
    """Return the URL for another try, with the chosen job."""
    if request.method == "POST" and "job" in request.POST:
        return request.path + "?" + urlencode({"job": request.POST["job"][:60]})
    return request.get_full_path()
