import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("greenhouse", "0010_name_reconciliation"),
        ("reports", "0001_initial"),
    ]

    operations = [
        migrations.RemoveConstraint("feedpost", "feed_report_or_test"),
        migrations.RemoveIndex("feedpost", "feed_due"),
        migrations.RemoveIndex("feedpost", "feed_look_again"),
        migrations.RenameModel("FeedPost", "ActivityFeedNote"),
        migrations.RenameField("activityfeednote", "trouble", "failure_reason"),
        migrations.RenameField("activityfeednote", "look_again_at", "search_duplicates_at"),
        migrations.RenameField("activityfeednote", "double_remote_ids", "duplicate_remote_ids"),
        migrations.RenameField("activityfeednote", "doubles_seen_at", "duplicates_seen_at"),
        migrations.AlterField(
            "activityfeednote",
            "connection",
            models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="activity_feed_notes",
                to="greenhouse.connection",
            ),
        ),
        migrations.AlterField(
            "activityfeednote",
            "report",
            models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="activity_feed_note",
                to="reports.report",
            ),
        ),
        migrations.AddConstraint(
            "activityfeednote",
            models.CheckConstraint(
                condition=models.Q(report=None, candidate_remote_id__isnull=False)
                | models.Q(report__isnull=False, candidate_remote_id=None),
                name="note_report_or_test",
            ),
        ),
        migrations.AddIndex(
            "activityfeednote",
            models.Index(
                fields=["not_before"], name="note_due", condition=models.Q(state__in=["queued", "sending"])
            ),
        ),
        migrations.AddIndex(
            "activityfeednote",
            models.Index(
                fields=["search_duplicates_at"],
                name="note_duplicates_due",
                condition=models.Q(search_duplicates_at__isnull=False),
            ),
        ),
    ]
