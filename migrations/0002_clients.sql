-- 本人 and who may see them. Everything known about a person hangs below as dated rows (0003).

create table clients (
  id text primary key,
  number bigint not null unique, -- printed with a check digit
  controller_id text not null references controllers (id),
  enrolled_on text not null check (length(enrolled_on) = 10),
  enrolled_at text not null,
  enrolled_by text not null references accounts (id)
);
create index clients_controller on clients (controller_id, number);

create table client_numbers (last bigint not null);
insert into client_numbers (last) values (0);

-- One version a part of the folder: people who edit different parts do not collide.
create table client_parts (
  client_id text not null references clients (id),
  part text not null,
  version bigint not null default 1,
  changed_at text not null,
  changed_by text not null,
  primary key (client_id, part)
);

-- 終結. Closed = an open row exists; reopening ends it and deletes nothing.
create table closures (
  id text primary key,
  client_id text not null references clients (id),
  kind text not null, -- code list `closure_kind`: death, moved_out, no_longer_needed ...
  closed_on text not null check (length(closed_on) = 10),
  reason text not null default '',
  recorded_at text not null, recorded_by text not null,
  reopened_at text, reopened_by text, reopen_reason text
);
create index closures_client on closures (client_id);

-- 支援チーム: which organisation (and person) is in touch, since when, as what.
create table team_members (
  id text primary key,
  client_id text not null references clients (id),
  organisation_id text not null references organisations (id),
  account_id text references accounts (id),
  role text not null, -- code list `team_role`
  valid_from text not null check (length(valid_from) = 10),
  valid_until text check (length(valid_until) = 10 and valid_until >= valid_from),
  recorded_at text not null, recorded_by text not null,
  voided_at text, voided_by text, void_reason text
);
create index team_members_client on team_members (client_id);
create index team_members_organisation on team_members (organisation_id, client_id);

-- 同意: purpose x data category x recipient x period, revocable. Nothing said = no.
create table consents (
  id text primary key,
  client_id text not null references clients (id),
  purpose text not null, -- code list `consent_purpose`
  recipient_id text not null references organisations (id),
  valid_from text not null check (length(valid_from) = 10),
  valid_until text check (length(valid_until) = 10 and valid_until > valid_from),
  given_by text not null,
  given_on text not null check (length(given_on) = 10),
  explained_by text not null default '',
  method text not null default '',
  recorded_at text not null, recorded_by text not null,
  withdrawn_on text check (length(withdrawn_on) = 10),
  withdrawn_by text,
  voided_at text, voided_by text, void_reason text
);
create index consents_client on consents (client_id, recipient_id);

create table consent_categories (
  consent_id text not null references consents (id),
  category text not null, -- identity, care, consultation ...
  primary key (consent_id, category)
);

-- 家族のアカウントと子のつながり.
create table family_links (
  id text primary key,
  account_id text not null references accounts (id),
  client_id text not null references clients (id),
  relation text not null,
  valid_from text not null check (length(valid_from) = 10),
  valid_until text check (length(valid_until) = 10 and valid_until > valid_from),
  recorded_at text not null, recorded_by text not null,
  voided_at text, voided_by text, void_reason text
);
create index family_links_account on family_links (account_id);

-- 制限: a hidden address is on no page, list, print or file for roles without it.
create table restrictions (
  id text primary key,
  client_id text not null references clients (id),
  kind text not null check (kind in ('address_hidden')),
  reason text not null default '',
  valid_from text not null check (length(valid_from) = 10),
  valid_until text check (length(valid_until) = 10 and valid_until > valid_from),
  recorded_at text not null, recorded_by text not null,
  voided_at text, voided_by text, void_reason text
);
create index restrictions_client on restrictions (client_id);

-- Suffixes of normalised names and readings; any length from one character, an ordinary B-tree.
create table client_search (
  key text not null,
  client_id text not null references clients (id),
  kind text not null check (kind in ('name', 'kana', 'phone')),
  primary key (key, client_id, kind)
);
create index client_search_client on client_search (client_id);
