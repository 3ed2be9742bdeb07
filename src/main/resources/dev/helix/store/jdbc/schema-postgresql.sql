-- helix-sessions, tables for PostgreSQL, version 2. Created at the start where they are missing,
-- unless helix.jdbc.create is false; by hand: psql -f schema-postgresql.sql. Running it again does nothing.
-- Times are microseconds since 1970. Ids are compared by their bytes.

create table if not exists helix_meta (
  meta_key varchar(40) collate "C" not null,
  meta_value varchar(200) not null,
  primary key (meta_key)
);

-- state is status.json, except for the time of last use, which is updated_at. holder is a hash of
-- the conversation and the owner; epoch names this creation of the session. owner_key is a hash of the owner,
-- null where a program of version 1 made the session.
create table if not exists helix_session (
  id varchar(200) collate "C" not null,
  epoch varchar(32) not null,
  log_length bigint not null,
  updated_at bigint not null,
  holder bytea not null,
  owner_key bytea,
  state bytea not null,
  primary key (id)
);

create index if not exists helix_session_last_use on helix_session (updated_at desc, id desc);

create index if not exists helix_session_of_owner on helix_session (owner_key, updated_at desc, id desc);

-- Without a foreign key, which costs as much again as an append: whoever adds or removes messages has
-- their session's row locked.
create table if not exists helix_message (
  session_id varchar(200) collate "C" not null,
  seq bigint not null,
  element_json bytea not null,
  primary key (session_id, seq)
);

create table if not exists helix_file (
  session_id varchar(200) collate "C" not null references helix_session (id) on delete cascade,
  path_digest bytea not null,
  path varchar(1000) not null,
  content bytea not null,
  primary key (session_id, path_digest)
);

-- Rows of leases that ended are removed an hour later.
create table if not exists helix_lease (
  session_id varchar(200) collate "C" not null,
  lease_number bigint not null,
  expires_at bigint not null,
  primary key (session_id)
);

insert into helix_meta (meta_key, meta_value) values ('schema_version', '2') on conflict do nothing;
