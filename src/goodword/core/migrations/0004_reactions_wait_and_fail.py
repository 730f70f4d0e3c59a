from django.db import migrations, models

STATES = [("waiting", "Waiting"), ("done", "Done"), ("failed", "Failed")]

#: jobs of the previous version, which had no rows; failed ones still need a person
ROWS_OF_JOBS = """
INSERT INTO core_reaction (event_id, handler, state, tries, error, not_before)
SELECT DISTINCT ON (event.id, job.args->>'handler')
    event.id, job.args->>'handler', CASE job.status WHEN 'failed' THEN 'failed' ELSE 'waiting' END, 0, '', NULL::timestamptz
FROM procrastinate_jobs job JOIN core_event event ON event.id = (job.args->>'event_id')::bigint
WHERE job.task_name = 'event.react' AND job.status IN ('todo', 'doing', 'failed')
ORDER BY event.id, job.args->>'handler', job.status = 'failed'
ON CONFLICT DO NOTHING
"""


def rows_of_jobs(_, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('procrastinate_jobs')")
        if cursor.fetchone()[0] is not None:
            cursor.execute(ROWS_OF_JOBS)
            cursor.execute("UPDATE core_reaction SET not_before = now() WHERE state = 'waiting'")


class Migration(migrations.Migration):
    dependencies = [("core", "0003_field_key_canary")]

    operations = [
        migrations.AddField("reaction", "error", models.CharField(blank=True, default="", max_length=100)),
        migrations.AddField("reaction", "not_before", models.DateTimeField(null=True)),
        # existing rows are of finished reactions
        migrations.AddField(
            "reaction", "state", models.CharField(choices=STATES, default="done", max_length=10)
        ),
        migrations.AlterField(
            "reaction", "state", models.CharField(choices=STATES, default="waiting", max_length=10)
        ),
        migrations.AddField("reaction", "tries", models.PositiveSmallIntegerField(default=0)),
        migrations.AlterField("reaction", "done_at", models.DateTimeField(null=True)),
        migrations.RunPython(rows_of_jobs, migrations.RunPython.noop),
        migrations.AddIndex(
            "reaction",
            models.Index(condition=models.Q(state="waiting"), fields=["not_before"], name="reaction_waiting"),
        ),
        migrations.AddIndex(
            "reaction",
            models.Index(condition=models.Q(state="failed"), fields=["event"], name="reaction_failed"),
        ),
    ]
