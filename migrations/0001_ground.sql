-- The ground floor: who works here, who may see what, and what was done.
-- Shared by SQLite and PostgreSQL. Ids are UUIDv7 text, dates ISO text, instants
-- YYYY-MM-DDTHH:MM:SS.mmmZ, minutes and yen bigint. Dated rows are [valid_from, valid_until).

-- 管理者 (個人情報の保有機関). A municipality or a centre; every person record has one.
create table controllers (
  id text primary key,
  name text not null,
  kind text not null check (kind in ('municipality', 'centre', 'prefecture')),
  code text -- 全国地方公共団体コード
);

-- 機関: an office of the ward, a centre, a hospital, an operator, a school ...
create table organisations (
  id text primary key,
  controller_id text not null references controllers (id),
  kind text not null,
  name text not null,
  kana text not null default '',
  phone text not null default '',
  area text, -- code list `area`
  region text, -- code list `region`: how its consultations are counted
  closed_on text check (length(closed_on) = 10)
);

-- 総合支所など: the branch that a residence belongs to.
create table branch_offices (
  id text primary key,
  controller_id text not null references controllers (id),
  name text not null,
  area text not null,
  position bigint not null default 0
);

-- 職員のアカウント. One a person; what they may do comes from posts.
create table accounts (
  id text primary key,
  login text not null unique,
  name text not null,
  kana text not null default '',
  password_hash text, -- argon2id; null until the one-time link was used
  password_set_at text,
  failures bigint not null default 0,
  locked_until text,
  single_keys bigint not null default 1 check (single_keys in (0, 1)),
  disabled_at text,
  created_at text not null
);

-- 職 (兼務は複数行). One is chosen a session and decides what the session may see.
create table posts (
  id text primary key,
  account_id text not null references accounts (id),
  organisation_id text not null references organisations (id),
  role text not null,
  title text not null default '',
  valid_from text not null check (length(valid_from) = 10),
  valid_until text check (length(valid_until) = 10 and valid_until > valid_from),
  recorded_at text not null,
  recorded_by text,
  voided_at text, voided_by text, void_reason text
);
create index posts_account on posts (account_id);

-- Server-side sessions. The token itself is not kept, only its SHA-256.
create table sessions (
  token_hash text primary key,
  account_id text not null references accounts (id),
  post_id text not null references posts (id),
  csrf text not null,
  stamp text not null, -- digest of password and posts: a change of either ends the session
  created_at text not null,
  seen_at text not null,
  expires_at text not null
);
create index sessions_account on sessions (account_id);

-- 一度だけ使える案内: a link that sets a password once.
create table invitations (
  token_hash text primary key,
  account_id text references accounts (id), -- null: makes the first administrator
  created_at text not null,
  expires_at text not null,
  used_at text
);

-- 設定. The newest row of a key counts; older rows say who had set what.
create table settings (
  id text primary key,
  key text not null,
  value text not null,
  recorded_at text not null,
  recorded_by text
);
create index settings_key on settings (key, recorded_at);

-- 下書き: what is being typed, kept on the server until the form is sent.
create table drafts (
  account_id text not null references accounts (id),
  form text not null,
  subject text not null default '', -- the record the form is about, or ''
  body text not null, -- JSON: [[field, value], ...]
  saved_at text not null,
  primary key (account_id, form, subject)
);

-- 閲覧・操作記録. Append-only, ids and field names only, one hash chain a writer.
create table audit_events (
  writer_id text not null,
  seq bigint not null,
  at text not null,
  account_id text,
  post_id text,
  organisation_id text,
  controller_id text,
  role text not null,
  verb text not null,
  noun text not null,
  record_id text not null,
  client_id text,
  fields text not null default '', -- names of the fields concerned, never values
  digest text not null default '', -- of the content, where a later proof may be asked
  basis text not null default '', -- why a view was allowed where that is not the rule
  previous_hash text not null,
  hash text not null,
  primary key (writer_id, seq)
);
create index audit_client on audit_events (client_id, at);
create index audit_at on audit_events (at);

create table audit_heads (
  writer_id text primary key,
  seq bigint not null,
  hash text not null
);
