"""Sets `invited_at` of existing checks and requests, except those whose mail is waiting or failed."""

from django.db import migrations, models
from django.db.models import F

WAITS = ["queued", "sending", "failed"]


def mark_invited(apps, _editor):
    checks = apps.get_model("references", "Check")._default_manager
    requests = apps.get_model("references", "ReferenceRequest")._default_manager
    mails = apps.get_model("notifications", "Email")._default_manager
    checks.update(invited_at=F("opened_at"))
    requests.update(invited_at=F("sent_at"))
    for mail in mails.filter(kind="references.invitation", state__in=WAITS).iterator():
        pk = int(mail.key.split(":")[1])
        check = checks.filter(pk=pk, progress="pending").select_related("start__step").first()
        if check is None:
            continue
        checks.filter(pk=pk).update(invited_at=None, next_reminder_at=None)
        if mail.state == "failed" and check.attention == "":
            checks.filter(pk=pk).update(attention="not_sent")
        mails.filter(pk=mail.pk).update(
            deadline_days=check.start.step.deadline_days, earliest_deadline=check.deadline_at
        )
    for mail in mails.filter(kind="references.request", state__in=WAITS).iterator():
        rows = requests.filter(pk=mail.link_subject_id or 0, state="sent")
        request = rows.select_related("check_run__start__step").first()
        if request is None:
            continue
        rows.update(invited_at=None, next_reminder_at=None, slow_at=None)
        mails.filter(pk=mail.pk).update(
            deadline_days=request.check_run.start.step.referee_deadline_days,
            earliest_deadline=request.deadline_at,
        )


class Migration(migrations.Migration):
    dependencies = [
        ("references", "0008_erasure_asked_under_a_hold"),
        ("notifications", "0007_deadlines_of_mails"),
    ]

    operations = [
        migrations.AddField(model_name="check", name="invited_at", field=models.DateTimeField(null=True)),
        migrations.AddField(
            model_name="referencerequest", name="invited_at", field=models.DateTimeField(null=True)
        ),
        migrations.RunPython(mark_invited, migrations.RunPython.noop),
    ]
