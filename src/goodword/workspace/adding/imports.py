"""Imports of candidates: a file is read into rows, a member reviews them, and a job adds each valid row once."""

import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Count, F, QuerySet
from django.db.models.functions import Upper
from django.utils.translation import gettext as _

from goodword.accounts.domain.audit import write_by
from goodword.accounts.domain.organisation import proposed_domains
from goodword.accounts.models import Membership, Organisation, active_members
from goodword.candidates.domain.people import AlreadyOnRole, PersonInput, RoleArchived, lock_before_adding
from goodword.candidates.models import Application, visible_applications
from goodword.core import jobs, process
from goodword.core.addresses import has_look_alikes, normalised
from goodword.core.rows import locked_to_delete
from goodword.roles.models import Role, Step
from goodword.workspace.adding.csv_reading import CsvRow, CsvTable, person_of
from goodword.workspace.adding.forms import add_and_invite
from goodword.workspace.models import CandidateImport, ImportRow

#: domains that ignore dots before the @
_WITHOUT_DOTS: Final = frozenset({"gmail.com", "googlemail.com"})


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPeople:
    """Data to compare rows with. `on_role`: names and addresses on the role that the member can see. `elsewhere`: the
    names of people on other roles by address, as `known_person` finds them: the one shown, then others."""

    members: Collection[str]
    domains: Collection[str]
    on_role: Sequence[tuple[str, str]]
    elsewhere: Mapping[str, Sequence[str]] = field(default_factory=dict)


def known(
    organisation: Organisation, on_role: Sequence[tuple[str, str]], elsewhere: Mapping[str, Sequence[str]]
) -> KnownPeople:
    members = active_members(organisation).values_list("user__email", flat=True)
    return KnownPeople(
        members={normalised(address) for address in members},
        domains={*organisation.own_domains, *proposed_domains(organisation)},
        on_role=on_role,
        elsewhere=elsewhere,
    )


def is_members(person: PersonInput, known: KnownPeople) -> bool:
    return normalised(person.email) in known.members


def doubts_of(people: Mapping[int, PersonInput], known: KnownPeople) -> dict[int, str]:
    """Return sentences by line. `people`: people by line, without addresses that are repeated or already on the
    role."""
    mailboxes = _Groups(
        ((_mailbox(person.email), line) for line, person in people.items()),
        {_mailbox(address) for _name, address in known.on_role},
    )
    names = _Groups(
        ((_name_key(_name_of(person)), line) for line, person in people.items()),
        {_name_key(name) for name, _address in known.on_role},
    )
    found: dict[int, str] = {}
    for line, person in people.items():
        doubts = [
            *_doubts_about(person, known),
            *_similar_people(line, person, mailboxes=mailboxes, names=names),
        ]
        if doubts:
            found[line] = " ".join(doubts)
    return found


def _doubts_about(person: PersonInput, known: KnownPeople) -> list[str]:
    doubts = []
    domain = _ascii(person.email.rpartition("@")[2])
    if not person.last_name:
        doubts.append(_("There is only one name."))
    others = known.elsewhere.get(normalised(person.email), ())
    if others and _name_key(_name_of(person)) not in {_name_key(name) for name in others}:
        doubts.append(
            _("Goodword knows this address as %(name)s, who would get another application under that name.")
            % {"name": others[0]}
        )
    if has_look_alikes(person.email):
        doubts.append(_("The address has a letter that only looks like i, s or k."))
    if is_members(person, known):
        doubts.append(_("This is a colleague's address."))
    elif any(domain == own or domain.endswith(f".{own}") for own in known.domains):
        doubts.append(_("The address belongs to your own organisation (%(domain)s).") % {"domain": domain})
    return doubts


def _similar_people(line: int, person: PersonInput, *, mailboxes: "_Groups", names: "_Groups") -> list[str]:
    mailbox = _mailbox(person.email)
    if other := mailboxes.other(mailbox, line):
        return [_("The same mailbox as in line %(line)s, written differently.") % {"line": other}]
    if mailbox in mailboxes.on_role:
        return [_("This mailbox is already on this role, written differently.")]
    name = _name_key(_name_of(person))
    doubts = []
    if other := names.other(name, line):
        doubts.append(_("The same name as in line %(line)s, with another address.") % {"line": other})
    if name in names.on_role:
        doubts.append(_("This name is already on this role, with another address."))
    return doubts


class _Groups:
    def __init__(self, lines: Iterable[tuple[str, int]], on_role: Collection[str]) -> None:
        self.on_role = {key for key in on_role if key}
        self._lines: dict[str, list[int]] = {}
        for key, line in lines:
            if key:
                self._lines.setdefault(key, []).append(line)

    def other(self, key: str, line: int) -> int | None:
        return next((other_line for other_line in self._lines.get(key, ())[:2] if other_line != line), None)


def _name_of(person: PersonInput) -> str:
    return f"{person.first_name} {person.last_name}"


def _name_key(name: str) -> str:
    """Normalise a name, ignoring accents, case, punctuation and word order."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    kept = "".join(
        character if character.isalnum() else " "
        for character in plain
        if not unicodedata.combining(character)
    )
    return " ".join(sorted(kept.split()))


def _mailbox(address: str) -> str:
    """Return the address without its "+" tag."""
    local, _at, domain = normalised(address).rpartition("@")
    local = local.partition("+")[0] or local
    if domain in _WITHOUT_DOTS:
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{_ascii(domain)}"


def _ascii(domain: str) -> str:
    try:
        return normalised(domain).encode("idna").decode("ascii")
    except UnicodeError:
        return normalised(domain)


State, RowState = CandidateImport.State, ImportRow.State
#: rows per job, to let other jobs run in between
A_JOB: Final = 25
#: after upload, since the rows are personal data, including of people who are never added
KEPT_FOR: Final = timedelta(days=7)


def read_into_rows(table: CsvTable, *, role: Role, member: Membership, now: datetime) -> CandidateImport:
    """Read a file without adding anybody. Doubtful rows are imported unless left out. Rows with members' addresses are
    left out by default."""
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
        read = [_read(csv_row, made, on_role=on_role, seen=seen) for csv_row in table.rows]
        good = {row.line: person for row, person in read if person is not None}
        elsewhere = _names_elsewhere(member, [person.email for person in good.values()])
        compared = known(role.organisation, visible, elsewhere)
        doubts = doubts_of(good, compared)
        for row, person in read:
            row.doubt = doubts.get(row.line, "")
            if person is not None and is_members(person, compared):
                row.state = RowState.LEFT_OUT
        ImportRow.objects.of(role.organisation).bulk_create([row for row, _person in read])
        return made


def _read(
    row: CsvRow, of: CandidateImport, *, on_role: Mapping[str, str], seen: dict[str, int]
) -> tuple[ImportRow, PersonInput | None]:
    """Return the row, and the person if it is valid. `seen`: line by address, from earlier rows."""
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
    """Return a sentence by address, and names with addresses. Only candidates that the member can see are named."""
    rows = Application.objects.of(role.organisation).filter(role=role, erased_at=None)
    visible = set(visible_applications(member).filter(role=role).values_list("pk", flat=True))
    sentences: dict[str, str] = {}
    people: list[tuple[str, str]] = []
    for application in (
        rows.select_related("candidate").exclude(candidate__email="").iterator(chunk_size=2000)
    ):
        candidate = application.candidate
        sentences[normalised(candidate.email)] = _already(application, visible=application.pk in visible)
        if application.pk in visible:
            people.append((f"{candidate.first_name} {candidate.last_name}", candidate.email))
    return sentences, people


def _names_elsewhere(member: Membership, addresses: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Names by address, of candidates that the member can see. If several share an address, the latest."""
    rows = (
        visible_applications(member)
        .filter(erasure_requested_at=None, erased_at=None, candidate__erased_at=None)
        .annotate(address=Upper("candidate__email"))
        .filter(address__in=[normalised(address).upper() for address in addresses])
    )
    people = [row.candidate for row in rows.order_by("pk")]
    return {
        normalised(person.email): (person.name, f"{person.first_name} {person.last_name}")
        for person in people
    }


def _already(application: Application, *, visible: bool) -> str:
    if not visible:
        return _("Already on this role.")
    return _("Already on this role: %(name)s.") % {"name": application.candidate.name}


def doubtful(of: CandidateImport) -> QuerySet[ImportRow]:
    rows = ImportRow.objects.of(of.organisation).filter(of=of, state__in=[RowState.GOOD, RowState.LEFT_OUT])
    return rows.exclude(doubt="").order_by("line")


def leave_out(of: CandidateImport, *, listed: Collection[int], ticked: Collection[int]) -> None:
    """Leave out the ticked lines among the doubtful ones listed; import the others."""
    with transaction.atomic():
        row = _locked(of.pk)
        if row is None or row.state != State.CHECKED:
            return
        lines = doubtful(row).filter(line__in=listed)
        lines.filter(line__in=ticked).update(state=RowState.LEFT_OUT)
        lines.exclude(line__in=ticked).update(state=RowState.GOOD)


def counts_of(of: CandidateImport) -> dict[str, int]:
    rows = ImportRow.objects.of(of.organisation).filter(of=of).order_by()
    found = dict(rows.values_list("state").annotate(n=Count("pk")))
    return {state.value: found.get(state.value, 0) for state in RowState}


def start(
    of: CandidateImport,
    *,
    steps: Collection[str],
    member: Membership,
    now: datetime,
    shown: int | None = None,
) -> bool:
    """Start importing the valid rows. Returns False if already started, or if their number is no longer `shown`."""
    with transaction.atomic():
        row = _locked(of.pk)
        if row is None or row.state != State.CHECKED:
            return False
        if shown is not None and counts_of(row)[RowState.GOOD] != shown:
            return False
        row.state, row.member = State.RUNNING, member
        row.steps = [kind for kind in Step.Kind.values if kind in steps]
        row.save(update_fields=["state", "member", "steps"])
        counts = counts_of(row)
        ImportRow.objects.of(row.organisation).filter(of=row, state=RowState.LEFT_OUT).update(
            problem=F("doubt")
        )
        write_by(
            member,
            "candidates.imported",
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
    """Import nothing and delete the rows. Idempotent. Returns False if already started."""
    with transaction.atomic():
        row = _locked(of.pk)
        if row is None:
            return True
        if row.state != State.CHECKED:
            return False
        row.delete()
        return True


def import_some(import_id: int, *, now: datetime) -> bool:
    """Add some of the rows, each once, even if two workers run. Returns whether there are more."""
    batch = _batch(import_id)
    if batch is None:
        return False
    for _turn in range(A_JOB):
        process.check_stop()
        if not _import_one(batch, now=now):
            return False
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    """Data shared by the rows of a job. Each row checks under its lock whether the role is archived."""

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
    """Import one row. Returns False if nothing is left for this worker."""
    with transaction.atomic():
        rows = ImportRow.objects.across_organisations().filter(
            of=batch.of, state=RowState.GOOD, of__state=State.RUNNING
        )
        first = rows.order_by("line").first()
        if first is None:
            _finish(batch.of.pk, State.DONE, now=now)
            return False
        lock_before_adding(role=batch.of.role, address=first.cells.get("email", ""), member=batch.of.member)
        row = rows.select_for_update(of=("self",), no_key=True).filter(pk=first.pk).first()
        if row is None:  # another worker has just imported it, or the person has just been erased
            return True
        try:
            _add(row, batch, now=now)
        except RoleArchived:
            _finish(batch.of.pk, State.STOPPED, now=now)
            return False
        row.save(update_fields=["state", "problem", "application"])
        return True


def _add(row: ImportRow, batch: _Batch, *, now: datetime) -> None:
    of = batch.of
    person, problem = person_of(CsvRow(line=row.line, cells=row.cells))
    if person is None:  # the rules have changed since it was read
        row.state, row.problem = RowState.WRONG, problem
        return
    try:
        row.application = add_and_invite(
            role=of.role, person=person, steps=batch.steps, member=of.member, now=now, import_id=of.pk
        )
        row.state = RowState.IMPORTED
    except AlreadyOnRole as error:
        visible = visible_applications(of.member).filter(pk=error.application.pk).exists()
        row.state, row.problem = RowState.DUPLICATE, _already(error.application, visible=visible)


def _finish(import_id: int, state: CandidateImport.State, *, now: datetime) -> None:
    """Finish the import, unless another worker still has a row."""
    running = CandidateImport.objects.across_organisations().filter(pk=import_id, state=State.RUNNING)
    if state == State.DONE:
        running = running.exclude(rows__state=RowState.GOOD)
    running.update(state=state, finished_at=now)


def running() -> QuerySet[CandidateImport]:
    return CandidateImport.objects.across_organisations().filter(state=State.RUNNING)


def old(*, now: datetime) -> QuerySet[CandidateImport]:
    rows = CandidateImport.objects.across_organisations().filter(created_at__lt=now - KEPT_FOR)
    return rows.exclude(state=State.RUNNING)


def delete_old(*, now: datetime) -> int:
    with transaction.atomic():
        # waits for an import that is just being started, which is then no longer selected
        return locked_to_delete(old(now=now)).delete()[0]


def _locked(import_id: int) -> CandidateImport | None:
    rows = CandidateImport.objects.across_organisations().select_for_update(of=("self",), no_key=True)
    return rows.select_related("organisation").filter(pk=import_id).first()
