-- Rights of the application's database role, where it is not the owner of the tables (docs/operating.md, Two database
-- roles). Run as the owner after every `goodword migrate`:
--   psql "$OWNER_DATABASE_URL" --set=ON_ERROR_STOP=1 --file=grants.sql
-- Replace goodword_app if your role has another name.

GRANT USAGE ON SCHEMA public TO goodword_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO goodword_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO goodword_app;
SET client_min_messages = error; -- no warning for each function of the extension, which everybody may call
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO goodword_app;
RESET client_min_messages;

-- The audit log: insert and select. Only the function prune_audit_log deletes old entries.
REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON accounts_auditentry FROM goodword_app;
-- Only the owner records applied migrations.
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON django_migrations FROM goodword_app;
