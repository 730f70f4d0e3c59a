"""The total of an attempt is kept as it was issued."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_who_answers_about_adjustments"),
        ("assessments", "0005_answers_of_parts"),
    ]

    operations = [
        migrations.CreateModel(
            name="IssuedTotal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("off", "No total"),
                            ("categories", "Mean of category means"),
                            ("weights", "Weighted, with a reason"),
                        ],
                        max_length=10,
                    ),
                ),
                ("weights", models.JSONField(default=dict)),
                ("reason", models.TextField(blank=True, default="")),
                ("value", models.TextField(blank=True, default="")),
                (
                    "why_not",
                    models.CharField(
                        blank=True,
                        choices=[("no_count", "No count"), ("no_weight", "No weight")],
                        default="",
                        max_length=10,
                    ),
                ),
                ("portions", models.JSONField(default=list)),
                ("scoring_version", models.CharField(max_length=20)),
                (
                    "attempt",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="issued_total",
                        to="assessments.attempt",
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
                "abstract": False,
            },
        ),
    ]
