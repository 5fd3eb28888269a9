-- 台帳の項目: one table a part of the folder (src/clients/parts.toml says what each field means).
-- Every row is dated [valid_from, valid_until); a change ends a row, a correction voids one and the
-- row that replaces it names it. Nothing is overwritten. ended_at says when valid_until was learnt:
-- before that, the row was known as open.

-- 氏名
create table client_names (
  id text primary key,
  client_id text not null references clients (id),
  family text not null,
  given text,
  family_kana text not null,
  given_kana text,
  reason text,
  valid_from text not null check (length(valid_from) = 10),
  valid_until text check (length(valid_until) = 10 and valid_until >= valid_from),
  recorded_at text not null, recorded_by text not null,
  ended_at text, ended_by text,
  replaces_id text references client_names (id),
  voided_at text, voided_by text, void_reason text
);
create index client_names_client on client_names (client_id, valid_from);

-- 出生
create table client_births (
  id text primary key,
  client_id text not null references clients (id),
  born_on text check (length(born_on) = 10),
  expected_on text check (length(expected_on) = 10),
  sex text not null,
  gestation_weeks bigint check (gestation_weeks between 20 and 45),
  gestation_days bigint check (gestation_days between 0 and 6),
  birth_weight_g bigint check (birth_weight_g between 200 and 7000),
  birth_place text,
  valid_from text not null check (length(valid_from) = 10),
  valid_until text check (length(valid_until) = 10 and valid_until >= valid_from),
  recorded_at text not null, recorded_by text not null,
  ended_at text, ended_by text,
  replaces_id text references client_births (id),
  voided_at text, voided_by text, void_reason text
);
create index client_births_client on client_births (client_id, valid_from);

-- 住まい
create table client_residences (
  id text primary key,
  client_id text not null references clients (id),
  area text not null,
  postal text,
  address text,
  building text,
  valid_from text not null check (length(valid_from) = 10),
  valid_until text check (length(valid_until) = 10 and valid_until >= valid_from),
  recorded_at text not null, recorded_by text not null,
  ended_at text, ended_by text,
  replaces_id text references client_residences (id),
  voided_at text, voided_by text, void_reason text
);
create index client_residences_client on client_residences (client_id, valid_from);

-- 連絡先
create table client_contacts (
  id text primary key,
  client_id text not null references clients (id),
  owner text not null,
  phone text not null,
  note text,
  valid_from text not null check (length(valid_from) = 10),
  valid_until text check (length(valid_until) = 10 and valid_until >= valid_from),
  recorded_at text not null, recorded_by text not null,
  ended_at text, ended_by text,
  replaces_id text references client_contacts (id),
  voided_at text, voided_by text, void_reason text
);
create index client_contacts_client on client_contacts (client_id, valid_from);

-- 伝えるときの配慮
create table client_cautions (
  id text primary key,
  client_id text not null references clients (id),
  text text not null,
  valid_from text not null check (length(valid_from) = 10),
  valid_until text check (length(valid_until) = 10 and valid_until >= valid_from),
  recorded_at text not null, recorded_by text not null,
  ended_at text, ended_by text,
  replaces_id text references client_cautions (id),
  voided_at text, voided_by text, void_reason text
);
create index client_cautions_client on client_cautions (client_id, valid_from);

-- 居場所
create table client_whereabouts (
  id text primary key,
  client_id text not null references clients (id),
  kind text not null,
  place text,
  reason text,
  expected_until text check (length(expected_until) = 10),
  valid_from text not null check (length(valid_from) = 10),
  valid_until text check (length(valid_until) = 10 and valid_until >= valid_from),
  recorded_at text not null, recorded_by text not null,
  ended_at text, ended_by text,
  replaces_id text references client_whereabouts (id),
  voided_at text, voided_by text, void_reason text
);
create index client_whereabouts_client on client_whereabouts (client_id, valid_from);

-- 一週間の居場所
create table client_timetables (
  id text primary key,
  client_id text not null references clients (id),
  weekday text not null,
  starts text not null,
  ends text not null,
  place text not null,
  valid_from text not null check (length(valid_from) = 10),
  valid_until text check (length(valid_until) = 10 and valid_until >= valid_from),
  recorded_at text not null, recorded_by text not null,
  ended_at text, ended_by text,
  replaces_id text references client_timetables (id),
  voided_at text, voided_by text, void_reason text
);
create index client_timetables_client on client_timetables (client_id, valid_from);

-- 保護者・介護者
create table client_carers (
  id text primary key,
  client_id text not null references clients (id),
  name text not null,
  kana text,
  relation text not null,
  guardian bigint not null default 0 check (guardian in (0, 1)),
  together bigint not null default 0 check (together in (0, 1)),
  night_care bigint not null default 0 check (night_care in (0, 1)),
  work text,
  leave_until text check (length(leave_until) = 10),
  phone text,
  note text,
  valid_from text not null check (length(valid_from) = 10),
  valid_until text check (length(valid_until) = 10 and valid_until >= valid_from),
  recorded_at text not null, recorded_by text not null,
  ended_at text, ended_by text,
  replaces_id text references client_carers (id),
  voided_at text, voided_by text, void_reason text
);
create index client_carers_client on client_carers (client_id, valid_from);

-- きょうだい
create table client_siblings (
  id text primary key,
  client_id text not null references clients (id),
  name text not null,
  kana text,
  born_on text check (length(born_on) = 10),
  place text,
  sibling_number text,
  valid_from text not null check (length(valid_from) = 10),
  valid_until text check (length(valid_until) = 10 and valid_until >= valid_from),
  recorded_at text not null, recorded_by text not null,
  ended_at text, ended_by text,
  replaces_id text references client_siblings (id),
  voided_at text, voided_by text, void_reason text
);
create index client_siblings_client on client_siblings (client_id, valid_from);

-- 手帳・受給者証
create table client_certificates (
  id text primary key,
  client_id text not null references clients (id),
  kind text not null,
  grade text,
  number text,
  issued_on text check (length(issued_on) = 10),
  expires_on text check (length(expires_on) = 10),
  valid_from text not null check (length(valid_from) = 10),
  valid_until text check (length(valid_until) = 10 and valid_until >= valid_from),
  recorded_at text not null, recorded_by text not null,
  ended_at text, ended_by text,
  replaces_id text references client_certificates (id),
  voided_at text, voided_by text, void_reason text
);
create index client_certificates_client on client_certificates (client_id, valid_from);

-- 病名
create table client_diagnoses (
  id text primary key,
  client_id text not null references clients (id),
  name text not null,
  main bigint not null default 0 check (main in (0, 1)),
  designated text,
  diagnosed_on text check (length(diagnosed_on) = 10),
  note text,
  valid_from text not null check (length(valid_from) = 10),
  valid_until text check (length(valid_until) = 10 and valid_until >= valid_from),
  recorded_at text not null, recorded_by text not null,
  ended_at text, ended_by text,
  replaces_id text references client_diagnoses (id),
  voided_at text, voided_by text, void_reason text
);
create index client_diagnoses_client on client_diagnoses (client_id, valid_from);

-- からだの状態
create table client_conditions (
  id text primary key,
  client_id text not null references clients (id),
  mobility text not null,
  smid bigint not null default 0 check (smid in (0, 1)),
  source text,
  note text,
  valid_from text not null check (length(valid_from) = 10),
  valid_until text check (length(valid_until) = 10 and valid_until >= valid_from),
  recorded_at text not null, recorded_by text not null,
  ended_at text, ended_by text,
  replaces_id text references client_conditions (id),
  voided_at text, voided_by text, void_reason text
);
create index client_conditions_client on client_conditions (client_id, valid_from);

-- 医療的ケア
create table client_cares (
  id text primary key,
  client_id text not null references clients (id),
  kind text not null,
  times_a_day bigint check (times_a_day between 0 and 200),
  always bigint not null default 0 check (always in (0, 1)),
  night bigint not null default 0 check (night in (0, 1)),
  settings text,
  valid_from text not null check (length(valid_from) = 10),
  valid_until text check (length(valid_until) = 10 and valid_until >= valid_from),
  recorded_at text not null, recorded_by text not null,
  ended_at text, ended_by text,
  replaces_id text references client_cares (id),
  voided_at text, voided_by text, void_reason text
);
create index client_cares_client on client_cares (client_id, valid_from);

-- 医療機器と電源
create table client_devices (
  id text primary key,
  client_id text not null references clients (id),
  kind text not null,
  model text,
  watts bigint check (watts between 0 and 2000),
  internal_minutes bigint check (internal_minutes between 0 and 6000),
  external_count bigint check (external_count between 0 and 20),
  external_minutes bigint check (external_minutes between 0 and 6000),
  checked_on text check (length(checked_on) = 10),
  supplier text,
  supplier_phone text,
  settings text,
  valid_from text not null check (length(valid_from) = 10),
  valid_until text check (length(valid_until) = 10 and valid_until >= valid_from),
  recorded_at text not null, recorded_by text not null,
  ended_at text, ended_by text,
  replaces_id text references client_devices (id),
  voided_at text, voided_by text, void_reason text
);
create index client_devices_client on client_devices (client_id, valid_from);

-- 主治医
create table client_physicians (
  id text primary key,
  client_id text not null references clients (id),
  hospital text not null,
  department text,
  name text,
  role text not null,
  phone text,
  interval text,
  valid_from text not null check (length(valid_from) = 10),
  valid_until text check (length(valid_until) = 10 and valid_until >= valid_from),
  recorded_at text not null, recorded_by text not null,
  ended_at text, ended_by text,
  replaces_id text references client_physicians (id),
  voided_at text, voided_by text, void_reason text
);
create index client_physicians_client on client_physicians (client_id, valid_from);

-- 園・学校
create table client_enrolments (
  id text primary key,
  client_id text not null references clients (id),
  kind text not null,
  place text not null,
  grade text,
  attendance text,
  nurse bigint not null default 0 check (nurse in (0, 1)),
  accompany bigint not null default 0 check (accompany in (0, 1)),
  valid_from text not null check (length(valid_from) = 10),
  valid_until text check (length(valid_until) = 10 and valid_until >= valid_from),
  recorded_at text not null, recorded_by text not null,
  ended_at text, ended_by text,
  replaces_id text references client_enrolments (id),
  voided_at text, voided_by text, void_reason text
);
create index client_enrolments_client on client_enrolments (client_id, valid_from);

-- アレルギー
create table client_allergies (
  id text primary key,
  client_id text not null references clients (id),
  substance text not null,
  reaction text,
  severity text,
  valid_from text not null check (length(valid_from) = 10),
  valid_until text check (length(valid_until) = 10 and valid_until >= valid_from),
  recorded_at text not null, recorded_by text not null,
  ended_at text, ended_by text,
  replaces_id text references client_allergies (id),
  voided_at text, voided_by text, void_reason text
);
create index client_allergies_client on client_allergies (client_id, valid_from);

-- 医療的ケア判定スコア: one judgement with its rows; base and watch are judged apart.
create table care_scores (
  id text primary key,
  client_id text not null references clients (id),
  base_judged_by text not null check (base_judged_by in ('physician', 'facility')),
  base_judged_on text not null check (length(base_judged_on) = 10),
  base_judge text not null,
  watch_judged_by text check (watch_judged_by in ('physician', 'facility')),
  watch_judged_on text check (length(watch_judged_on) = 10),
  watch_judge text,
  base_points bigint not null,
  watch_points bigint not null,
  band bigint,
  table_since text not null, -- which edition of the table was used
  valid_from text not null check (length(valid_from) = 10),
  valid_until text check (length(valid_until) = 10 and valid_until >= valid_from),
  recorded_at text not null, recorded_by text not null,
  replaces_id text references care_scores (id),
  voided_at text, voided_by text, void_reason text
);
create index care_scores_client on care_scores (client_id, valid_from);

create table care_score_rows (
  care_score_id text not null references care_scores (id),
  code text not null, -- row of crates/care-score
  watch text check (watch in ('high', 'mid', 'yes', 'low')),
  primary key (care_score_id, code)
);
