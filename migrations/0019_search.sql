-- What lists and the search box walk, in the order in which people are shown: no page sorts what it
-- does not show.

-- 検索の手がかり: `part` are the ends of each name and reading, `name` and `kana` those of the joined
-- ones, `phone` those of telephones. The program fills an empty table at its start.
drop table client_search;
create table client_search (
  kind text not null check (kind in ('part', 'name', 'kana', 'phone')),
  key text not null,
  -- Of the name the key belongs to: within a key, the order people are shown in.
  reading text not null default '',
  client_id text not null references clients (id),
  primary key (kind, key, reading, client_id)
);
create index client_search_client on client_search (client_id);

-- The order of every list of people, and who has the same reading.
create index client_names_order on client_names
  ((family_kana || ' ' || coalesce(given_kana, '') || ' ' || client_id));
create index client_names_reading on client_names
  ((family_kana || ' ' || coalesce(given_kana, '')));
create index client_births_born on client_births (born_on);
-- The last consultation a person at the desk wrote down.
create index consultations_recorded on consultations (recorded_by, recorded_at);
-- The row that took another's place.
create index consultations_replaces on consultations (replaces_id);
create index case_notes_replaces on case_notes (replaces_id);
-- A promise by the record it came from.
create index follow_ups_source on follow_ups (source, source_id);
