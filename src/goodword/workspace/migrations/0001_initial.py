"""The tables of members' pages, and the triggers that keep `ListedApplication`.

`workspace_listed_now` computes each row from the application, its steps and its runs, by the rules of
`workspace.progress` and `workflow.models.status` (a test compares them). `refresh_listed_application` stores what it
says. Triggers call that for each application that a transaction has changed, when the transaction ends: it then holds
all the locks that it needs, so that two transactions on the same candidate cannot wait for each other.
"""

import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

COLUMNS = (
    "role_id, status, stage_name, recruiter_name, created_at, private, sort_name, assessment_state, check_state, "
    "assessment_due, check_due, assessment_at, check_at, assessment_overdue_since, next_reminder_at, urgency, "
    "urgency_order"
)


def _of(table: str) -> str:
    return ", ".join(f"{table}.{column}" for column in COLUMNS.split(", "))


#: the latest request and run of a step, and its state. Columns are listed, since those a view reads can't be altered
STEP = """
LEFT JOIN LATERAL (
    SELECT request.id, request.state, request.due_at, request.requested_at, request.step_id,
        request.waiting_reason = 'unpublished' OR request.waiting_reason IN ({blocking})
        AND step.on_leave = 'pause' AND application.stage_id IS NOT NULL AS needs_stage
    FROM workflow_steprequest request JOIN roles_step step ON step.id = request.step_id
    WHERE request.application_id = application.id AND step.kind = '{kind}'
    ORDER BY request.id DESC LIMIT 1
) {name}_request ON true
LEFT JOIN LATERAL (
    SELECT id, progress, attention, opened_at, invited_at, deadline_at, completed_at, paused_at, closed_at,
        clock_stopped_at, {own}
    FROM {table} WHERE step_request_id = {name}_request.id ORDER BY id DESC LIMIT 1
) {name}_run ON true
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN {name}_request.id IS NULL THEN 5 -- not started
        WHEN {name}_run.id IS NULL THEN CASE
            WHEN {name}_request.state = 'reused' THEN 6 -- done
            WHEN ended THEN 7 -- closed
            WHEN {name}_request.due_at IS NOT NULL OR {name}_request.state = 'started' THEN 2 -- waiting
            WHEN {name}_request.needs_stage AND application.connection_id IS NOT NULL AND NOT EXISTS (
                SELECT FROM roles_stagerule rule JOIN roles_automation automation ON automation.id = rule.automation_id
                WHERE rule.step_id = {name}_request.step_id AND rule.stage_id = application.stage_id
                AND automation.connection_id = application.connection_id AND automation.job_id = application.job_id
            ) THEN 4 -- left the stage before it could start: paused
            ELSE 0 -- needs attention
        END
        WHEN {name}_run.progress IN ('completed', 'marked_complete') THEN 6
        WHEN {name}_run.progress = 'declined' OR {name}_run.closed_at IS NOT NULL THEN 7
        WHEN {name}_run.attention = 'cannot_provide' THEN 0
        WHEN {name}_run.attention <> '' AND {name}_run.paused_at IS NULL AND NOT ended THEN 0
        WHEN {name}_run.paused_at IS NOT NULL THEN 4 -- paused
        WHEN {name}_run.progress = 'pending' THEN 2
        ELSE 3 -- in progress
    END AS state
) {name}
CROSS JOIN LATERAL (
    SELECT
        CASE
            WHEN {name}_run.id IS NULL THEN {name}_request.requested_at
            ELSE coalesce(
                {name}_run.completed_at, {name}_run.closed_at, {name}_run.paused_at, {open_at}
            )
        END AS at,
        CASE
            WHEN {name}.state IN (2, 3) AND {name}_run.clock_stopped_at IS NULL
            AND ({name}_run.invited_at IS NOT NULL OR {name}_run.progress <> 'pending')
            THEN {name}_run.deadline_at
        END AS due,
        CASE
            WHEN {name}.state IN (2, 3) AND {name}_run.clock_stopped_at IS NULL
            AND ({name}_run.invited_at IS NOT NULL OR {name}_run.progress <> 'pending') THEN 1
            ELSE {name}.state
        END AS urgency
) {name}_times
"""
#: workflow.domain.eligibility.BLOCKING_REASONS
BLOCKING = "'prospect', 'no_address', 'may_not_email', 'link_in_name'"
ASSESSMENT = STEP.format(
    blocking=BLOCKING,
    name="assessment",
    kind="assessment",
    table="assessments_attempt",
    open_at="assessment_run.begun_at, assessment_run.opened_at",
    own="begun_at, deadline_moved_by",
)
CHECK = STEP.format(
    blocking=BLOCKING,
    name="reference",
    kind="reference_check",
    table="references_check",
    open_at="reference_run.clock_stopped_at, reference_run.deadline_at",
    own="next_reminder_at",
)

VIEW = f"""
CREATE VIEW workspace_listed_now AS
SELECT
    application.id AS application_id,
    application.organisation_id,
    application.role_id,
    application.status,
    application.stage_name,
    application.recruiter_name,
    application.created_at,
    candidate.private,
    without_accents(candidate.last_name || ' ' || coalesce(nullif(candidate.preferred_name, ''), candidate.first_name))
        AS sort_name,
    assessment.state AS assessment_state,
    reference.state AS check_state,
    assessment_times.due AS assessment_due,
    reference_times.due AS check_due,
    assessment_times.at AS assessment_at,
    reference_times.at AS check_at,
    CASE WHEN assessment_times.due IS NOT NULL
        THEN assessment_run.deadline_at - assessment_run.deadline_moved_by END AS assessment_overdue_since,
    CASE WHEN reference_run.progress IN ('pending', 'in_progress') AND reference_run.closed_at IS NULL
        AND reference_run.paused_at IS NULL
        THEN least(
            reference_run.next_reminder_at,
            (SELECT min(next_reminder_at) FROM references_referencerequest WHERE check_run_id = reference_run.id)
        ) END AS next_reminder_at,
    urgent.urgency + CASE WHEN ended THEN 10 ELSE 0 END AS urgency,
    CASE WHEN urgent.urgency = 1
        THEN (extract(epoch FROM least(assessment_times.due, reference_times.due)) * 1000000)::bigint
        ELSE -(extract(epoch FROM application.created_at) * 1000000)::bigint END AS urgency_order
FROM candidates_application application
JOIN candidates_candidate candidate ON candidate.id = application.candidate_id
CROSS JOIN LATERAL (
    SELECT application.status <> 'active' OR application.erasure_requested_at IS NOT NULL OR application.erased_at IS NOT NULL
        AS ended
) outcome
{ASSESSMENT}
{CHECK}
CROSS JOIN LATERAL (SELECT least(assessment_times.urgency, reference_times.urgency) AS urgency) urgent
"""  # noqa: S608  # only constants of this module

REFRESH = f"""
CREATE FUNCTION refresh_listed_application(wanted bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    -- locked first: the next statement then sees what others have committed meanwhile
    PERFORM 1 FROM workspace_listedapplication WHERE application_id = wanted FOR NO KEY UPDATE;
    UPDATE workspace_listedapplication listed SET ({COLUMNS}) = (SELECT {COLUMNS} FROM workspace_listed_now fresh
        WHERE fresh.application_id = wanted)
    WHERE listed.application_id = wanted AND EXISTS (
        SELECT {COLUMNS} FROM workspace_listed_now fresh WHERE fresh.application_id = wanted
        EXCEPT SELECT {COLUMNS} FROM workspace_listedapplication stored WHERE stored.application_id = wanted
    );
END $$;
-- those whose state may depend on their stage; `stages`: only in these, or NULL. All at once, since there may be thousands
CREATE FUNCTION refresh_waiting_applications(step bigint, stages bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    wanted bigint[] := ARRAY(
        SELECT request.application_id FROM workflow_steprequest request
        JOIN candidates_application application ON application.id = request.application_id
        WHERE request.step_id = step AND request.state = 'waiting' AND request.due_at IS NULL
        AND request.waiting_reason IN ('unpublished', {BLOCKING})
        AND (stages IS NULL OR application.stage_id = ANY(stages))
    );
BEGIN
    PERFORM 1 FROM workspace_listedapplication WHERE application_id = ANY(wanted) ORDER BY application_id
    FOR NO KEY UPDATE;
    UPDATE workspace_listedapplication listed SET ({COLUMNS}) = ROW({_of("fresh")})
    FROM workspace_listed_now fresh
    WHERE listed.application_id = fresh.application_id AND fresh.application_id = ANY(wanted)
    AND ROW({_of("listed")}) IS DISTINCT FROM ROW({_of("fresh")});
END $$;
CREATE FUNCTION list_application() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO workspace_listedapplication (application_id, organisation_id, {COLUMNS})
    SELECT application_id, organisation_id, {COLUMNS} FROM workspace_listed_now WHERE application_id = NEW.id
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE FUNCTION listed_application_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed record := coalesce(NEW, OLD);
BEGIN
    CASE TG_TABLE_NAME
        WHEN 'candidates_application' THEN
            PERFORM refresh_listed_application(changed.id);
        WHEN 'candidates_candidate' THEN
            PERFORM refresh_listed_application(id) FROM candidates_application WHERE candidate_id = changed.id
            ORDER BY id; -- the order of all locks
        WHEN 'workflow_steprequest' THEN
            PERFORM refresh_listed_application(changed.application_id);
        WHEN 'roles_step' THEN
            PERFORM refresh_waiting_applications(changed.id, NULL);
        WHEN 'roles_stagerule' THEN
            PERFORM refresh_waiting_applications(changed.step_id, ARRAY[OLD.stage_id, NEW.stage_id]);
        WHEN 'references_referencerequest' THEN
            PERFORM refresh_listed_application(request.application_id) FROM references_check run
            JOIN workflow_steprequest request ON request.id = run.step_request_id
            WHERE run.id = changed.check_run_id;
        ELSE -- runs
            PERFORM refresh_listed_application(application_id) FROM workflow_steprequest
            WHERE id = changed.step_request_id;
    END CASE;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER list_application AFTER INSERT ON candidates_application
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION list_application();
"""  # noqa: S608  # only constants of this module

#: tables without a trigger for added and deleted rows: those of candidates have their own, and a new step has no requests
ONLY_CHANGED = {"candidates_application", "candidates_candidate", "roles_step"}
#: table -> columns that matter
WATCHED = {
    "candidates_application": "role_id status stage_name recruiter_name created_at candidate_id erasure_requested_at erased_at "
    "connection_id job_id stage_id",
    "candidates_candidate": "first_name last_name preferred_name private",
    "workflow_steprequest": "application_id step_id state due_at requested_at waiting_reason",
    "assessments_attempt": "progress attention invited_at deadline_at deadline_moved_by opened_at begun_at completed_at "
    "paused_at closed_at clock_stopped_at",
    "references_check": "progress attention invited_at deadline_at completed_at paused_at closed_at clock_stopped_at "
    "next_reminder_at",
    "references_referencerequest": "next_reminder_at check_run_id",
    "roles_stagerule": "automation_id step_id stage_id",
    "roles_step": "on_leave",
}


def _triggers() -> str:
    found = []
    for table, columns in WATCHED.items():
        changed = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in columns.split())
        events = {"listed_application_changed": f"UPDATE ON {table}", "listed_application_rows": ""}
        if table not in ONLY_CHANGED:
            events["listed_application_rows"] = f"INSERT OR DELETE ON {table}"
        for name, event in events.items():
            if event:
                when = f"WHEN ({changed})" if event.startswith("UPDATE") else ""
                found.append(
                    f"CREATE CONSTRAINT TRIGGER {name} AFTER {event} DEFERRABLE INITIALLY DEFERRED FOR EACH ROW {when} "
                    "EXECUTE FUNCTION listed_application_changed();"
                )
    return "\n".join(found)


UNDO = """
DROP FUNCTION list_application() CASCADE;
DROP FUNCTION listed_application_changed() CASCADE;
DROP FUNCTION refresh_waiting_applications(bigint, bigint[]);
DROP FUNCTION refresh_listed_application(bigint);
DROP VIEW workspace_listed_now;
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("assessments", "0001_initial"),
        ("candidates", "0001_initial"),
        ("references", "0001_initial"),
        ("roles", "0001_initial"),
        ("workflow", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="CandidateImport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("checked", "Checked"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("stopped", "Stopped"),
                        ],
                        default="checked",
                        max_length=10,
                    ),
                ),
                ("ignored", models.JSONField(default=list)),
                ("guessed", models.BooleanField(default=False)),
                ("steps", models.JSONField(default=list)),
                ("created_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
                (
                    "role",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="roles.role"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["created_at"], name="candidate_import_age"),
                    models.Index(
                        condition=models.Q(("state", "running")), fields=["id"], name="candidate_import_runs"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Comment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.TextField()),
                ("written_at", models.DateTimeField()),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="comments",
                        to="candidates.application",
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["application", "written_at"], name="comment_of_application")
                ],
            },
        ),
        migrations.CreateModel(
            name="HiddenNeed",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("source", models.CharField(max_length=30)),
                ("need_id", models.BigIntegerField()),
                ("until", models.DateTimeField()),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("member", "source", "need_id"), name="hidden_need_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("line", models.PositiveIntegerField()),
                ("cells", models.JSONField()),
                ("email", models.CharField(blank=True, default="", max_length=500)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("good", "Good"),
                            ("duplicate", "Duplicate"),
                            ("wrong", "Wrong"),
                            ("left_out", "Left Out"),
                            ("imported", "Imported"),
                        ],
                        max_length=10,
                    ),
                ),
                ("problem", models.TextField(blank=True, default="")),
                ("doubt", models.TextField(blank=True, db_default="", default="")),
                (
                    "application",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="candidates.application",
                    ),
                ),
                (
                    "of",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="workspace.candidateimport",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["of", "state", "line"], name="import_row_state"),
                    models.Index(
                        models.F("organisation"),
                        django.db.models.functions.text.Upper("email"),
                        name="import_row_address",
                    ),
                ],
                "constraints": [models.UniqueConstraint(fields=("of", "line"), name="import_row_once")],
            },
        ),
        migrations.CreateModel(
            name="ListedApplication",
            fields=[
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="listed",
                        serialize=False,
                        to="candidates.application",
                    ),
                ),
                ("status", models.CharField(max_length=20)),
                ("stage_name", models.CharField(max_length=200)),
                ("recruiter_name", models.CharField(max_length=200)),
                ("created_at", models.DateTimeField()),
                ("private", models.BooleanField()),
                ("sort_name", models.TextField()),
                ("assessment_state", models.PositiveSmallIntegerField()),
                ("check_state", models.PositiveSmallIntegerField()),
                ("assessment_due", models.DateTimeField(null=True)),
                ("check_due", models.DateTimeField(null=True)),
                ("assessment_at", models.DateTimeField(null=True)),
                ("check_at", models.DateTimeField(null=True)),
                ("assessment_overdue_since", models.DateTimeField(null=True)),
                ("next_reminder_at", models.DateTimeField(null=True)),
                ("urgency", models.PositiveSmallIntegerField()),
                ("urgency_order", models.BigIntegerField()),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
                (
                    "role",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="roles.role",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["organisation", "role", "urgency", "urgency_order", "application"],
                        name="listed_role_urgent",
                    ),
                    models.Index(
                        fields=["organisation", "urgency", "urgency_order", "application"],
                        name="listed_urgent",
                    ),
                    models.Index(
                        fields=["organisation", "role", "sort_name", "application"], name="listed_role_named"
                    ),
                    models.Index(fields=["organisation", "sort_name", "application"], name="listed_named"),
                    models.Index(
                        fields=["organisation", "role", "created_at", "application"], name="listed_role_added"
                    ),
                    models.Index(fields=["organisation", "created_at", "application"], name="listed_added"),
                    models.Index(
                        fields=["organisation", "role", "stage_name", "application"],
                        name="listed_role_stages",
                    ),
                    models.Index(fields=["organisation", "stage_name", "application"], name="listed_stages"),
                    models.Index(
                        fields=["organisation", "role", "recruiter_name"], name="listed_role_recruiters"
                    ),
                    models.Index(fields=["organisation", "recruiter_name"], name="listed_recruiters"),
                    models.Index(
                        fields=[
                            "organisation",
                            "role",
                            "status",
                            "assessment_state",
                            "check_state",
                            "private",
                            "assessment_due",
                            "check_due",
                        ],
                        name="listed_states",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Mention",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("seen_at", models.DateTimeField(null=True)),
                (
                    "comment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mentions",
                        to="workspace.comment",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("seen_at", None)), fields=["member"], name="mention_not_seen"
                    )
                ],
                "constraints": [models.UniqueConstraint(fields=("comment", "member"), name="mentioned_once")],
            },
        ),
        migrations.CreateModel(
            name="RatingRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("needs_rater", "Needs Rater"),
                            ("asked", "Asked"),
                            ("given", "Given"),
                            ("declined", "Declined"),
                            ("not_given", "Not Given"),
                            ("stopped", "Stopped"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("no_manager", "No Manager"),
                            ("several", "Several"),
                            ("not_mine", "Not Mine"),
                            ("bounced", "Bounced"),
                            ("unavailable", "Unavailable"),
                            ("cannot", "Cannot"),
                            ("left", "Left"),
                            ("member", "Member"),
                            ("switched_off", "Switched Off"),
                            ("not_hired", "Not Hired"),
                            ("erasure", "Erasure"),
                            ("rated", "Rated"),
                            ("no_questions", "No Questions"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                ("rater_name", models.CharField(blank=True, default="", max_length=150)),
                ("rater_email", models.EmailField(blank=True, default="", max_length=320)),
                ("language", models.CharField(default="en", max_length=10)),
                ("declined_hashes", models.JSONField(default=list)),
                ("rated_hash", models.CharField(blank=True, default="", max_length=150)),
                ("round", models.PositiveSmallIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                ("asked_at", models.DateTimeField(null=True)),
                ("reminders", models.PositiveSmallIntegerField(default=0)),
                ("reminded_at", models.DateTimeField(null=True)),
                ("ends_at", models.DateTimeField(null=True)),
                ("next_at", models.DateTimeField(null=True)),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rating_request",
                        to="candidates.application",
                    ),
                ),
                (
                    "named_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("next_at__isnull", False)),
                        fields=["next_at"],
                        name="rating_request_due",
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ["needs_rater", "asked"])),
                        fields=["organisation", "created_at"],
                        name="rating_request_open",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("query", models.CharField(max_length=1000)),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
                (
                    "role",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="roles.role",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("member", "role", "name"), name="saved_view_once", nulls_distinct=False
                    )
                ],
            },
        ),
        migrations.RunSQL(VIEW + ";" + REFRESH + _triggers(), UNDO),
    ]
