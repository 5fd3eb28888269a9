-- 予定表: one's own dates for a calendar program. The address is the key, so it is shown once and
-- only its SHA-256 is kept; it works as long as the post it was made in.

create table calendar_feeds (
  id text primary key,
  token_hash text not null unique,
  account_id text not null references accounts (id),
  post_id text not null references posts (id),
  used_on text check (length(used_on) = 10), -- the last day it was read
  made_at text not null,
  revoked_at text
);
create index calendar_feeds_account on calendar_feeds (account_id);
