-- helix-sessions, tables for MariaDB, version 2. Created at the start where they are missing,
-- unless helix.jdbc.create is false; by hand: mariadb DATABASE < schema-mariadb.sql. Running it again does nothing.
-- Times are microseconds since 1970. Ids are compared by their bytes.

create table if not exists helix_meta (
  meta_key varchar(40) character set ascii collate ascii_bin not null,
  meta_value varchar(200) character set ascii collate ascii_bin not null,
  primary key (meta_key)
) engine=InnoDB;

-- state is status.json, except for the time of last use, which is updated_at. holder is a hash of
-- the conversation and the owner; epoch names this creation of the session. owner_key is a hash of the owner,
-- null where a program of version 1 made the session.
create table if not exists helix_session (
  id varchar(200) character set ascii collate ascii_bin not null,
  epoch varchar(32) character set ascii collate ascii_bin not null,
  log_length bigint not null,
  updated_at bigint not null,
  holder binary(32) not null,
  owner_key binary(32),
  state longblob not null,
  primary key (id),
  key helix_session_last_use (updated_at, id),
  key helix_session_of_owner (owner_key, updated_at, id)
) engine=InnoDB;

create table if not exists helix_message (
  session_id varchar(200) character set ascii collate ascii_bin not null,
  seq bigint not null,
  element_json longblob not null,
  primary key (session_id, seq),
  foreign key (session_id) references helix_session (id) on delete cascade
) engine=InnoDB;

create table if not exists helix_file (
  session_id varchar(200) character set ascii collate ascii_bin not null,
  path_digest binary(32) not null,
  path varchar(1000) character set utf8mb4 collate utf8mb4_bin not null,
  content longblob not null,
  primary key (session_id, path_digest),
  foreign key (session_id) references helix_session (id) on delete cascade
) engine=InnoDB;

-- Rows of leases that ended are removed an hour later.
create table if not exists helix_lease (
  session_id varchar(200) character set ascii collate ascii_bin not null,
  lease_number bigint not null,
  expires_at bigint not null,
  primary key (session_id)
) engine=InnoDB;

insert ignore into helix_meta (meta_key, meta_value) values ('schema_version', '2');
