"""Items that do not count, because the line broke while they were on screen and nothing is drawn anew."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("assessments", "0007_totals_of_before"),
    ]

    operations = [
        migrations.AddField(
            model_name="attemptpart",
            name="void",
            field=models.JSONField(blank=True, default=list),
        ),
    ]
