from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("greenhouse", "0009_refusals_of_a_note")]

    operations = [
        migrations.RenameField("reconciliation", "asked_by", "requested_by"),
        migrations.RemoveIndex("finding", "finding_asked"),
        migrations.RenameField("finding", "start_asked_at", "start_requested_at"),
        migrations.RenameField("finding", "start_asked_by", "start_requested_by"),
        migrations.AddIndex(
            "finding",
            models.Index(
                fields=["connection", "start_requested_at"],
                name="finding_start_requested",
                condition=models.Q(state="waiting", start_requested_at__isnull=False),
            ),
        ),
        migrations.AlterField(
            "finding",
            "state",
            models.CharField(
                choices=[
                    ("synced", "Synced"),
                    ("waiting", "Waiting"),
                    ("dismissed", "Dismissed"),
                    ("obsolete", "Obsolete"),
                ],
                max_length=10,
            ),
        ),
    ]
