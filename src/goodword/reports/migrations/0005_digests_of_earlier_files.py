from django.db import migrations


class Migration(migrations.Migration):
    """Files issued before there were signatures are verified by their digest."""

    dependencies = [("reports", "0004_signatures")]

    operations = [
        migrations.RunSQL(
            """
            INSERT INTO reports_issuedfile (organisation_id, report_id, sha256, covered_sha256, issued_at)
            SELECT file.organisation_id, file.report_id, file.sha256, '', coalesce(report.ready_at, report.created_at)
            FROM reports_reportfile AS file JOIN reports_report AS report ON report.id = file.report_id
            ON CONFLICT (sha256) DO NOTHING
            """,
            migrations.RunSQL.noop,
        )
    ]
