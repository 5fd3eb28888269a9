-- 連携: programs of other bodies that ask over /api/v1.

-- An account that no person signs in with. It has a post like everybody's, so that the predicate,
-- the access table and the audit hold for it.
alter table accounts add column machine bigint not null default 0 check (machine in (0, 1));

-- 連携の鍵. The token itself is shown once and not kept, only its SHA-256.
create table api_tokens (
  id text primary key,
  token_hash text not null unique,
  name text not null,
  account_id text not null references accounts (id),
  post_id text not null references posts (id),
  scopes text not null, -- codes of list `api_scope`, comma between
  expires_on text not null check (length(expires_on) = 10), -- the first day it no longer works
  used_on text check (length(used_on) = 10), -- the last day it was used
  made_at text not null, made_by text not null,
  revoked_at text, revoked_by text
);

-- 同じ依頼の二度目: what was answered to an Idempotency-Key, for a day. Ids only: what was sent is
-- kept as a digest, and answers to changes name nobody.
create table api_answers (
  token_id text not null references api_tokens (id),
  idempotency_key text not null,
  request_digest text not null,
  status bigint not null,
  location text not null default '',
  etag text not null default '',
  body text not null default '',
  made_at text not null,
  primary key (token_id, idempotency_key)
);
create index api_answers_made on api_answers (made_at);
