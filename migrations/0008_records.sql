-- 記録の一生.

-- 引っ越し: this database was filled from another one. Unfinished: it was interrupted, and only the
-- same source may go on.
create table copied_from (
  id text primary key,
  source text not null, -- digest of the source's counts and chain heads
  started_at text not null,
  finished_at text
);
