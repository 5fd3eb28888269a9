-- 相談と支援経過. Facts are never overwritten: a correction voids the row and adds one that names it.

create table consultations (
  id text primary key,
  controller_id text not null references controllers (id),
  organisation_id text not null references organisations (id), -- the desk that took it
  client_id text references clients (id),
  standing text not null check (standing in ('named', 'anonymous', 'nobody')),
  occurred_at text not null,
  occurred_on text not null check (length(occurred_on) = 10), -- the same day in Japan: what is counted
  minutes bigint check (minutes >= 0),
  channel text not null, -- code list `channel`
  inquirer_kind text not null, -- code list `inquirer_kind`
  inquirer_name text not null default '',
  inquirer_place text not null default '', -- another city or prefecture
  scope text not null check (scope in ('individual', 'community')),
  series text not null check (series in ('new', 'continued')),
  previous_id text references consultations (id),
  region text not null, -- code list `region`
  text text not null,
  answer text not null default '',
  words text not null default '', -- text, answer and names as a search key (crate kana)
  handler_id text not null references accounts (id),
  import_id text,
  recorded_at text not null, recorded_by text not null,
  replaces_id text references consultations (id),
  voided_at text, voided_by text, void_reason text
);
create index consultations_at on consultations (controller_id, occurred_at);
create index consultations_on on consultations (occurred_on);
create index consultations_client on consultations (client_id, occurred_at);
create index consultations_handler on consultations (handler_id);

create table consultation_topics (
  consultation_id text not null references consultations (id),
  topic text not null, -- code list `topic`
  primary key (consultation_id, topic)
);

-- 支援経過: calls, visits, meetings, mail about one person.
create table case_notes (
  id text primary key,
  client_id text not null references clients (id),
  organisation_id text not null references organisations (id),
  occurred_at text not null,
  occurred_on text not null check (length(occurred_on) = 10), -- the same day in Japan: what is counted
  kind text not null, -- code list `note_kind`
  with_whom text not null default '',
  partner_id text references organisations (id),
  text text not null,
  agreed text not null default '',
  author_id text not null references accounts (id),
  import_id text,
  recorded_at text not null, recorded_by text not null,
  replaces_id text references case_notes (id),
  voided_at text, voided_by text, void_reason text
);
create index case_notes_client on case_notes (client_id, occurred_at);

-- 活動ごとの時間: one note may hold several activities of a day.
create table case_note_minutes (
  note_id text not null references case_notes (id),
  activity text not null, -- code list `activity`
  minutes bigint not null check (minutes > 0),
  primary key (note_id, activity)
);

-- 次にすること. One row a promise; done and handed over are kept as they happened.
create table follow_ups (
  id text primary key,
  controller_id text not null references controllers (id),
  organisation_id text not null references organisations (id),
  client_id text references clients (id),
  source text not null check (source in ('consultation', 'case_note', 'assignment')),
  source_id text not null,
  what text not null,
  due_on text check (length(due_on) = 10),
  owner_id text not null references accounts (id),
  recorded_at text not null, recorded_by text not null,
  done_at text, done_by text, outcome text not null default '',
  voided_at text, voided_by text, void_reason text
);
create index follow_ups_owner on follow_ups (owner_id, done_at, due_on);
create index follow_ups_client on follow_ups (client_id);

create table follow_up_handovers (
  id text primary key,
  follow_up_id text not null references follow_ups (id),
  from_id text not null references accounts (id),
  to_id text not null references accounts (id),
  note text not null default '',
  recorded_at text not null, recorded_by text not null
);
