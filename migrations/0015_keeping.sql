-- What a person may ask of the office, how long records are kept and how they go, what the resident
-- register says, and records of people whom one programme knows.

-- 開示・訂正・利用停止の請求.
create table data_requests (
  id text primary key,
  client_id text not null references clients (id),
  kind text not null check (kind in ('disclosure', 'correction', 'stop')),
  asked_by text not null,
  asked_as text not null, -- code list `asked_as`
  checked text not null, -- code list `identity_check`
  checked_note text not null default '',
  received_on text not null check (length(received_on) = 10),
  what text not null,
  part text, -- of the folder, where a correction leads to
  due_on text not null check (length(due_on) = 10),
  extended_at text, extended_by text, extend_reason text,
  decision text check (decision in ('all', 'part', 'none')),
  decision_reason text,
  notice text, -- 教示, as it stood in the letter
  answered_on text check (length(answered_on) = 10),
  decided_at text, decided_by text,
  withdrawn_at text, withdrawn_by text, withdraw_reason text,
  recorded_at text not null, recorded_by text not null
);
create index data_requests_client on data_requests (client_id);

-- 墨塗り: what of the copy is not shown to whoever asked.
create table redactions (
  request_id text not null references data_requests (id),
  place text not null, -- table:key:column of the copy
  recorded_at text not null, recorded_by text not null,
  primary key (request_id, place)
);

-- 利用停止: who may still see the record, and why. Dated; the predicate reads it.
create table use_stops (
  id text primary key,
  client_id text not null references clients (id),
  request_id text not null references data_requests (id),
  left_to text not null check (left_to in ('staff', 'team')),
  left_why text not null,
  valid_from text not null check (length(valid_from) = 10),
  valid_until text check (length(valid_until) = 10 and valid_until >= valid_from),
  ended_at text, ended_by text, end_reason text,
  recorded_at text not null, recorded_by text not null
);
create index use_stops_client on use_stops (client_id);

-- 一つの事業だけが知っている人: held by one office, promoted without typing anything again.
alter table clients add column held_by text references organisations (id);
alter table clients add column programme text; -- code list `light_programme`
alter table clients add column full_at text;
alter table clients add column full_by text;

-- 宛名番号 of the resident register. Never a My Number.
create table register_links (
  id text primary key,
  client_id text not null references clients (id),
  controller_id text not null references controllers (id),
  register_id text not null,
  recorded_at text not null, recorded_by text not null,
  voided_at text, voided_by text, void_reason text
);
create index register_links_client on register_links (client_id);
create unique index register_links_one on register_links (controller_id, register_id)
  where voided_at is null;

-- 住民記録との差. Proposed by a file, taken or left by somebody.
create table register_differences (
  id text primary key,
  client_id text not null references clients (id),
  import_id text,
  register_id text not null,
  kind text not null check (kind in ('link', 'name', 'address', 'death', 'moved_out')),
  happened_on text not null check (length(happened_on) = 10),
  before text not null, -- JSON: [[label, words]]
  after text not null, -- JSON: [[field, value]]
  recorded_at text not null, recorded_by text not null,
  decision text check (decision in ('taken', 'left')),
  decided_at text, decided_by text,
  voided_at text, voided_by text, void_reason text
);
create index register_differences_client on register_differences (client_id);

-- 廃棄: proposed by one, confirmed by another; the database holds that too.
create table disposals (
  id text primary key,
  controller_id text not null references controllers (id),
  reason text not null check (reason in ('retention', 'trash')),
  note text not null default '',
  proposed_at text not null, proposed_by text not null references accounts (id),
  confirmed_at text, confirmed_by text references accounts (id),
  certificate bigint unique, -- 廃棄証明の番号
  withdrawn_at text, withdrawn_by text, withdraw_reason text,
  check (confirmed_by is null or confirmed_by <> proposed_by)
);

-- Whom it is about. The id means nobody once the rows are gone. While an item of a confirmed
-- disposal is not done, and only then, the guards let go of that person's rows (store/guards.rs).
create table disposal_items (
  disposal_id text not null references disposals (id),
  client_id text not null,
  due_on text not null check (length(due_on) = 10),
  disposed_at text,
  primary key (disposal_id, client_id)
);
create index disposal_items_client on disposal_items (client_id);

-- 墓標: that there was a record, and what became of it. No personal data.
create table tombstones (
  number bigint primary key,
  controller_id text not null references controllers (id),
  disposal_id text not null references disposals (id),
  enrolled_on text not null check (length(enrolled_on) = 10),
  closed_on text not null check (length(closed_on) = 10),
  due_on text not null check (length(due_on) = 10),
  disposed_at text not null,
  counts text not null -- JSON: [[table, rows]]; [[fiscal year of a consultation, count]]
);
