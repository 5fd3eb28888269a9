-- 利用者の一行: what lists, searches and headings say of a person, a row for each stretch of days in
-- which it stays the same. Triggers make it of names, births, residences and assignments
-- (src/store/lines.rs); the program fills an empty table at its start.
create table client_lines (
  client_id text not null references clients (id),
  valid_from text not null,
  nth bigint not null, -- 1, unless two names hold on the same days
  valid_until text,
  reading text not null, -- 姓と名: in this order people are listed
  family text not null, given text, family_kana text not null, given_kana text,
  born_on text, expected_on text, sex text,
  area text,
  coordinator_id text, -- 主担当
  coordinator_of text, -- of which organisation
  coordinator_since text,
  primary key (client_id, valid_from, nth)
);
-- The order of every list of people, and who has the same reading.
create index client_lines_reading on client_lines (reading, client_id, valid_from, valid_until);
create index client_lines_born on client_lines (born_on);
-- Both are asked of the lines now.
drop index client_names_order;
drop index client_names_reading;
-- What 0027 had these hold besides stands in the line. (SQLite needs none of them: src/store/keyed.rs.)
drop index client_names_client;
create index client_names_client on client_names (client_id, valid_from);
drop index client_births_client;
create index client_births_client on client_births (client_id, valid_from);
drop index client_residences_client;
create index client_residences_client on client_residences (client_id, valid_from);
drop index assignments_client;
create index assignments_client on assignments (client_id, valid_from);
