-- 人事異動: who comes and goes, entered ahead. The rows of `posts` decide by their dates; here stands
-- what was entered, so that it can be listed and taken back before its day.

-- The day from which the account can no longer be used; the row and its past stay.
alter table accounts add column leaves_on text check (length(leaves_on) = 10);

create table transfers (
  id text primary key,
  account_id text not null references accounts (id),
  kind text not null, -- code list `transfer_kind`
  starts_on text not null check (length(starts_on) = 10), -- 発令日: from this day on
  ended text not null default '', -- ids of posts, comma between
  begun text references posts (id),
  note text not null default '',
  recorded_at text not null, recorded_by text not null,
  voided_at text, voided_by text, void_reason text
);
create index transfers_account on transfers (account_id);
create index transfers_day on transfers (starts_on);
