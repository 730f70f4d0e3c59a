from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("greenhouse", "0012_name_delivery")]

    operations = [
        migrations.RemoveIndex("finding", "finding_start_requested"),
        migrations.RenameField("finding", "start_requested_at", "invite_requested_at"),
        migrations.RenameField("finding", "start_requested_by", "invite_requested_by"),
        migrations.AddIndex(
            "finding",
            models.Index(
                fields=["connection", "invite_requested_at"],
                name="finding_invite_requested",
                condition=models.Q(state="waiting", invite_requested_at__isnull=False),
            ),
        ),
        migrations.AlterField(
            "finding",
            "kind",
            models.CharField(
                choices=[
                    ("missed_invitation", "Missed Invitation"),
                    ("missed_change", "Missed Change"),
                    ("missed_end", "Missed End"),
                    ("not_visible", "Not Visible"),
                    ("job_changed", "Job Changed"),
                ],
                max_length=20,
            ),
        ),
    ]
