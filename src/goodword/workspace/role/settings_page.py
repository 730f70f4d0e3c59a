import re
from collections.abc import Collection
from datetime import datetime
from itertools import chain, count
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.concurrent_edits import NoticesChanges
from goodword.accounts.double_clicks import once
from goodword.accounts.models import Membership, Organisation
from goodword.assessments.plans.editing import copy_plan
from goodword.core import clock
from goodword.core.addresses import normalised
from goodword.greenhouse.models import Connection
from goodword.greenhouse.setup import catalogue
from goodword.greenhouse.setup.connections import CALL_ERRORS, error_message, live_connections
from goodword.roles.domain.automation import JobTaken, link
from goodword.roles.domain.role_changes import (
    RATING_DAYS,
    RoleChanged,
    change_role,
    copy_role,
    possible_owners,
    set_archived,
    version_of,
)
from goodword.roles.domain.settings import NotAnOwner, create_role
from goodword.roles.models import Automation, Role, Step, has_confidential_job, may_share, visible_roles
from goodword.ui.fields import LineField
from goodword.workspace.automation.access import (
    JobChoice,
    account_label,
    job_choices,
    key_of,
    parse_key,
    refusal,
)
from goodword.workspace.automation.confirm import job_link
from goodword.workspace.members.forms import MemberChoiceField
from goodword.workspace.validity.asking import switch

_TITLE_LENGTH = 200
#: at the end of a copy's title
_NUMBER: Final = re.compile(r" \(\d{1,3}\)$")


class RatingsForm(NoticesChanges):
    use_required_attribute = False
    on = forms.BooleanField(
        label=gettext_lazy("Ask the hiring manager to rate new hires"),
        required=False,
        help_text=gettext_lazy(
            "By e-mail, with a personal link and two reminders. Only about people who begin the assessment after "
            "you switch this on: their privacy notice then says so."
        ),
    )
    days = forms.IntegerField(
        label=gettext_lazy("Days after the hire"),
        min_value=RATING_DAYS.start,
        max_value=RATING_DAYS.stop - 1,
        help_text=gettext_lazy(
            "From 60 to 180. Earlier, managers know too little; later, ratings aren't comparable."
        ),
        error_messages={
            "required": gettext_lazy("Enter a number of days from 60 to 180."),
            "invalid": gettext_lazy("Enter a number of days from 60 to 180."),
            "min_value": gettext_lazy("Enter a number of days from 60 to 180."),
            "max_value": gettext_lazy("Enter a number of days from 60 to 180."),
        },
    )

    def __init__(self, data: QueryDict | None = None, *, role: Role) -> None:
        stored = {"on": role.asks_for_ratings_since is not None, "days": role.rating_days}
        super().__init__(data, initial=stored, prefix="ratings")
        self.note_stored(stored)


class TitleForm(forms.Form):
    title = LineField(
        label="Title",
        max_length=_TITLE_LENGTH,
        help_text="Candidates see the title of the job post instead, if one is chosen.",
        error_messages={
            "required": gettext_lazy("Enter a title, for example Senior Account Manager."),
            "max_length": gettext_lazy("Use at most %(limit_value)d characters."),
        },
    )


class RoleForm(TitleForm):
    #: the version on the page; not `initial`, since a refused form shows the new one
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    confidential = forms.BooleanField(
        label=gettext_lazy("Confidential"),
        required=False,
        help_text=gettext_lazy(
            "Only admins, the owner and members added to the role see it. Otherwise all recruiters see its "
            "candidates and results."
        ),
    )

    def __init__(self, data: QueryDict | None = None, *, role: Role, member: Membership) -> None:
        initial = {
            "title": role.title,
            "owner": role.owner_id,
            "confidential": role.confidential,
            "seen": version_of(role),
        }
        super().__init__(data, initial=initial)
        field = MemberChoiceField(
            queryset=possible_owners(role.organisation),
            label=_("Owner"),
            help_text=_("Gets the e-mails about candidates without a recruiter in Greenhouse."),
            empty_label=None,
            error_messages={
                "required": _("Choose an owner."),
                "invalid_choice": _("This member can no longer own roles. Choose another."),
            },
        )
        self.fields["owner"] = field
        self.order_fields(["title", "owner", "confidential"])
        shares = may_share(role, member)
        if not shares:
            field.disabled = True
            field.help_text = _("Only admins, the owner and members added to the role can change this.")
        may_open = member.is_admin or role.owner_id == member.pk
        self.fields["confidential"].disabled = (
            not shares or has_confidential_job(role) or (role.confidential and not may_open)
        )

    def refuse(self, role: Role) -> None:
        """Show how the role has changed; saving again overwrites that."""
        problem = _(
            "This role has been changed in the meantime: it's “%(title)s” now, owned by %(owner)s."
        ) % {
            "title": role.title,
            "owner": role.owner.user.name,
        }
        self.add_error(None, f"{problem} {_('Save again to replace this.')}")
        self.data = {**dict(self.data.items()), "seen": version_of(role)}


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
def role_settings(request: MemberRequest, pk: int) -> HttpResponseBase:
    role = _role(request, pk)
    form = RoleForm(request.POST if request.method == "POST" else None, role=role, member=request.member)
    if not form.is_valid():
        return _page(request, role, form=form)
    data = form.cleaned_data
    owner: Membership = data["owner"]
    try:
        changed = change_role(
            role=role,
            title=data["title"],
            owner=owner,
            confidential=data["confidential"],
            seen=data["seen"],
            by=request.member,
            now=clock.now(),
        )
    except RoleChanged as error:
        form.refuse(error.role)
        return _page(request, role, form=form)
    except NotAnOwner:
        form.add_error("owner", form.fields["owner"].error_messages["invalid_choice"])
        return _page(request, role, form=form)
    if changed and data["confidential"] and not role.confidential:
        message = _("Saved. Only admins, the owner and members added to the role see it now.")
        messages.success(request, message)
        return redirect("role_viewers", request.organisation.slug, role.pk)
    if changed:
        messages.success(request, _("Saved."))
    if (
        not visible_roles(request.member).filter(pk=role.pk).exists()
    ):  # the member gave away a confidential role
        return redirect("roles", request.organisation.slug)
    return redirect("role", request.organisation.slug, role.pk)


@require_POST
@access.member(kinds=access.WORKS)
def ratings(request: MemberRequest, pk: int) -> HttpResponseBase:
    role = _role(request, pk)
    with transaction.atomic():
        organisations = Organisation.objects.select_for_update(no_key=True)
        if not organisations.get(pk=request.organisation.pk).rates_hires:
            messages.error(
                request, _("Not saved: an admin must first turn on ratings under Settings > Validity.")
            )
            return redirect("role_settings", request.organisation.slug, role.pk)
        locked = Role.objects.of(request.organisation).select_for_update(of=("self",), no_key=True)
        form = RatingsForm(request.POST, role=locked.get(pk=role.pk))
        if not form.is_valid():
            return _page(request, role, ratings_form=form)
        data = form.cleaned_data
        changed = switch(role=role, on=data["on"], days=data["days"], by=request.member, now=clock.now())
    if changed:
        messages.success(request, _("Saved."))
    return redirect("role_settings", request.organisation.slug, role.pk)


@require_POST
@access.member(kinds=access.WORKS)
@once
def duplicate(request: MemberRequest, pk: int) -> HttpResponseBase:
    role = _role(request, pk)
    form = TitleForm(request.POST, prefix="copy")
    if not form.is_valid():
        return _page(request, role, copy_form=form)
    now, by = clock.now(), request.member
    try:
        with transaction.atomic():
            made = copy_role(role=role, title=form.cleaned_data["title"], by=by, now=now)
            steps = Step.objects.of(request.organisation).select_related("organisation")
            old, new = (steps.get(role=each_role, kind=Step.Kind.ASSESSMENT) for each_role in (role, made))
            draft = copy_plan(step=old, to=new, by=by, now=now)
    except NotAnOwner:
        return _without_owner(request)
    message = _("“%(title)s” created.") % {"title": made.title}
    if draft is not None:
        message = f"{message} {_('Its assessment is a draft: publish it before you invite candidates.')}"
    messages.success(request, message)
    return redirect("role", request.organisation.slug, made.pk)


@require_POST
@access.member(kinds=access.WORKS)
def archive(request: MemberRequest, pk: int) -> HttpResponseBase:
    role = _role(request, pk)
    if set_archived(role=role, archived=True, by=request.member, now=clock.now()):
        messages.success(request, _("“%(title)s” is archived.") % {"title": role.title})
    return redirect("roles", request.organisation.slug)


@require_POST
@access.member(kinds=access.WORKS)
def restore(request: MemberRequest, pk: int) -> HttpResponseBase:
    role = _role(request, pk)
    if set_archived(role=role, archived=False, by=request.member, now=clock.now()):
        messages.success(request, _("Restored. Candidates are invited automatically again."))
    return redirect("role", request.organisation.slug, role.pk)


def _role(request: MemberRequest, pk: int) -> Role:
    return access.get_or_404(visible_roles(request.member).select_related("organisation", "owner__user"), pk)


def _page(
    request: MemberRequest,
    role: Role,
    *,
    form: RoleForm | None = None,
    ratings_form: RatingsForm | None = None,
    copy_form: TitleForm | None = None,
) -> HttpResponseBase:
    context: dict[str, Any] = {
        "role": role,
        "form": form or RoleForm(role=role, member=request.member),
        "ratings_form": ratings_form or RatingsForm(role=role),
        # people are erased before they could be rated
        "erased_early": request.organisation.erases_old
        and request.organisation.keep_months * 30 <= role.rating_days,
        "copy_form": copy_form
        or TitleForm(prefix="copy", initial={"title": _copy_title(role, request.member)}),
        "has_confidential_job": has_confidential_job(role),
    }
    failed = (form is not None and form.is_bound) or ratings_form is not None or copy_form is not None
    return render(request, "workspace/role/settings.html", context, status=422 if failed else 200)


def _copy_title(role: Role, member: Membership) -> str:
    """Return the suggested title: "Copy of Baker", then "Copy of Baker (2)", also for a copy of a copy."""
    copy = _("Copy of %(title)s")
    title = role.title
    if title.startswith(start := copy % {"title": ""}):
        title = _NUMBER.sub("", title.removeprefix(start))
    wanted = copy % {"title": title[: _TITLE_LENGTH - 20]}
    taken = set(visible_roles(member).filter(title__startswith=wanted).values_list("title", flat=True))
    numbered = (f"{wanted} ({n})" for n in count(2))
    return next(suggestion for suggestion in chain([wanted], numbered) if suggestion not in taken)


#: jobs per page
SHOWN = 40


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS, calls_out=True)
def role_new(request: MemberRequest) -> HttpResponseBase:
    form = TitleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _create(request, title=form.cleaned_data["title"])
    return _new_role_page(request, form)


@once
def _create(request: MemberRequest, *, title: str) -> HttpResponseBase:
    try:
        role = create_role(title=title, owner=request.member, now=clock.now())
    except NotAnOwner:
        return _without_owner(request)
    return redirect("role", request.organisation.slug, role.pk)


def _without_owner(request: MemberRequest) -> HttpResponseBase:
    messages.error(request, _("Not created: the role's owner has just lost access. Try again."))
    return redirect("role_new", request.organisation.slug)


def _new_role_page(request: MemberRequest, form: TitleForm) -> HttpResponse:
    query, known = request.GET.get("q", "").strip(), live_connections(request.organisation)
    jobs: list[JobChoice] = []
    trouble = ""
    if known:
        try:
            jobs = unlinked_jobs(request.member, fresh="fresh" in request.GET)
        except CALL_ERRORS as error:
            trouble = str(error_message(error))
    words = query.casefold().split()
    fitting = [job for job in jobs if job.job.matches(words)]
    context = {
        "form": form,
        "connected": bool(known),
        "trouble": trouble,
        "query": query,
        "jobs": [
            (choice, account_label(choice.connection) if len(known) > 1 else "") for choice in fitting[:SHOWN]
        ],
        "more": max(0, len(fitting) - SHOWN),
    }
    return render(request, "workspace/role/new.html", context)


def unlinked_jobs(member: Membership, *, fresh: bool = False) -> list[JobChoice]:
    """Jobs without a role, open ones first; confidential ones for admins only. Raises HarvestError, CannotOpen."""
    taken = set(Automation.objects.of(member.organisation).values_list("connection_id", "job_id"))
    found = job_choices(live_connections(member.organisation), fresh=fresh).choices
    return [
        choice
        for choice in found
        if (choice.connection.pk, choice.job.id) not in taken
        and (member.is_admin or not choice.job.confidential)
    ]


@require_POST
@access.member(kinds=access.WORKS)
def role_from_job(request: MemberRequest) -> HttpResponseBase:
    """Create the role and continue with its stages. A second click leads to the same role."""
    named = parse_key(request.POST.get("job"), request.organisation)
    if named and (known := _role_with_job(request.member, *named)):
        return _to_stages(known, key_of(named[0].pk, named[1]))
    try:
        job = catalogue.job(*named) if named else None
        if named is None or job is None or (job.confidential and not request.member.is_admin):
            messages.warning(request, _("Choose a Greenhouse job."))
            return redirect("role_new", request.organisation.slug)
        choice = JobChoice(connection=named[0], job=job)
        if message := refusal(choice, None, request.member):
            messages.warning(request, message)
            return redirect("role_new", request.organisation.slug)
        addresses = catalogue.recruiter_addresses(choice.connection, job.id)
    except CALL_ERRORS as error:
        messages.error(request, str(error_message(error)))
        return redirect("role_new", request.organisation.slug)
    try:
        role = create_from_job(choice, addresses=addresses, by=request.member, now=clock.now())
    except JobTaken as taken:
        role = taken.role
        if not visible_roles(request.member).filter(pk=role.pk).exists():
            messages.warning(
                request, _("This job is linked to a role that you can't see. Ask an admin to add you.")
            )
            return redirect("role_new", request.organisation.slug)
    except NotAnOwner:
        return _without_owner(request)
    return _to_stages(role, choice.key)


def _role_with_job(member: Membership, connection: Connection, job_id: int) -> Role | None:
    rows = visible_roles(member).select_related("organisation")
    return rows.filter(automations__connection_id=connection.pk, automations__job_id=job_id).first()


def _to_stages(role: Role, key: str) -> HttpResponseBase:
    stages = reverse("role_automation_stages", args=[role.organisation.slug, role.pk])
    return redirect(f"{stages}?{urlencode({'job': key})}")


def create_from_job(choice: JobChoice, *, addresses: Collection[str], by: Membership, now: datetime) -> Role:
    """A role linked to the job, without stages. Its owner is the job's recruiter, if a member. Raises JobTaken,
    NotAnOwner."""
    job = choice.job
    live = next((post for post in job.posts if post.live), None)
    with transaction.atomic():
        role = create_role(title=job.name[:200], owner=_recruiter(addresses, by) or by, now=now)
        link(
            role=role,
            job=job_link(choice, live),
            stages={},
            present=[],
            by=by,
            now=now,
            seen="",
        )
        return role


def _recruiter(addresses: Collection[str], by: Membership) -> Membership | None:
    wanted = {normalised(address) for address in addresses}
    working = Membership.objects.of(by.organisation).filter(deactivated_at=None, kind__in=access.WORKS)
    members = working.select_related("user", "organisation").order_by("pk") if wanted else ()
    return next((member for member in members if normalised(member.user.email) in wanted), None)
