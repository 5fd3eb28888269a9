-- だれの分か: a cap may count each child or each trip by itself. Whose part it was stands with a
-- use, and with what the use takes from such a cap; nothing where the cap is one for all.
alter table ledger_entries add column share_of text;
alter table ledger_takes add column share_of text;

-- Each entry that is shown asks what became of it; without this the whole ledger is read for each.
create index ledger_entries_replaces on ledger_entries (replaces_id);
