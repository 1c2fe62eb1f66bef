-- Runs once, when the database container is created: roles and database, then the passwords from its environment.
\i /vaste/roles.sql
\getenv owner_password VASTE_OWNER_PASSWORD
\getenv app_password VASTE_APP_PASSWORD
alter role vaste_owner password :'owner_password';
alter role vaste_app password :'app_password';
