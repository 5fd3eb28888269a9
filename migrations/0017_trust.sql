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
