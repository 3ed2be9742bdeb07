-- helix-sessions, tables for H2, version 2. Created at the start where they are missing,
-- unless helix.jdbc.create is false; by hand: RUNSCRIPT FROM 'schema-h2.sql'. Running it again does nothing.
-- Times are microseconds since 1970.

create table if not exists helix_meta (
  meta_key varchar(40) not null,
  meta_value varchar(200) not null,
  primary key (meta_key)
);

-- state is status.json, except for the time of last use, which is updated_at. holder is a hash of
-- the conversation and the owner; epoch names this creation of the session. owner_key is a hash of the owner,
-- null where a program of version 1 made the session.
create table if not exists helix_session (
  id varchar(200) not null,
  epoch varchar(32) not null,
  log_length bigint not null,
  updated_at bigint not null,
  holder varbinary(32) not null,
  owner_key varbinary(32),
  state blob not null,
  primary key (id)
);

create index if not exists helix_session_last_use on helix_session (updated_at desc, id desc);

create index if not exists helix_session_of_owner on helix_session (owner_key, updated_at desc, id desc);

create table if not exists helix_message (
  session_id varchar(200) not null references helix_session (id) on delete cascade,
  seq bigint not null,
  element_json blob not null,
  primary key (session_id, seq)
);

create table if not exists helix_file (
  session_id varchar(200) not null references helix_session (id) on delete cascade,
  path_digest varbinary(32) not null,
  path varchar(1000) not null,
  content blob not null,
  primary key (session_id, path_digest)
);

-- Rows of leases that ended are removed an hour later.
create table if not exists helix_lease (
  session_id varchar(200) not null,
  lease_number bigint not null,
  expires_at bigint not null,
  primary key (session_id)
);

insert into helix_meta (meta_key, meta_value)
select 'schema_version', '2' where not exists (select 1 from helix_meta where meta_key = 'schema_version');
