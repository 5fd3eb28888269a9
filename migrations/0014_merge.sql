-- 結合, ごみ箱 and 取り消し: what is taken out of sight, and comes back.

-- In no list, no count and on no page: the predicate asks this. Merged into another record (whose
-- number goes on resolving), or in the trash.
alter table clients add column absent text check (absent in ('merged', 'trashed'));
alter table clients add column merged_into text references clients (id);
create index clients_merged on clients (merged_into);

-- 結合: two records were one person's. client_id is the one that stays.
create table merges (
  id text primary key,
  client_id text not null references clients (id),
  lost_id text not null references clients (id),
  reason text not null, -- how it was made sure that they are the same person
  recorded_at text not null, recorded_by text not null,
  undone_at text, undone_by text, undo_reason text
);
create index merges_client on merges (client_id);

-- 結合で変わった行: what a row was and what it became, only the columns that changed ('' = no row).
create table merge_changes (
  merge_id text not null references merges (id),
  position bigint not null,
  table_name text not null,
  row_key text not null, -- JSON
  was text not null, -- JSON
  became text not null, -- JSON
  primary key (merge_id, position)
);

-- 別の人: two records that look alike and were found to be two people's.
create table distinctions (
  id text primary key,
  client_id text not null references clients (id),
  other_id text not null references clients (id),
  reason text not null,
  recorded_at text not null, recorded_by text not null,
  voided_at text, voided_by text, void_reason text
);
create index distinctions_client on distinctions (client_id);
create index distinctions_other on distinctions (other_id);

-- ごみ箱: a record that should never have been made. Open = it lies there.
create table trash (
  id text primary key,
  client_id text not null references clients (id),
  reason text not null,
  recorded_at text not null, recorded_by text not null,
  restored_at text, restored_by text
);
create index trash_client on trash (client_id);

-- 元に戻したこと: an action taken back right away, or a withdrawn record put back.
create table reversals (
  id text primary key,
  client_id text references clients (id),
  action text not null, -- which action was taken back (src/reversals)
  record_id text not null, -- of what
  stood text not null, -- JSON: what stood in the row before
  recorded_at text not null, recorded_by text not null
);
create index reversals_client on reversals (client_id);
-- What a closure ended, so that taking it back right away brings back exactly that. JSON.
alter table closures add column stopped text not null default '';
