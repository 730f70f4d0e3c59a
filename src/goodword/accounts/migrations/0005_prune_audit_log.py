"""The only way in which the application deletes entries of its audit log.

The function runs with the rights of its owner, so the application's role needs neither DELETE nor UPDATE on the table
(docs/operating.md). It never deletes entries younger than 6 months, or sign-ins younger than 30 days.
Names are qualified, since the caller could put tables of the same name before them.
"""

from django.db import migrations

CREATE = r"""
DO $do$ BEGIN EXECUTE format($sql$
CREATE FUNCTION %1$I.prune_audit_log(as_of timestamptz, sign_in_days integer) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
    WITH gone AS (
        DELETE FROM %1$I.accounts_auditentry AS entry
        USING %1$I.accounts_organisation AS organisation
        WHERE organisation.id = entry.organisation_id
        AND (
            entry.at < least(as_of, now()) - make_interval(months => greatest(organisation.audit_months::integer, 6))
            OR (
                entry.action LIKE 'sign\_in.%%'
                AND entry.at < least(as_of, now()) - make_interval(days => greatest(sign_in_days, 30))
            )
        )
        RETURNING 1
    )
    SELECT count(*) FROM gone
$body$ $sql$, current_schema()); END $do$;
REVOKE ALL ON FUNCTION prune_audit_log(timestamptz, integer) FROM PUBLIC;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_daily_digest")]

    operations = [
        migrations.RunSQL(CREATE, "DROP FUNCTION prune_audit_log(timestamptz, integer)"),
    ]
