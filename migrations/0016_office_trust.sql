-- Who really sits there: the second factor, a password asked again, the locked screen, what an
-- account must do first after signing in; and once a year, whether everybody's rights still fit.

-- How far a sign-in has come: code, password, notice, factor, ready (staff/stage.rs).
alter table sessions add column stage text not null default 'ready';
-- When the password was last typed in this session.
alter table sessions add column confirmed_at text not null default '';
alter table sessions add column locked_at text;

-- The administrator asks for a new password at the next sign-in.
alter table accounts add column must_change bigint not null default 0
  check (must_change in (0, 1));

alter table accounts add column signed_in_at text; -- the last time

-- 二段階認証. The secret is sealed with the key file of the data folder, never kept in the open.
create table second_factors (
  id text primary key,
  account_id text not null references accounts (id),
  sealed text not null,
  begun_at text not null,
  confirmed_at text, -- null: no code was typed yet, so it does not count
  used_step bigint not null default 0, -- a code is good once
  removed_at text, removed_by text
);
create index second_factors_account on second_factors (account_id);

-- 回復コード: for the day the telephone is gone. Only their digests; used or replaced ones stay.
create table recovery_codes (
  code_hash text primary key,
  factor_id text not null references second_factors (id),
  made_at text not null,
  used_at text,
  replaced_at text
);
create index recovery_codes_factor on recovery_codes (factor_id);

-- お知らせ: what somebody else did to an account, told at its next sign-in.
create table account_notices (
  id text primary key,
  account_id text not null references accounts (id),
  kind text not null, -- code list `account_notice`
  made_at text not null, made_by text not null,
  read_at text
);
create index account_notices_account on account_notices (account_id, read_at);

-- アクセス権の棚卸し: once a year, every post of the controller.
create table access_reviews (
  id text primary key,
  controller_id text not null references controllers (id),
  begun_at text not null, begun_by text not null,
  due_on text not null check (length(due_on) = 10),
  finished_at text, finished_by text
);
create index access_reviews_controller on access_reviews (controller_id);

create table access_review_lines (
  id text primary key,
  review_id text not null references access_reviews (id),
  account_id text not null references accounts (id),
  post_id text not null references posts (id),
  signed_in_at text, -- the last sign-in, as it was when the review began
  answer text check (answer in ('keep', 'end', 'change')),
  note text not null default '',
  answered_at text, answered_by text,
  unique (review_id, post_id)
);
