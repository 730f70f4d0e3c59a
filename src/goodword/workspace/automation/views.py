from collections import Counter
from datetime import datetime

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.assessments.models import Assessment
from goodword.assessments.plans.publishing import Unfinished
from goodword.core import clock
from goodword.drafts.versions import NoDraft, StaleDraft
from goodword.greenhouse.models import Connection
from goodword.greenhouse.setup import catalogue
from goodword.roles.domain.automation import ChangedMeanwhile, JobTaken, unlink, version_of
from goodword.roles.models import Automation, Role, Step, automations_of, visible_roles
from goodword.workflow.domain.eligibility import is_unpublished
from goodword.workspace.automation import draft as drafts
from goodword.workspace.automation.access import (
    account_label,
    begin_again,
    choice_of,
    job_choices,
    jobs_of_other_roles,
    key_of,
    known_elsewhere,
    page,
    parse_id,
    parse_key,
    refusal,
    url,
    visible_choices,
    wizard,
)
from goodword.workspace.automation.confirm import (
    already_requested,
    confirm,
    in_mapped_stages,
)
from goodword.workspace.automation.draft import AutomationDraft
from goodword.workspace.automation.forms import ConfirmMappingForm, StagesForm, unchecked_draft
from goodword.workspace.automation.review import (
    Unpublished,
    grid,
    job_status_note,
    mapping_summary,
    proposed_requirements,
    stepper,
    title_shown,
    unpublished,
    what_is_sent,
)
from goodword.workspace.job_requirements import proposal
from goodword.workspace.step_preview.examples import rolled_back
from goodword.workspace.step_preview.mails import ShownMail, first_mails

#: jobs per page
SHOWN = 40
#: maximum candidates already in the stages to list by name
NAMED = 100


@wizard
def choose_job(request: MemberRequest, role: Role, known: list[Connection]) -> HttpResponseBase:
    query = request.GET.get("q", "").strip()
    chosen, missing = request.POST.get("job") or request.GET.get("job", ""), ""
    found = job_choices(known, fresh="fresh" in request.GET)
    choices = visible_choices(list(found.choices), role, request)
    others = jobs_of_other_roles(role, request.member)
    if request.method == "POST":
        choice = next((job_choice for job_choice in choices if job_choice.key == chosen), None)
        if choice is None:
            missing = _("Choose a Greenhouse job.")
        elif choice.key in others:
            missing = _("%(linked)s Choose another job.") % {"linked": others[choice.key]}
        elif not (missing := refusal(choice, role, request.member)):
            return redirect(url("role_automation_stages", role, choice.key))
    words = query.casefold().split()
    fitting = [job_choice for job_choice in choices if job_choice.job.matches(words)]
    linked = list(automations_of(role))
    keys = {row.pk: key_of(row.connection_id, row.job_id) for row in linked}
    names = {connection.pk: account_label(connection) for connection in known} if len(known) > 1 else {}
    free = next((job_choice.key for job_choice in fitting[:SHOWN] if job_choice.key not in others), "")
    context = {
        "query": query,
        "rows": [
            (job_choice, others.get(job_choice.key), names.get(job_choice.connection.pk, ""))
            for job_choice in fitting[:SHOWN]
        ],
        "more": max(0, len(fitting) - SHOWN),
        "chosen": chosen or next(iter(keys.values()), ""),
        "missing": missing,
        "first_input": f"job-{free}" if free else "jobs",
        "linked": [(row, keys[row.pk], names.get(row.connection_id, "")) for row in linked],
        "silent": [(account_label(connection), trouble) for connection, trouble in found.silent],
        "stepper": stepper(role, at=0),
    }
    return page(request, role, "job", context)


@wizard
def connect_stages(request: MemberRequest, role: Role, known: list[Connection]) -> HttpResponseBase:
    named = parse_key(request.GET.get("job"), request.organisation)
    if request.method == "POST" and named:  # saved in case Greenhouse fails next
        drafts.save(request, unchecked_draft(request.POST), role=role, key=key_of(named[0].pk, named[1]))
    choice = choice_of(request, role)
    if choice is None:
        return begin_again(request, role)
    stages = catalogue.stages(choice.connection, choice.job.id)
    draft = drafts.load(request, role=role, key=choice.key)
    if draft is None:
        automation = role.automations.filter(connection_id=choice.connection.pk, job_id=choice.job.id).first()
        draft = drafts.new_draft(role, job=choice.job, stages=stages, automation=automation)
    data = request.POST if request.method == "POST" else None
    form = StagesForm(data, job=choice.job, stages=stages, role_title=role.title, draft=draft)
    if data is not None and form.is_valid():
        drafts.save(request, form.draft(), role=role, key=choice.key)
        return redirect(url("role_automation_review", role, choice.key))
    context = {
        "form": form,
        "choice": choice,
        "grid": grid(
            form, stages, catalogue.applications_in_stages(choice.connection, choice.job.id), role=role
        ),
        "account": account_label(choice.connection) if len(known) > 1 else "",
        "stages": stages,
        "stepper": stepper(role, at=1, choice=choice),
    }
    return page(request, role, "stages", context)


@wizard
def review(request: MemberRequest, role: Role, _known: list[Connection]) -> HttpResponseBase:
    choice = choice_of(request, role)
    if choice is None:
        return begin_again(request, role)
    if reason := refusal(choice, role, request.member):
        return begin_again(request, role, reason)
    draft = drafts.load(request, role=role, key=choice.key)
    stages = {stage.id: stage for stage in catalogue.stages(choice.connection, choice.job.id)}
    unknown = draft is not None and not set(draft.mapped) <= set(stages)
    if draft is None or unknown or not draft.complete:
        if unknown:
            messages.warning(
                request,
                _("A selected stage no longer exists in Greenhouse. Check the stages."),
            )
        return redirect(url("role_automation_stages", role, choice.key))
    now = clock.now()  # read before the candidates, so later arrivals count as later
    placed = catalogue.applications_in_stages(choice.connection, choice.job.id)
    there = in_mapped_stages(placed, draft)
    before = already_requested(there, draft, connection=choice.connection)
    new = [application_stage for application_stage in there if application_stage.application_id not in before]
    step = role.steps.select_related("organisation").get(kind=Step.Kind.ASSESSMENT)
    found = unpublished(step, now=now) if draft.assessment else None
    proposed = proposed_requirements(choice.connection, choice.job.id, draft)
    publishable = found.publishable if found else None
    names = catalogue.names_of(choice.connection, new[:NAMED])
    named = [
        (application_stage, names[application_stage.application_id])
        for application_stage in new
        if application_stage.application_id in names
    ]
    form = ConfirmMappingForm(
        request.POST if request.method == "POST" else None,
        there=[(application_stage.application_id, name) for application_stage, name in named],
        asks=found is not None and found.asks,
        proposed=proposal(proposed, found.parts[0].part.test) if found and found.asks else "",
        draft=publishable is not None,
    )
    publishes = publishable is not None and form["publish"].value()
    sent = found if found and (found.waits or publishes) else None
    draft_changed = False
    seen = request.POST.get("seen", draft.seen)
    if request.method == "POST" and form.is_valid():
        try:
            confirm(
                role=role,
                choice=choice,
                draft=draft,
                seen=seen,
                stages=stages,
                placed=placed,
                invite=set(form.cleaned_data["invite"]),
                requirement=form.cleaned_data.get("requirement", "").strip(),
                scales=form.cleaned_data.get("scales", ()),
                publish=_revision(request) if form.cleaned_data.get("publish") else None,
                proposed=proposed,
                by=request.member,
                now=now,
            )
        except JobTaken:
            linked = jobs_of_other_roles(role, request.member)
            message = _("%(linked)s Choose another job.") % {"linked": linked.get(choice.key, "")}
            return begin_again(request, role, message.strip())
        except ChangedMeanwhile:
            pass
        except (StaleDraft, NoDraft, Unfinished):
            draft_changed = True
        else:
            drafts.forget(request, role=role, key=choice.key)
            step.refresh_from_db()
            waits, invited = draft.assessment and is_unpublished(step), form.cleaned_data["invite"]
            message = (
                _("Role linked to Greenhouse. Candidates wait for the assessment until it is published.")
                if waits
                else _("Role linked to Greenhouse.")
            )
            if invited and not waits:
                message += " " + ngettext(
                    "%(n)s candidate is being invited.", "%(n)s candidates are being invited.", len(invited)
                ) % {"n": len(invited)}
            if new:
                message += " " + _("Candidates already in these stages will appear shortly.")
            messages.success(request, message)
            return redirect("role", request.organisation.slug, role.pk)
    present, ready = (
        Counter(application_stage.stage_id for application_stage in there),
        Counter(application_stage.stage_id for application_stage in new),
    )
    automation = role.automations.filter(connection_id=choice.connection.pk, job_id=choice.job.id).first()
    context = {
        "form": form,
        "unpublished": found,
        "reader_warning": found.reader_warning if found else "",
        "draft_changed": draft_changed,
        "mails": _first_mails(
            role,
            draft=draft,
            title=title_shown(role, job=choice.job, draft=draft),
            sent=sent,
            now=now,
        ),
        "people": [
            (application_stage, name, stages[application_stage.stage_id].name)
            for application_stage, name in named
        ],
        "unnamed": len(new) - len(named),
        "been": len(there) - len(new),
        "elsewhere": known_elsewhere(choice.connection, choice.job.id, role).count(),
        "ticked": set(request.POST.getlist("invite")),
        "choice": choice,
        "messages_sent": what_is_sent(role, draft=draft, stages=stages, found=sent, now=now),
        "title": title_shown(role, job=choice.job, draft=draft),
        "job_is": job_status_note(choice.job),
        "counts": [
            (stages[stage_id], present[stage_id], present[stage_id] - ready[stage_id])
            for stage_id in draft.mapped
        ],
        "others": role.automations.exclude(connection_id=choice.connection.pk, job_id=choice.job.id),
        "changed": version_of(automation) != seen,
        "automation": automation,
        "now_mapped": mapping_summary(automation) if automation else "",
        "seen": version_of(automation),
        "back": url("role_automation_stages", role, choice.key),
        "stepper": stepper(
            role, at=2, choice=choice, stages=[stages[stage_id].name for stage_id in draft.mapped]
        ),
    }
    return page(request, role, "review", context)


def _revision(request: MemberRequest) -> int:
    """The revision of the draft that the member saw; -1 if missing."""
    found = parse_id(request.POST.get("revision"))
    return -1 if found is None else found


def _first_mails(
    role: Role, *, draft: AutomationDraft, title: str, sent: Unpublished | None, now: datetime
) -> list[ShownMail]:
    """`title`: as candidates see it. `sent`: the unpublished assessment to invite to. Without tests there is no
    invitation."""
    kinds = {
        kind
        for kind, starts in (
            (Step.Kind.ASSESSMENT, draft.assessment and (sent is None or sent.parts)),
            (Step.Kind.REFERENCE_CHECK, draft.reference_check),
        )
        if starts
    }
    with rolled_back():
        Role.objects.of(role.organisation).filter(pk=role.pk).update(title=title[:200])
        if sent is not None and sent.draft is not None:
            Assessment.objects.of(role.organisation).filter(pk=sent.draft.pk).update(published_at=now)
        return list(first_mails(role, kinds=kinds, now=now))


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
def unlink_job(request: MemberRequest, pk: int, automation_pk: int) -> HttpResponseBase:
    role = access.get_or_404(visible_roles(request.member), pk)
    automation = access.get_or_404(
        Automation.objects.of(request.organisation).filter(role=role), automation_pk
    )
    if request.method == "POST":
        unlink(automation=automation, by=request.member, now=clock.now())
        messages.success(request, _("Job unlinked. Candidates and results are kept."))
        return redirect("role", request.organisation.slug, role.pk)
    return page(request, role, "unlink", {"automation": automation})
