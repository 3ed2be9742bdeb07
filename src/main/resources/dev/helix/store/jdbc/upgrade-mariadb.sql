-- helix-sessions, tables of version 1 for MariaDB made tables of version 2: whose each session is can be looked up.
-- Done by the first server of the new version, unless helix.jdbc.create is false; by hand: mariadb DATABASE < upgrade-mariadb.sql. Sessions are noted
-- by their owners when these are first listed.

alter table helix_session add column owner_key binary(32),
  add key helix_session_of_owner (owner_key, updated_at, id);

update helix_meta set meta_value = '2' where meta_key = 'schema_version' and meta_value = '1';
