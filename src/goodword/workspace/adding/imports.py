"""Imports of candidates: a file is read into rows, a member decides, a job adds each good row once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Count, F, QuerySet
from django.utils.translation import gettext as _

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership
from goodword.candidates.domain.adding import AlreadyOnRole, Person, RoleArchived
from goodword.candidates.models import Application
from goodword.candidates.queries import visible_applications
from goodword.core import jobs, stopping
from goodword.core.addresses import normalised
from goodword.roles.models import Role, Step
from goodword.workspace.adding.csv_reading import Row, Table, person_of
from goodword.workspace.adding.doubts import doubts_of, is_members, known
from goodword.workspace.adding.steps import add_and_invite
from goodword.workspace.models import CandidateImport, ImportRow

State, RowState = CandidateImport.State, ImportRow.State
#: rows per job, so that other jobs also run
A_JOB: Final = 25
#: after upload; rows are personal data, even of people who are never added
KEPT_FOR: Final = timedelta(days=7)


def read_into_rows(table: Table, *, role: Role, member: Membership, now: datetime) -> CandidateImport:
    """Adds nobody yet. Doubtful rows are imported unless left out; members' own addresses are initially left out."""
    on_role, visible = _people_on_role(role, member)
    with transaction.atomic():
        made = CandidateImport.objects.create(
            organisation=role.organisation,
            role=role,
            member=member,
            ignored=list(table.ignored),
            guessed=table.guessed,
            created_at=now,
        )
        seen: dict[str, int] = {}
        read = [_read(one, made, on_role=on_role, seen=seen) for one in table.rows]
        compared = known(role.organisation, visible)
        good = {row.line: person for row, person in read if person is not None}
        doubts = doubts_of(good, compared)
        for row, person in read:
            row.doubt = doubts.get(row.line, "")
            if person is not None and is_members(person, compared):
                row.state = RowState.LEFT_OUT
        ImportRow.objects.of(role.organisation).bulk_create([row for row, _person in read])
        return made


def _read(
    row: Row, of: CandidateImport, *, on_role: Mapping[str, str], seen: dict[str, int]
) -> tuple[ImportRow, Person | None]:
    """Returns the row, and the person if it is good. `seen`: line by address, from earlier rows."""
    person, problem = person_of(row)
    state = RowState.GOOD if person is not None else RowState.WRONG
    if person is not None:
        key = normalised(person.email)
        if key in on_role:
            state, problem = RowState.DUPLICATE, on_role[key]
        elif key in seen:
            problem = _("The same address as in line %(line)s.") % {"line": seen[key]}
            state = RowState.DUPLICATE
        else:
            seen[key] = row.line
    made = ImportRow(
        organisation_id=of.organisation_id,
        of=of,
        line=row.line,
        cells=dict(row.cells),
        email=row.cells.get("email", ""),
        state=state,
        problem=problem,
    )
    return made, person if state == RowState.GOOD else None


def _people_on_role(role: Role, member: Membership) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Returns a sentence by address, and names with addresses, naming only candidates whom the member may see."""
    rows = Application.objects.of(role.organisation).filter(role=role, erased_at=None)
    visible = set(visible_applications(member).filter(role=role).values_list("pk", flat=True))
    said: dict[str, str] = {}
    people: list[tuple[str, str]] = []
    for application in (
        rows.select_related("candidate").exclude(candidate__email="").iterator(chunk_size=2000)
    ):
        candidate = application.candidate
        said[normalised(candidate.email)] = _already(application, visible=application.pk in visible)
        if application.pk in visible:
            people.append((f"{candidate.first_name} {candidate.last_name}", candidate.email))
    return said, people


def _already(application: Application, *, visible: bool) -> str:
    if not visible:
        return _("Already on this role.")
    return _("Already on this role: %(name)s.") % {"name": application.candidate.name}


def doubtful(of: CandidateImport) -> QuerySet[ImportRow]:
    rows = ImportRow.objects.of(of.organisation).filter(of=of, state__in=[RowState.GOOD, RowState.LEFT_OUT])
    return rows.exclude(doubt="").order_by("line")


def leave_out(of: CandidateImport, *, listed: Collection[int], ticked: Collection[int]) -> None:
    """Leave out the ticked lines of the doubtful ones listed; the others will be imported."""
    with transaction.atomic():
        row = _locked(of.pk)
        if row is None or row.state != State.CHECKED:
            return
        lines = doubtful(row).filter(line__in=listed)
        lines.filter(line__in=ticked).update(state=RowState.LEFT_OUT)
        lines.exclude(line__in=ticked).update(state=RowState.GOOD)


def counts_of(of: CandidateImport) -> dict[str, int]:
    """By state, zeros included."""
    rows = ImportRow.objects.of(of.organisation).filter(of=of).order_by()
    found = dict(rows.values_list("state").annotate(n=Count("pk")))
    return {state.value: found.get(state.value, 0) for state in RowState}


def start(of: CandidateImport, *, steps: Collection[str], member: Membership, now: datetime) -> bool:
    """Start importing the good rows. Returns False if already started."""
    with transaction.atomic():
        row = _locked(of.pk)
        if row is None or row.state != State.CHECKED:
            return False
        row.state, row.member = State.RUNNING, member
        row.steps = [kind for kind in Step.Kind.values if kind in steps]
        row.save(update_fields=["state", "member", "steps"])
        counts = counts_of(row)
        ImportRow.objects.of(row.organisation).filter(of=row, state=RowState.LEFT_OUT).update(
            problem=F("doubt")
        )
        write(
            organisation=row.organisation,
            action="candidates.imported",
            member=member,
            now=now,
            details={
                "role": row.role_id,
                "rows": counts[RowState.GOOD],
                "left_out": counts[RowState.LEFT_OUT],
                "steps": row.steps,
            },
        )
        jobs.named("candidates.import").defer(import_id=row.pk)
        return True


def discard(of: CandidateImport) -> bool:
    """Import nothing and delete the rows. Returns False if already started."""
    with transaction.atomic():
        row = _locked(of.pk)
        if row is None or row.state != State.CHECKED:
            return False
        row.delete()
        return True


def import_some(import_id: int, *, now: datetime) -> bool:
    """Add some of the rows, each once, even if two workers do it. Returns whether there are more."""
    batch = _batch(import_id)
    if batch is None:
        return False
    for _turn in range(A_JOB):
        stopping.check()
        if not _import_one(batch, now=now):
            return False
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    """What the rows of one job share. Whether the role is archived is checked for each row, under its lock."""

    of: CandidateImport
    steps: Sequence[Step]


def _batch(import_id: int) -> _Batch | None:
    imports = CandidateImport.objects.across_organisations().filter(pk=import_id, state=State.RUNNING)
    of = imports.select_related("role__organisation", "member__user", "member__organisation").first()
    if of is None:
        return None
    steps = Step.objects.of(of.role.organisation).filter(role=of.role, kind__in=of.steps)
    return _Batch(of=of, steps=list(steps.order_by("kind")))


def _import_one(batch: _Batch, *, now: datetime) -> bool:
    """False if there is nothing left to do for this worker."""
    with transaction.atomic():
        rows = ImportRow.objects.across_organisations()
        row = (
            rows.select_for_update(of=("self",), skip_locked=True)
            .filter(of=batch.of, state=RowState.GOOD, of__state=State.RUNNING)
            .order_by("line")
            .first()
        )
        if row is None:
            _finish(batch.of.pk, State.DONE, now=now)
            return False
        try:
            _add(row, batch, now=now)
        except RoleArchived:
            _finish(batch.of.pk, State.STOPPED, now=now)
            return False
        row.save(update_fields=["state", "problem", "application"])
        return True


def _add(row: ImportRow, batch: _Batch, *, now: datetime) -> None:
    of = batch.of
    person, problem = person_of(Row(line=row.line, cells=row.cells))
    if person is None:  # the rules have changed since it was read
        row.state, row.problem = RowState.WRONG, problem
        return
    try:
        row.application = add_and_invite(
            role=of.role, person=person, steps=batch.steps, member=of.member, now=now, import_id=of.pk
        )
        row.state = RowState.IMPORTED
    except AlreadyOnRole as there:
        visible = visible_applications(of.member).filter(pk=there.application.pk).exists()
        row.state, row.problem = RowState.DUPLICATE, _already(there.application, visible=visible)


def _finish(import_id: int, state: CandidateImport.State, *, now: datetime) -> None:
    """Unless another worker still has a row."""
    running = CandidateImport.objects.across_organisations().filter(pk=import_id, state=State.RUNNING)
    if state == State.DONE:
        running = running.exclude(rows__state=RowState.GOOD)
    running.update(state=state, finished_at=now)


def unfinished() -> list[int]:
    rows = CandidateImport.objects.across_organisations().filter(state=State.RUNNING)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def delete_old(*, now: datetime) -> int:
    old = CandidateImport.objects.across_organisations().filter(created_at__lt=now - KEPT_FOR)
    return old.exclude(state=State.RUNNING).delete()[0]


def _locked(import_id: int) -> CandidateImport | None:
    rows = CandidateImport.objects.across_organisations().select_for_update(of=("self",))
    return rows.select_related("organisation").filter(pk=import_id).first()
