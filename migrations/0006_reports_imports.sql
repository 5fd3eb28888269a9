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

-- 取り込み: one file. What it says about people stays only until it is saved or thrown away.
create table import_batches (
  id text primary key,
  controller_id text not null references controllers (id),
  organisation_id text not null references organisations (id),
  reach text not null, -- whose sight it was checked with; only the same or wider may open it
  layout text not null, -- imports/*.toml
  file_name text not null,
  file_digest text not null,
  state text not null
    check (state in ('checking', 'checked', 'saved', 'undone', 'discarded', 'failed')),
  summary text not null default '', -- JSON: sheets taken and passed over, columns ignored, counts
  created_at text not null, created_by text not null,
  saved_at text, saved_by text, undone_at text, undone_by text
);
create index import_batches_controller on import_batches (controller_id, created_at);

create table import_rows (
  batch_id text not null references import_batches (id),
  position bigint not null,
  sheet text not null,
  row_number bigint not null, -- as the spreadsheet shows it
  cells text not null, -- JSON: key -> text as read, its column; emptied when saved
  problems text not null, -- JSON: [{key, column, message, proposal}], '' when there are none
  record_id text, -- what it became
  primary key (batch_id, position)
);
create index import_rows_record on import_rows (record_id);
