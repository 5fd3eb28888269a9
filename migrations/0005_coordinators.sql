-- コーディネーターと担当. Who can take a case, who has one, and why it was decided so.

create table coordinators (
  id text primary key,
  account_id text not null references accounts (id),
  organisation_id text not null references organisations (id),
  areas text not null default '', -- codes of list `area`, comma between
  skills text not null default '', -- codes of list `skill`, comma between
  training text not null, -- code list `training_state`
  felt_limit bigint check (felt_limit >= 0), -- cases; null: the setting `felt_limit`
  listed bigint not null default 0 check (listed in (0, 1)), -- agreed to be published
  valid_from text not null check (length(valid_from) = 10),
  valid_until text check (length(valid_until) = 10 and valid_until > valid_from),
  recorded_at text not null, recorded_by text not null,
  voided_at text, voided_by text, void_reason text
);
create index coordinators_account on coordinators (account_id);

-- 休み: no new case while it lasts.
create table coordinator_leaves (
  id text primary key,
  account_id text not null references accounts (id),
  valid_from text not null check (length(valid_from) = 10),
  valid_until text check (length(valid_until) = 10 and valid_until > valid_from),
  reason text not null default '',
  recorded_at text not null, recorded_by text not null,
  voided_at text, voided_by text, void_reason text
);

-- 新規ケースの依頼: a person waits for a coordinator. Open until decided or withdrawn.
create table case_requests (
  id text primary key,
  client_id text not null references clients (id),
  organisation_id text not null references organisations (id), -- the desk that decides
  consultation_id text references consultations (id),
  received_on text not null check (length(received_on) = 10),
  received_from text not null default '', -- who asked, by which way
  needs text not null default '', -- codes of list `skill`
  note text not null default '',
  recorded_at text not null, recorded_by text not null,
  decided_at text, decided_by text,
  withdrawn_at text, withdrawn_by text, withdraw_reason text
);
create index case_requests_client on case_requests (client_id);

-- 担当. Dated; a handover ends one row and adds the next.
create table assignments (
  id text primary key,
  client_id text not null references clients (id),
  account_id text not null references accounts (id),
  organisation_id text not null references organisations (id),
  kind text not null check (kind in ('main', 'support')),
  weight bigint not null check (weight > 0), -- hundredths of a case
  reason text not null,
  request_id text references case_requests (id),
  considered text not null default '', -- JSON: the proposal as it stood, reasons in words
  valid_from text not null check (length(valid_from) = 10),
  valid_until text check (length(valid_until) = 10 and valid_until >= valid_from),
  recorded_at text not null, recorded_by text not null,
  voided_at text, voided_by text, void_reason text
);
create index assignments_client on assignments (client_id);
create index assignments_account on assignments (account_id);

-- 引継ぎ. Append-only: what was passed on, by whom, to whom, in which words.
create table handovers (
  id text primary key,
  client_id text not null references clients (id),
  from_assignment_id text not null references assignments (id),
  to_assignment_id text not null references assignments (id),
  note text not null,
  recorded_at text not null, recorded_by text not null
);
create index handovers_client on handovers (client_id);
