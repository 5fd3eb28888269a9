-- 事業: what is confirmed about a person, applications, decisions, and the ledger of what was used.
-- Programmes themselves are files (programmes/*.toml); here only their ids stand.

-- 確かめた事実. What the folder has no place for and a programme asks: told by the family, confirmed
-- by the office with a paper. `programme` is set for a question of one programme alone.
create table client_facts (
  id text primary key,
  client_id text not null references clients (id),
  programme text,
  fact text not null,
  value bigint not null, -- as crates/eligibility counts: yes 1, a word its place, a date its days
  paper text not null default '',
  valid_from text not null check (length(valid_from) = 10),
  valid_until text check (length(valid_until) = 10 and valid_until > valid_from),
  recorded_at text not null, recorded_by text not null,
  voided_at text, voided_by text, void_reason text
);
create index client_facts_client on client_facts (client_id);

-- 申請. One person asks for one programme.
create table applications (
  id text primary key,
  client_id text not null references clients (id),
  controller_id text not null references controllers (id),
  programme text not null,
  kind text not null check (kind in ('new', 'renewal')),
  applied_by text not null,
  applied_on text not null check (length(applied_on) = 10),
  starts_on text not null check (length(starts_on) = 10),
  papers text not null default '', -- what came with it
  note text not null default '',
  renews_id text, -- the decision it renews
  withdrawn_at text, withdrawn_by text, withdraw_reason text,
  recorded_at text not null, recorded_by text not null
);
create index applications_client on applications (client_id);

-- 差し戻し. Sent back to be completed, and completed.
create table application_returns (
  id text primary key,
  application_id text not null references applications (id),
  reason text not null,
  returned_at text not null, returned_by text not null,
  completed_at text, completed_by text
);
create index application_returns_application on application_returns (application_id);

-- 審査. What the rules said, with the facts and the file they were read from: frozen.
create table assessments (
  id text primary key,
  application_id text not null references applications (id),
  proposal text not null check (proposal in ('award', 'rejection')),
  reason text not null,
  assessed_on text not null check (length(assessed_on) = 10),
  amount bigint check (amount >= 0), -- yen a year, as far as known: it decides the route
  outcome text not null check (outcome in ('eligible', 'ineligible', 'undetermined')),
  version_from text not null, -- the day from which the version holds
  digest text not null, -- of the programme's file
  facts text not null, -- JSON: [[name, value]]
  clauses text not null, -- JSON: [[text, clause, source, state]]
  recorded_at text not null, recorded_by text not null
);
create index assessments_application on assessments (application_id);

-- 決裁. One row a step of the route; on screen, or on paper and noted here.
create table approvals (
  id text primary key,
  assessment_id text not null references assessments (id),
  step bigint not null check (step >= 1),
  post text not null,
  answer text not null check (answer in ('approved', 'returned')),
  how text not null check (how in ('screen', 'paper')),
  approver text not null,
  note text not null default '',
  recorded_at text not null, recorded_by text not null
);
create index approvals_assessment on approvals (assessment_id);

-- 決定. An award or a rejection, with its letter.
create table decisions (
  id text primary key,
  client_id text not null references clients (id),
  controller_id text not null references controllers (id),
  application_id text not null references applications (id),
  assessment_id text not null references assessments (id),
  programme text not null,
  kind text not null check (kind in ('award', 'rejection')),
  number text not null,
  addressee text not null,
  decided_on text not null check (length(decided_on) = 10),
  valid_from text check (length(valid_from) = 10),
  valid_until text check (length(valid_until) = 10 and valid_until > valid_from),
  reason text not null,
  notice text not null, -- 教示, as it stood in the letter
  ended_on text check (length(ended_on) = 10),
  ended_at text, ended_by text, end_reason text,
  recorded_at text not null, recorded_by text not null,
  check (kind = 'rejection' or valid_from is not null)
);
create index decisions_client on decisions (client_id);
create unique index decisions_number on decisions (controller_id, number);
create unique index decisions_application on decisions (application_id);

-- 文書番号. The last number of a series in a fiscal year.
create table document_numbers (
  controller_id text not null references controllers (id),
  series text not null,
  fiscal_year bigint not null,
  last bigint not null check (last >= 1),
  primary key (controller_id, series, fiscal_year)
);

-- 台帳: what was booked and used under a decision. Rows are only added; a mistake is a reversal.
create table ledger_entries (
  id text primary key,
  decision_id text not null references decisions (id),
  kind text not null check (kind in ('booking', 'usage', 'reversal')),
  item text not null,
  used_on text not null check (length(used_on) = 10),
  starts_at text, -- YYYY-MM-DDTHH:MM, Asia/Tokyo
  ends_at text check (ends_at >= starts_at),
  quantity bigint not null check (quantity >= 0),
  venue text, done_by text, purpose text,
  organisation_id text references organisations (id), -- who gives the service
  price bigint not null default 0 check (price >= 0),
  reverses_id text unique references ledger_entries (id),
  replaces_id text references ledger_entries (id), -- the booking a use came from
  note text not null default '',
  recorded_at text not null, recorded_by text not null,
  check ((kind = 'reversal') = (reverses_id is not null))
);
create index ledger_entries_decision on ledger_entries (decision_id);
create index ledger_entries_organisation on ledger_entries (organisation_id, used_on);

-- What an entry takes from a cap; a reversal gives the same back.
create table ledger_takes (
  entry_id text not null references ledger_entries (id),
  cap text not null,
  period_from text not null check (length(period_from) = 10),
  period_until text check (length(period_until) = 10),
  amount bigint not null,
  primary key (entry_id, cap, period_from)
);

-- Who pays which part.
create table ledger_payments (
  entry_id text not null references ledger_entries (id),
  payer text not null,
  yen bigint not null,
  primary key (entry_id, payer)
);

-- 契約・登録: the bodies that may give a programme's service, and the places it happens at.
create table programme_bodies (
  id text primary key,
  controller_id text not null references controllers (id),
  programme text not null,
  kind text not null, -- as the programme's file names it: 訪問看護ステーション, 事業所, タクシー業者
  organisation_id text references organisations (id),
  name text not null,
  operator text not null default '',
  opened_on text check (length(opened_on) = 10),
  capacity bigint check (capacity >= 0),
  valid_from text not null check (length(valid_from) = 10),
  valid_until text check (length(valid_until) = 10 and valid_until > valid_from),
  recorded_at text not null, recorded_by text not null,
  voided_at text, voided_by text, void_reason text
);
create index programme_bodies_programme on programme_bodies (controller_id, programme);

-- 入力した実績: figures that do not come from this record, with who entered them and from where.
create table indicator_entries (
  id text primary key,
  controller_id text not null references controllers (id),
  programme text not null,
  indicator text not null,
  fiscal_year bigint not null,
  as_of text check (length(as_of) = 10), -- none: over the whole year
  value bigint not null,
  planned bigint not null default 0 check (planned in (0, 1)),
  source text not null,
  recorded_at text not null, recorded_by text not null,
  voided_at text, voided_by text, void_reason text
);
create index indicator_entries_programme on indicator_entries (controller_id, programme);

-- 名前のない実績: what a body reports as a number: visitors of a month, households registered that day.
create table programme_counts (
  id text primary key,
  controller_id text not null references controllers (id),
  programme text not null,
  item text not null, -- as the indicator of the programme's file names it
  counted_on text not null check (length(counted_on) = 10),
  amount bigint not null check (amount >= 0),
  source text not null,
  recorded_at text not null, recorded_by text not null,
  voided_at text, voided_by text, void_reason text
);
create index programme_counts_programme on programme_counts (controller_id, programme, counted_on);

-- 補助金: what a body (an operator, a facility, another municipality) asks for and is paid in a year.
create table grants (
  id text primary key,
  controller_id text not null references controllers (id),
  programme text not null,
  organisation_id text references organisations (id),
  body text not null,
  fiscal_year bigint not null,
  applied_on text not null check (length(applied_on) = 10),
  requested bigint not null check (requested >= 0), -- yen
  note text not null default '',
  recorded_at text not null, recorded_by text not null
);
create index grants_programme on grants (controller_id, programme, fiscal_year);

-- What the body answered to the programme's questions.
create table grant_facts (
  grant_id text not null references grants (id),
  fact text not null,
  value bigint not null,
  recorded_at text not null, recorded_by text not null,
  primary key (grant_id, fact)
);

-- 明細: what the money is for, traced to the day, the case and the hours it was recorded with.
create table grant_lines (
  id text primary key,
  grant_id text not null references grants (id),
  client_id text references clients (id), -- the child it was done for, where it was for one
  item text not null,
  what text not null,
  share_of text, -- whose part of a cap it takes: a child, a menu
  worked_on text not null check (length(worked_on) = 10),
  quantity bigint not null check (quantity >= 0),
  invoiced bigint check (invoiced >= 0),
  trace text not null default '', -- where the hours or the meeting stand recorded
  recorded_at text not null, recorded_by text not null,
  voided_at text, voided_by text, void_reason text
);
create index grant_lines_grant on grant_lines (grant_id);
create index grant_lines_client on grant_lines (client_id);

-- 手続: what was decided, changed, paid, reported, settled, paid back. Rows are only added.
create table grant_steps (
  id text primary key,
  grant_id text not null references grants (id),
  kind text not null check (kind in ('decision', 'refusal', 'amendment', 'payment', 'report',
    'settlement', 'repayment')),
  done_on text not null check (length(done_on) = 10),
  yen bigint not null check (yen >= 0),
  number text not null default '',
  reason text not null default '',
  recorded_at text not null, recorded_by text not null
);
create index grant_steps_grant on grant_steps (grant_id);
