from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("questionnaires", "0003_versions_were_published")]
    operations = [
        migrations.AddConstraint(
            model_name="questionnaireversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("published_at", None)),
                fields=("questionnaire", "language"),
                name="questionnaire_draft_once",
            ),
        ),
    ]
