-- A list shows of each person the name, the birth, where they live and who is in charge. An index
-- that holds these answers by itself: one page for each, not two. Statements name the columns.
drop index client_names_client;
create index client_names_client on client_names
  (client_id, valid_from, valid_until, voided_at, family, given, family_kana, given_kana);
drop index client_births_client;
create index client_births_client on client_births
  (client_id, valid_from, valid_until, voided_at, born_on, expected_on, sex);
drop index client_residences_client;
create index client_residences_client on client_residences
  (client_id, valid_from, valid_until, voided_at, area);
drop index assignments_client;
create index assignments_client on assignments
  (client_id, kind, valid_from, valid_until, voided_at, account_id);
