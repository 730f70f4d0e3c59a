from typing import Any, Final
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.double_clicks import once
from goodword.accounts.models import Membership
from goodword.candidates.domain.people import AlreadyOnRole, RoleArchived
from goodword.candidates.models import Application, is_visible, visible_applications
from goodword.core import clock
from goodword.core.csv_files import UnreadableFile
from goodword.core.tables import table_file
from goodword.core.text import written_count
from goodword.roles.models import Role, Step, visible_roles
from goodword.ui.fields import CsvField
from goodword.workspace.adding import imports
from goodword.workspace.adding.csv_reading import COLUMNS, LARGEST, CsvTable, read_table
from goodword.workspace.adding.forms import PersonForm, StepChoice, add_and_invite, step_choices
from goodword.workspace.deleted_uploads import UploadDeleted, explains_deletion
from goodword.workspace.models import CandidateImport, ImportRow

ARCHIVED = gettext_lazy("This role is archived. Restore it to add candidates.")


class AddForm(PersonForm):
    def __init__(self, *args: Any, choices: list[StepChoice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choices = choices
        for choice in choices:
            self.fields[choice.step.kind] = forms.BooleanField(
                label=_("Invite to the assessment now")
                if choice.step.kind == choice.step.Kind.ASSESSMENT
                else _("Invite to the reference check now"),
                help_text=choice.hint,
                required=False,
            )


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
@once
def add(request: MemberRequest, pk: int) -> HttpResponseBase:
    role = access.get_or_404(visible_roles(request.member), pk)
    if role.archived_at is not None and request.method != "POST":
        messages.info(request, ARCHIVED)
        return redirect("role", request.organisation.slug, role.pk)
    choices = step_choices(role)
    form = AddForm(
        request.POST if request.method == "POST" else None, organisation=request.organisation, choices=choices
    )
    if not form.is_valid():
        return _add_page(request, role, form)
    wanted = [choice for choice in choices if form.cleaned_data[choice.step.kind]]
    try:
        application = add_and_invite(
            role=role,
            person=form.person,
            steps=[choice.step for choice in wanted],
            member=request.member,
            now=clock.now(),
        )
    except AlreadyOnRole as error:
        form.add_error("email", _already_message(request, error.application))
        return _add_page(request, role, form)
    except RoleArchived:  # since the page was opened
        form.add_error(None, str(ARCHIVED))
        return _add_page(request, role, form)
    messages.success(request, _added_message(application, wanted))
    return redirect("candidate", request.organisation.slug, application.pk)


class RoleForm(forms.Form):
    use_required_attribute = False

    def __init__(self, *args: Any, roles: QuerySet[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"] = forms.ModelChoiceField(
            queryset=roles,
            label=_("Role"),
            empty_label=_("Choose a role"),
            error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose a role.")),
        )


@require_safe
@access.member(kinds=access.WORKS)
def choose_role(request: MemberRequest) -> HttpResponseBase:
    roles = visible_roles(request.member).filter(archived_at=None).order_by("plain_title", "pk")
    form = RoleForm(request.GET if "then" in request.GET else None, roles=roles)
    if form.is_valid():
        name = "role_import" if request.GET["then"] == "import" else "role_candidate_add"
        return redirect(name, request.organisation.slug, form.cleaned_data["role"].pk)
    return render(request, "workspace/adding/choose_role.html", {"form": form})


def _added_message(application: Application, wanted: list[StepChoice]) -> str:
    name = {"name": application.candidate.name}
    if not wanted:
        return _("%(name)s added. Nobody has been e-mailed.") % name
    if all(choice.waits for choice in wanted):
        return _("%(name)s added. They will be invited once the assessment is published.") % name
    return _("%(name)s added. The invitation is on its way.") % name


def _already_message(request: MemberRequest, application: Application) -> str:
    seen = visible_applications(request.member).filter(pk=application.pk).exists()
    if not seen:
        return _("There is already a candidate with this address on this role.")
    return _("%(name)s is already on this role with this address.") % {"name": application.candidate.name}


def _add_page(request: MemberRequest, role: Role, form: AddForm) -> HttpResponse:
    status = 422 if form.is_bound else 200
    return render(request, "workspace/adding/add.html", {"role": role, "form": form}, status=status)


#: lines per page, of doubtful ones and of those with problems
PAGE: Final = 50
#: valid lines shown as a sample of columns and characters
SHOWN: Final = 5
#: digits of a line number
_DIGITS: Final = 7
_FIELDS: Final = ("first_name", "last_name", "name", "email", "language", "company", "title")
State, RowState = CandidateImport.State, ImportRow.State


class UploadForm(forms.Form):
    use_required_attribute = False
    file = CsvField(
        label=gettext_lazy("CSV file"),
        help_text=gettext_lazy(
            "Up to 5,000 rows. The first row names the columns: First name and Last name (or Name), E-mail; optionally "
            "Language, Company, Title."
        ),
    )

    def clean_file(self) -> CsvTable:
        file: UploadedFile[Any] = self.cleaned_data["file"]
        try:
            return read_table(file.read(LARGEST + 1))
        except UnreadableFile as problem:
            raise forms.ValidationError(str(problem)) from problem


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
@once
def upload(request: MemberRequest, pk: int) -> HttpResponseBase:
    role = access.get_or_404(visible_roles(request.member), pk)
    if role.archived_at is not None:
        messages.info(request, ARCHIVED)
        return redirect("role", request.organisation.slug, role.pk)
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if form.is_valid():
        made = imports.read_into_rows(
            form.cleaned_data["file"], role=role, member=request.member, now=clock.now()
        )
        return redirect("role_import_check", request.organisation.slug, role.pk, made.pk)
    status = 422 if form.is_bound else 200
    return render(request, "workspace/adding/upload.html", {"role": role, "form": form}, status=status)


@require_safe
@access.member(kinds=access.WORKS)
def template(request: MemberRequest) -> HttpResponseBase:
    del request  # the same for everybody
    return table_file("csv", COLUMNS, [], name="candidates")


@require_safe
@access.member(kinds=access.WORKS)
@explains_deletion
def check(request: MemberRequest, pk: int, import_pk: int) -> HttpResponseBase:
    """Show what would be imported and, once confirmed, the progress."""
    role, found = _import_of(request, pk, import_pk)
    return _check_page(request, role, found)


@require_POST
@access.member(kinds=access.WORKS)
@explains_deletion
def confirm(request: MemberRequest, pk: int, import_pk: int) -> HttpResponseBase:
    """Start the import. Asks again if e-mails will be sent or the number of rows has changed."""
    role, found = _import_of(request, pk, import_pk)
    here = redirect("role_import_check", request.organisation.slug, role.pk, found.pk)
    if found.state != State.CHECKED:
        return here
    steps = [choice for choice in step_choices(role) if choice.step.kind in request.POST.getlist("step")]
    _save_ticks(request, found)
    good = imports.counts_of(found)[RowState.GOOD]
    if not good:
        return here
    if request.POST.get("shown") != str(good) or (steps and "confirmed" not in request.POST):
        return _check_page(request, role, found, chosen=steps)
    kinds = [step.step.kind for step in steps]
    if not imports.start(found, steps=kinds, member=request.member, now=clock.now(), shown=good):
        found.refresh_from_db()
        if found.state == State.CHECKED:
            messages.info(request, _("Not imported: somebody else has just changed which lines to import."))
    return here


@require_POST
@access.member(kinds=access.WORKS)
@explains_deletion
def leave_out(request: MemberRequest, pk: int, import_pk: int) -> HttpResponseBase:
    """Save the ticks and turn the page: `turn` is "doubts-2" or "page-2"."""
    role, found = _import_of(request, pk, import_pk)
    _save_ticks(request, found)
    turned, _dash, to = request.POST.get("turn", "").partition("-")
    if not turned:
        messages.success(request, _("Choice saved."))
    pages = {name: request.POST.get(name, "") for name in ("page", "doubts")} | {turned: to}
    kept = [(name, pages[name]) for name in ("page", "doubts") if pages[name].isdecimal()]
    kept += [("step", kind) for kind in request.POST.getlist("step") if kind in Step.Kind.values]
    where = reverse("role_import_check", args=[request.organisation.slug, role.pk, found.pk])
    return redirect(f"{where}?{urlencode(kept)}#{'problems' if turned == 'page' else 'doubts'}")


def _save_ticks(request: MemberRequest, of: CandidateImport) -> None:
    listed, ticked = (_lines(request, name) for name in ("listed", "leave_out"))
    if listed:
        imports.leave_out(of, listed=listed, ticked=ticked)


def _lines(request: MemberRequest, name: str) -> set[int]:
    return {int(text) for text in request.POST.getlist(name) if text.isdecimal() and len(text) <= _DIGITS}


@require_POST
@access.member(kinds=access.WORKS)
@explains_deletion
def discard(request: MemberRequest, pk: int, import_pk: int) -> HttpResponseBase:
    role, found = _import_of(request, pk, import_pk)
    if not imports.discard(found):
        messages.warning(request, _("Not discarded: the import has started."))
        return redirect("role_import_check", request.organisation.slug, role.pk, found.pk)
    messages.info(request, _("Nobody was imported."))
    return redirect("role", request.organisation.slug, role.pk)


@require_safe
@access.member(kinds=access.WORKS)
@explains_deletion
def problems(request: MemberRequest, pk: int, import_pk: int) -> HttpResponseBase:
    _role, found = _import_of(request, pk, import_pk)
    columns = ("Line", "Problem", "First name", "Last name", "Name", "E-mail", "Language", "Company", "Title")
    rows = _with_problems(found)
    lines = [(row.line, row.problem, *(row.cells.get(name, "") for name in _FIELDS)) for row in rows]
    return table_file("csv", columns, lines, name="not-imported")


def _import_of(request: MemberRequest, pk: int, import_pk: int) -> tuple[Role, CandidateImport]:
    role = access.get_or_404(visible_roles(request.member), pk)
    rows = (
        CandidateImport.objects.of(request.organisation)
        .filter(role=role)
        .select_related("member__user", "member__organisation")
    )
    try:
        found = access.get_or_404(rows, import_pk)
    except Http404:
        raise UploadDeleted("workspace/adding/deleted.html", role=role, days=imports.KEPT_FOR.days) from None
    if not _may_read(found, request.member):
        raise Http404("may name candidates that the member may not see")
    return role, found


def _may_read(of: CandidateImport, member: Membership) -> bool:
    """Whether the member can see all the candidates that the importing member can see, since the rows may name them."""
    if of.member_id == member.pk or member.is_admin:
        return True
    return not visible_applications(of.member).exclude(is_visible(member)).exists()


def _with_problems(of: CandidateImport) -> Any:
    """Rows with problems, including those left out by a member after the decision; before it, they are listed as
    doubtful."""
    states = [RowState.WRONG, RowState.DUPLICATE]
    if of.state != State.CHECKED:
        states.append(RowState.LEFT_OUT)
    return ImportRow.objects.of(of.organisation).filter(of=of, state__in=states).order_by("line")


def _check_page(
    request: MemberRequest, role: Role, of: CandidateImport, *, chosen: list[StepChoice] | None = None
) -> HttpResponse:
    """`chosen`: asks for confirmation of these steps."""
    counts = imports.counts_of(of)
    good = counts[RowState.GOOD]
    rows = ImportRow.objects.of(request.organisation).filter(of=of)
    mails, choices = good * len(chosen or ()), step_choices(role)
    decided = of.state != State.CHECKED
    doubtful = imports.doubtful(of)
    if decided or chosen is not None:
        doubtful = doubtful.none()
    context = {
        "role": role,
        "import": of,
        "counts": counts,
        "total": sum(counts.values()),
        "decided": decided,
        "running": of.state == State.RUNNING,
        "asking": chosen is not None,
        "done_now": counts[RowState.IMPORTED],
        "to_do": counts[RowState.IMPORTED] + good,
        "shown": list(rows.filter(state=RowState.GOOD).order_by("line")[:SHOWN])
        if not of.finished_at
        else [],
        "doubts": Paginator(doubtful, PAGE).get_page(request.GET.get("doubts")),
        "problems": Paginator(_with_problems(of), PAGE).get_page(request.GET.get("page")),
        "choices": choices,
        "invited_now": counts[RowState.IMPORTED]
        and any(choice.step.kind in of.steps and not choice.waits for choice in choices),
        "chosen": chosen or [],
        "ticked": request.GET.getlist("step"),
        "good_count": written_count(good),
        "mails_count": written_count(mails),
        "button": _button(good, mails),
    }
    return render(request, "workspace/adding/check.html", context)


def _button(good: int, mails: int) -> str:
    people = ngettext("Import %(n)s candidate", "Import %(n)s candidates", good) % {"n": written_count(good)}
    if not mails:
        return people
    more = ngettext("send %(n)s e-mail", "send %(n)s e-mails", mails) % {"n": written_count(mails)}
    return _("%(people)s and %(more)s") % {"people": people, "more": more}
