import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("assessments", "0009_deadline_moved_by"),
        ("references", "0007_source_of_the_address"),
        ("reports", "0004_layout_of_report_files"),
    ]

    operations = [
        migrations.AddField(
            model_name="report",
            name="attempt",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="reports",
                to="assessments.attempt",
            ),
        ),
        migrations.AddField(
            model_name="report",
            name="check_run",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="reports",
                to="references.check",
            ),
        ),
    ]
