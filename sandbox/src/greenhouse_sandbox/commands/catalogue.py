from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.commands import applications, jobs, offers, people
from greenhouse_sandbox.commands.wanted import Wanted
from greenhouse_sandbox.store import Store

ALWAYS = {"act", "user", "at"}
WHICH = "application_id candidate candidate_id job"


@dataclass(frozen=True)
class Command:
    run: Callable[[Wanted], dict[str, Any]]
    members: str
    text: str


COMMANDS: dict[str, Command] = {
    "apply": Command(
        people.apply,
        "candidate candidate_id first_name last_name email phone private job stage source post",
        "applies to `job` as a new candidate, or as an existing `candidate`",
    ),
    "add_prospect": Command(
        people.add_prospect,
        "candidate candidate_id first_name last_name email jobs",
        "adds a prospect for no, one or several `jobs`",
    ),
    "convert": Command(applications.convert, f"{WHICH} stage", "makes a prospect a candidate of `job`"),
    "move": Command(applications.move, f"{WHICH} stage", "moves to `stage` (id or name) of the same job"),
    "advance": Command(applications.advance, WHICH, "moves to the next stage"),
    "transfer": Command(
        applications.transfer, f"{WHICH} to_job stage", "moves to `to_job`, at its first stage or at `stage`"
    ),
    "reject": Command(applications.reject, f"{WHICH} reason notes", "rejects, for `reason` (id or name)"),
    "unreject": Command(applications.unreject, WHICH, "undoes a rejection"),
    "hire": Command(applications.hire, WHICH, "hires"),
    "unhire": Command(applications.unhire, WHICH, "undoes a hire"),
    "edit_application": Command(
        applications.edit,
        f"{WHICH} recruiter coordinator credited_to source custom_fields",
        "changes recruiter, coordinator, credit, source (null removes it) or custom fields",
    ),
    "delete_application": Command(applications.delete, WHICH, "removes the candidate from the job"),
    "note": Command(applications.note, f"{WHICH} body visibility", "adds a note to the Activity Feed"),
    "update_candidate": Command(
        people.update,
        "candidate candidate_id first_name last_name email private",
        "changes name, e-mail address or privacy",
    ),
    "merge": Command(people.merge, "candidate candidate_id into", "merges `candidate` into another"),
    "anonymise": Command(people.anonymise, "candidate candidate_id", "blanks the personal details"),
    "delete_candidate": Command(people.delete, "candidate candidate_id", "deletes with all applications"),
    "create_job": Command(
        jobs.create,
        "name requisition_id department offices stages recruiter coordinator hiring_manager",
        "opens a job",
    ),
    "edit_job": Command(
        jobs.edit,
        "job name requisition_id notes confidential department offices recruiter coordinator sourcer",
        "changes a job or its hiring team",
    ),
    "close_job": Command(
        jobs.close, "job reject_for", "closes a job; with a reason, `reject_for`, rejects its candidates"
    ),
    "reopen_job": Command(jobs.reopen, "job", "opens a closed or draft job"),
    "delete_job": Command(jobs.delete, "job", "deletes a closed job with everything that belongs to it"),
    "add_stage": Command(jobs.add_stage, "job name place", "adds a stage, at `place` (from 0) or at the end"),
    "rename_stage": Command(jobs.rename_stage, "job stage name", "renames a stage"),
    "place_stage": Command(jobs.place_stage, "job stage place", "moves a stage to another `place` (from 0)"),
    "delete_stage": Command(
        jobs.delete_stage, "job stage to_stage", "removes a stage; its candidates move to `to_stage`"
    ),
    "create_post": Command(jobs.create_post, "job title location live internal", "creates a job post"),
    "edit_post": Command(jobs.edit_post, "post_id title location live", "changes a post"),
    "delete_post": Command(jobs.delete_post, "post_id", "deletes a post that is not live"),
    "delete_department": Command(jobs.delete_department, "department", "deletes a department"),
    "delete_office": Command(jobs.delete_office, "office", "deletes an office"),
    "change_user": Command(
        people.change_user, "who site_admin deactivated", "makes `who` Site Admin or deactivated, or not"
    ),
    "create_offer": Command(offers.create, f"{WHICH} starts_on notes", "makes an offer or its next version"),
    "approve_offer": Command(offers.approve, f"{WHICH} offer_id", "approves the open offer"),
    "accept_offer": Command(offers.accept, f"{WHICH} offer_id", "accepts the open offer, which hires"),
    "reject_offer": Command(offers.decline, f"{WHICH} offer_id", "rejects the open offer"),
    "delete_offer": Command(offers.delete, "offer_id", "deletes an offer"),
    "schedule_interview": Command(offers.schedule, WHICH, "books an interview"),
    "cancel_interview": Command(offers.cancel, "interview_id", "cancels an interview"),
    "write_scorecard": Command(offers.write_scorecard, f"{WHICH} rating", "writes a scorecard"),
    "delete_scorecard": Command(offers.delete_scorecard, "scorecard_id", "deletes a scorecard"),
}
"""Acts by name. To add an act, add a line here."""


def carry_out(store: Store, order: dict[str, Any]) -> dict[str, Any]:
    """Return the ids of what changed. Hold the store's lock. After a RefusedError nothing has changed."""
    name = order.get("act")
    command = COMMANDS.get(str(name))
    if command is None:
        raise RefusedError("act", f"knows no {name!r}. Known: {', '.join(COMMANDS)}")
    unknown = order.keys() - ALWAYS - set(command.members.split())
    if unknown:
        raise RefusedError(
            ", ".join(sorted(unknown)),
            f"is not a field of {name}. Known: {command.members.replace(' ', ', ')}",
        )
    return command.run(Wanted(store, order))
