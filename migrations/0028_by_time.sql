-- The lists of consultations and notes are read from the newest on, a page at a time, and what they
-- offer to narrow them by is found without reading them all.
create index consultations_when on consultations (occurred_at, id);
create index consultations_organisation on consultations (organisation_id);
create index case_notes_when on case_notes (occurred_at, id);
create index case_notes_author on case_notes (author_id);
