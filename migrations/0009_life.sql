-- The life of a record: a hidden address that is reviewed, custody, the family's account on a page.

-- 制限: who may see the address nevertheless, what it rests on, and when somebody looks at it again.
alter table restrictions add column shown_to text not null default 'team'
  check (shown_to in ('staff', 'team'));
alter table restrictions add column basis text not null default 'other'; -- list restriction_basis
alter table restrictions add column review_on text check (length(review_on) = 10);
alter table restrictions add column ended_at text;
alter table restrictions add column ended_by text;
alter table restrictions add column end_reason text;

-- 見直し: somebody looked whether the restriction still has to stand.
create table restriction_reviews (
  id text primary key,
  restriction_id text not null references restrictions (id),
  result text not null, -- what was found out, from whom
  review_on text not null check (length(review_on) = 10), -- the next time
  recorded_at text not null, recorded_by text not null
);
create index restriction_reviews_of on restriction_reviews (restriction_id);

-- 親権 and 情報を伝えてよいか: unknown (null) is not no.
alter table client_carers add column custody text; -- code list `custody`
alter table client_carers add column informed text; -- code list `informed`

-- 家族のアカウント: for which carer, how it was made sure who they are, and why it ended.
alter table family_links add column carer_id text references client_carers (id);
alter table family_links add column checked text not null default ''; -- list identity_check
alter table family_links add column checked_note text not null default '';
alter table family_links add column ended_at text;
alter table family_links add column ended_by text;
alter table family_links add column end_reason text;
