from django.db import migrations, models


def forget_jobs(_, schema_editor):
    """The rows are the queue now; the sweep finds those that wait."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('procrastinate_jobs')")
        if cursor.fetchone()[0] is not None:
            cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name = 'event.react'")


class Migration(migrations.Migration):
    dependencies = [("core", "0004_reactions_wait_and_fail")]

    operations = [
        migrations.RemoveIndex("reaction", "reaction_waiting"),
        migrations.AddIndex(
            "reaction",
            models.Index(condition=models.Q(state="waiting"), fields=["id"], name="reaction_waiting"),
        ),
        migrations.RunPython(forget_jobs, migrations.RunPython.noop),
    ]
