from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("assessments", "0009_open_text_and_panel_steps"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="attempt",
            index=models.Index(
                condition=models.Q(("completed_at__isnull", False)),
                fields=["organisation", "completed_at", "id"],
                name="attempt_done",
            ),
        ),
    ]
