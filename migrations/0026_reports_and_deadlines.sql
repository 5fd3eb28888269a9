-- 届いた実績報告: what a body reported for a month, as it was taken: the uses of the report, and the
-- bookings of that month it said nothing of. The rows of the ledger say the rest.
create table usage_reports (
  report_id text not null, -- the same for all lines of one report
  entry_id text not null references ledger_entries (id),
  organisation_id text not null references organisations (id),
  month text not null check (length(month) = 7),
  reported bigint not null check (reported in (0, 1)), -- 0: a booking that was not in the report
  recorded_at text not null, recorded_by text not null,
  primary key (report_id, entry_id)
);
create index usage_reports_month on usage_reports (organisation_id, month);
create index usage_reports_entry on usage_reports (entry_id);

-- 取り消した手続: a step of a grant that was entered wrongly. The step stays to be read; it counts
-- no more.
create table grant_step_voids (
  step_id text primary key references grant_steps (id),
  reason text not null,
  recorded_at text not null, recorded_by text not null
);

-- 期限: by when a step of a grant is to be done.
create table grant_deadlines (
  id text primary key,
  grant_id text not null references grants (id),
  kind text not null check (kind in ('decision', 'refusal', 'amendment', 'payment', 'report',
    'settlement', 'repayment')),
  due_on text not null check (length(due_on) = 10),
  recorded_at text not null, recorded_by text not null,
  voided_at text, voided_by text, void_reason text
);
create index grant_deadlines_grant on grant_deadlines (grant_id);
