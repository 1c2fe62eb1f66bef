-- The two roles and the database, for psql as a superuser; may run any number of times.
-- vaste_owner owns the tables and is used by migrations, tests and backup only. Web and workers connect as vaste_app,
-- which owns nothing and cannot bypass row-level security.
\set ON_ERROR_STOP on

select 'create role vaste_owner login createdb nosuperuser nobypassrls'
 where not exists (select from pg_roles where rolname = 'vaste_owner') \gexec
select 'create role vaste_app login nosuperuser nobypassrls nocreatedb nocreaterole'
 where not exists (select from pg_roles where rolname = 'vaste_app') \gexec
-- Lets the tests, which connect as the owner, take the application's role.
grant vaste_app to vaste_owner;
select 'create database vaste owner vaste_owner'
 where not exists (select from pg_database where datname = 'vaste') \gexec

-- template1 too: the tests' databases are made from it.
\connect template1
alter default privileges for role vaste_owner in schema public
  grant select, insert, update, delete on tables to vaste_app;
alter default privileges for role vaste_owner in schema public grant usage, select on sequences to vaste_app;

\connect vaste
alter schema public owner to vaste_owner;
grant usage on schema public to vaste_app;
alter default privileges for role vaste_owner in schema public
  grant select, insert, update, delete on tables to vaste_app;
alter default privileges for role vaste_owner in schema public grant usage, select on sequences to vaste_app;
