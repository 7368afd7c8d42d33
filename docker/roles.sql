-- The roles of the portal, made by a superuser of the database server; may be run again.
--   portal         owns and migrates the tables; only `migrate` and its like sign in as it
--   portal_app     web, worker and beat: owns nothing, and gets its rights from `migrate`
--   portal_reader  for reports; nobody signs in as it before it has a password
-- The database container runs this when it makes the database. Elsewhere, with both passwords
-- in the environment: psql -d portal -f docker/roles.sql
\set ON_ERROR_STOP on
\getenv owner_password POSTGRES_PASSWORD
\getenv application_password APPLICATION_PASSWORD
SELECT format('CREATE ROLE %I', name)
FROM unnest(ARRAY['portal', 'portal_app', 'portal_reader']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
ALTER ROLE portal LOGIN PASSWORD :'owner_password';
ALTER ROLE portal_app LOGIN PASSWORD :'application_password';
ALTER ROLE portal_reader LOGIN;
SELECT format('ALTER DATABASE %I OWNER TO portal', current_database()) \gexec
