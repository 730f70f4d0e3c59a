import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("assessments", "0004_attempts_in_parts")]

    operations = [
        migrations.RemoveConstraint(model_name="answer", name="answer_once"),
        migrations.RemoveConstraint(model_name="score", name="score_once"),
        migrations.RemoveField(model_name="answer", name="attempt"),
        migrations.RemoveField(model_name="answer", name="value"),
        migrations.RenameField(model_name="answer", old_name="given", new_name="value"),
        migrations.AlterField(model_name="answer", name="value", field=models.JSONField()),
        migrations.AlterField(
            model_name="answer",
            name="part",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="answers",
                to="assessments.attemptpart",
            ),
        ),
        migrations.RemoveField(model_name="score", name="attempt"),
        migrations.RenameField(model_name="score", old_name="mean", new_name="value"),
        migrations.AlterField(
            model_name="score",
            name="scale",
            field=models.CharField(blank=True, default="", max_length=40),
        ),
        migrations.AlterField(
            model_name="score",
            name="part",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="scores",
                to="assessments.attemptpart",
            ),
        ),
        migrations.AlterField(
            model_name="attempt",
            name="assessment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="attempts",
                to="assessments.assessment",
            ),
        ),
        migrations.RemoveField(model_name="attempt", name="instrument"),
        migrations.RemoveField(model_name="attempt", name="instrument_version"),
        migrations.RemoveField(model_name="attempt", name="form"),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.UniqueConstraint(fields=["part", "item"], name="answer_once"),
        ),
        migrations.AddConstraint(
            model_name="score",
            constraint=models.UniqueConstraint(fields=["part", "scale"], name="score_once"),
        ),
    ]
