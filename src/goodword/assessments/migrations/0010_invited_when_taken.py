"""Sets `invited_at` of existing attempts, except those whose invitation is waiting or failed."""

from django.db import migrations, models
from django.db.models import F


def mark_invited(apps, _editor):
    attempts = apps.get_model("assessments", "Attempt")._default_manager
    mails = apps.get_model("notifications", "Email")._default_manager
    attempts.update(invited_at=F("opened_at"))
    waiting = mails.filter(kind="assessment.invitation", state__in=["queued", "sending", "failed"])
    for mail in waiting.iterator():
        pk = int(mail.key.split(":")[1])
        attempt = attempts.filter(pk=pk, progress="pending").select_related("start__step").first()
        if attempt is None:
            continue
        attempts.filter(pk=pk).update(invited_at=None, next_reminder_at=None)
        if mail.state == "failed" and attempt.attention == "":
            attempts.filter(pk=pk).update(attention="not_sent")
        mails.filter(pk=mail.pk).update(
            deadline_days=attempt.start.step.deadline_days, earliest_deadline=attempt.deadline_at
        )


class Migration(migrations.Migration):
    dependencies = [
        ("assessments", "0009_deadline_moved_by"),
        ("notifications", "0007_deadlines_of_mails"),
    ]

    operations = [
        migrations.AddField(model_name="attempt", name="invited_at", field=models.DateTimeField(null=True)),
        migrations.RunPython(mark_invited, migrations.RunPython.noop),
    ]
