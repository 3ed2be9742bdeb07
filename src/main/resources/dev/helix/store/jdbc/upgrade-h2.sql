-- helix-sessions, tables of version 1 for H2 made tables of version 2: whose each session is can be looked up.
-- Done by the first server of the new version, unless helix.jdbc.create is false; by hand: RUNSCRIPT FROM 'upgrade-h2.sql'. Sessions are noted
-- by their owners when these are first listed.

alter table helix_session add column if not exists owner_key varbinary(32);

create index if not exists helix_session_of_owner on helix_session (owner_key, updated_at desc, id desc);

update helix_meta set meta_value = '2' where meta_key = 'schema_version' and meta_value = '1';
