from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("workspace", "0009_rating_requests")]

    operations = [
        migrations.AddField(
            model_name="ratingrequest",
            name="declined_hashes",
            field=models.JSONField(default=list),
        ),
        migrations.AlterField(
            model_name="ratingrequest",
            name="reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("no_manager", "No Manager"),
                    ("several", "Several"),
                    ("not_mine", "Not Mine"),
                    ("bounced", "Bounced"),
                    ("unavailable", "Unavailable"),
                    ("cannot", "Cannot"),
                    ("left", "Left"),
                    ("member", "Member"),
                    ("switched_off", "Switched Off"),
                    ("not_hired", "Not Hired"),
                    ("erasure", "Erasure"),
                    ("rated", "Rated"),
                    ("no_questions", "No Questions"),
                ],
                default="",
                max_length=20,
            ),
        ),
    ]
