-- 緊急閲覧: somebody outside a person's team looks for one hour, because a life may depend on it. The
-- row opens the folder by itself (src/access/predicate.rs); the office reads it at once and reviews it.
create table emergencies (
  id text primary key,
  client_id text not null references clients (id),
  account_id text not null references accounts (id),
  post_id text not null references posts (id),
  organisation_id text not null references organisations (id),
  reason text not null, -- code list `emergency_reason`
  words text not null,
  crosses bigint not null default 0 check (crosses in (0, 1)), -- a setting let other controllers in
  opened_at text not null,
  ends_at text not null,
  ended_at text, ended_by text,
  reviewed_at text, reviewed_by text,
  finding text check (finding in ('justified', 'not_justified')),
  review_note text
);
create index emergencies_client on emergencies (client_id);
create index emergencies_account on emergencies (account_id);

-- 設定: from which day a value counts, and why it was changed. Rows are only added.
alter table settings add column valid_from text check (length(valid_from) = 10);
alter table settings add column reason text not null default '';

-- 助言者: who can be asked, in which field; a property of a person at work, entered by the administrator.
create table advisers (
  id text primary key,
  controller_id text not null references controllers (id),
  account_id text not null references accounts (id),
  field text not null, -- code list `adviser_field`
  days bigint not null check (days between 1 and 60), -- within so many days there is an answer
  note text not null default '',
  valid_from text not null check (length(valid_from) = 10),
  valid_until text check (length(valid_until) = 10 and valid_until > valid_from),
  recorded_at text not null, recorded_by text not null,
  voided_at text, voided_by text, void_reason text
);
create index advisers_account on advisers (account_id);

-- 質問: asked about a person without saying who it is, or with consent to show parts of the folder.
create table questions (
  id text primary key,
  controller_id text not null references controllers (id),
  client_id text not null references clients (id),
  organisation_id text not null references organisations (id),
  asked_by text not null references accounts (id),
  asked_at text not null,
  asked_on text not null check (length(asked_on) = 10),
  field text not null, -- code list `adviser_field`
  adviser_id text references accounts (id), -- null: any adviser of the field
  basis text not null check (basis in ('pseudonym', 'consent')),
  title text not null,
  text text not null,
  due_on text not null check (length(due_on) = 10),
  given_by text, given_on text check (length(given_on) = 10),
  shown_from text check (length(shown_from) = 10),
  shown_until text check (length(shown_until) = 10),
  answered_at text,
  answer_minutes bigint check (answer_minutes >= 0),
  closed_at text, closed_by text,
  withdrawn_at text, withdrawn_by text, withdraw_reason text
);
create index questions_client on questions (client_id);
create index questions_adviser on questions (adviser_id);

create table question_categories (
  question_id text not null references questions (id),
  category text not null,
  primary key (question_id, category)
);

-- 回答と追加の質問, in the order in which they were written.
create table question_replies (
  id text primary key,
  question_id text not null references questions (id),
  kind text not null check (kind in ('answer', 'further')),
  text text not null,
  recorded_at text not null,
  recorded_by text not null references accounts (id)
);
create index question_replies_question on question_replies (question_id);

-- 知識メモ: what was learned, without the person. Shared once a second person has read it.
create table knowledge_notes (
  id text primary key,
  controller_id text not null references controllers (id),
  question_id text not null references questions (id),
  field text not null,
  title text not null,
  text text not null,
  tags text not null default '',
  recorded_at text not null, recorded_by text not null references accounts (id),
  shared_at text, shared_by text,
  refused_at text, refused_by text, refuse_reason text
);

-- 機関の名前・上の機関・開閉: what was and what became of it, only added; `organisations` says today.
alter table organisations add column parent_id text references organisations (id);
create table organisation_changes (
  id text primary key,
  organisation_id text not null references organisations (id),
  kind text not null check (kind in ('rename', 'parent', 'close', 'reopen')),
  from_on text not null check (length(from_on) = 10),
  before text not null default '',
  after text not null default '',
  reason text not null,
  recorded_at text not null, recorded_by text not null
);
create index organisation_changes_organisation on organisation_changes (organisation_id);

-- コード表の上書き: the newest row of a code counts; codes are never deleted, only no longer offered.
create table code_changes (
  id text primary key,
  list text not null,
  code text not null,
  label text not null,
  position bigint not null,
  retired_on text check (length(retired_on) = 10),
  reason text not null,
  recorded_at text not null, recorded_by text not null
);
