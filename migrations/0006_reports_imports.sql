-- 統計の確定と、ファイルからの取り込み.

-- 確定・公表した統計. Append-only: what was published does not move.
create table report_snapshots (
  id text primary key,
  controller_id text not null references controllers (id),
  report text not null,
  parameters text not null, -- JSON
  as_of text not null, -- the instant the records were read as they were known
  body text not null, -- JSON: the table as published
  note text not null default '', -- where it was published
  edition bigint not null,
  published_at text not null, published_by text not null,
  reach text not null -- whose sight it was drawn with; only the same or wider may read it
);
create unique index report_snapshots_edition on report_snapshots (controller_id, report, edition);

create table import_batches (
  id text primary key,
  controller_id text not null references controllers (id),
  organisation_id text not null references organisations (id),
  layout text not null, -- imports/*.toml
  file_name text not null,
  file_digest text not null,
  state text not null check (state in ('checking', 'checked', 'saving', 'saved', 'undone', 'failed')),
  summary text not null default '', -- JSON: sheets taken and passed over, counts, columns ignored
  created_at text not null, created_by text not null,
  saved_at text, undone_at text, undone_by text
);

create table import_rows (
  batch_id text not null references import_batches (id),
  position bigint not null,
  sheet text not null,
  row_number bigint not null, -- as the spreadsheet shows it
  cells text not null, -- JSON: key -> text as read
  problems text not null, -- JSON: [{column, key, message, proposal}]
  record_id text, -- what it became
  primary key (batch_id, position)
);
