-- The lists of consultations and notes are read from the newest on, a page at a time, and what they
-- offer to narrow them by is found without reading them all.
create index consultations_when on consultations (occurred_at, id);
create index consultations_organisation on consultations (organisation_id);
create index case_notes_when on case_notes (occurred_at, id);
create index case_notes_author on case_notes (author_id);
-- Nothing asks by controller and time any more; few rows take the place of another.
drop index consultations_at;
drop index consultations_replaces;
create index consultations_replaces on consultations (replaces_id) where replaces_id is not null;
drop index case_notes_replaces;
create index case_notes_replaces on case_notes (replaces_id) where replaces_id is not null;
create index consultations_voided on consultations (voided_at) where voided_at is not null;
create index case_notes_voided on case_notes (voided_at) where voided_at is not null;
