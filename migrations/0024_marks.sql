-- 目印: how often something was done that whoever keeps a copy in memory cannot follow row by row.
-- Counted in the same transaction, so that every server on the database learns of it.

create table marks (
  name text primary key,
  n bigint not null
);
