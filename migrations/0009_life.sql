-- The life of a record: a hidden address that is reviewed, custody, the family's account on a page,
-- moves between controllers.

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

-- 転出入の同意. Nothing crosses to another controller without one.
create table move_consents (
  id text primary key,
  client_id text not null references clients (id),
  given_by text not null,
  given_on text not null check (length(given_on) = 10),
  method text not null, -- code list `consent_method`
  categories text not null, -- of access/predicate.rs, comma between
  recorded_at text not null, recorded_by text not null
);
create index move_consents_client on move_consents (client_id);

-- 転出入の引継ぎ: proposed by the one, taken over or declined by the other.
create table moves (
  id text primary key,
  client_id text not null references clients (id),
  consent_id text not null references move_consents (id),
  from_controller_id text not null references controllers (id),
  to_controller_id text references controllers (id), -- null: outside of this system
  to_name text not null,
  moves_on text not null check (length(moves_on) = 10),
  note text not null,
  sheet text not null, -- JSON: what crosses, as it stood when it was proposed; emptied if it does not
  recorded_at text not null, recorded_by text not null,
  accepted_at text, accepted_by text,
  new_client_id text references clients (id),
  declined_at text, declined_by text, decline_reason text,
  withdrawn_at text, withdrawn_by text, withdraw_reason text
);
create index moves_client on moves (client_id);
create index moves_to on moves (to_controller_id);
create unique index moves_one_open on moves (client_id)
  where accepted_at is null and declined_at is null and withdrawn_at is null;
-- The record this one was copied from, at another controller.
alter table clients add column moved_from text references clients (id);
