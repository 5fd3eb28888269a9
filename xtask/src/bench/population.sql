-- The generated population, in bulk and always the same. Temporary tables `families` (10,000 slots)
-- and `givens` hold names with their search keys; `ward` the controller that was made at the start.
create temp table n (i integer primary key);
insert into n with recursive s (i) as (select 1 union all select i + 1 from s where i < {N})
  select i from s;
create temp table digits (i integer primary key);
insert into digits with recursive s (i) as (select 1 union all select i + 1 from s where i < 64)
  select i from s;

insert into controllers (id, name, kind)
  select 'ward-' || i, '隣の区' || i, 'municipality' from digits where i <= 4;
insert into organisations (id, controller_id, kind, name, region)
  select 'desk', id, 'ward', '障害福祉課', 'ku' from ward
  union all select 'centre', id, 'centre', '支援センター', 'ku' from ward
  union all select 'station', id, 'nursing_station', '訪問看護ステーション', 'ku' from ward;
insert into organisations (id, controller_id, kind, name, region)
  select 'desk-' || i, 'ward-' || i, 'ward', '障害福祉課', 'ku' from digits where i <= 4;
insert into accounts (id, login, name, kana, password_hash, password_set_at, created_at)
  select 'bench-' || v, 'bench-' || v, '計測 ' || v, 'けいそく', password_hash, password_set_at,
    created_at
  from accounts, (select 'officer' as v union all select 'coordinator') where login = 'bench';
insert into posts (id, account_id, organisation_id, role, valid_from, recorded_at) values
  ('post-officer', 'bench-officer', 'desk', 'officer', '2020-04-01', '2020-04-01T00:00:00.000Z'),
  ('post-coordinator', 'bench-coordinator', 'centre', 'coordinator', '2020-04-01',
   '2020-04-01T00:00:00.000Z');

-- Six in ten live in the ward; names by two independent draws.
create temp table people as
  select n.i, printf('%08x-0000-7000-8000-%012x', n.i, n.i) as id,
    case when n.i % 10 < 6 then (select id from ward) else 'ward-' || (n.i % 4 + 1) end as ward,
    case when n.i % 10 < 6 then 'desk' else 'desk-' || (n.i % 4 + 1) end as desk,
    f.kanji as family, f.kana as family_kana, g.kanji as given, g.kana as given_kana,
    f.kanji_key || g.kanji_key as kanji_key, f.kana_key || g.kana_key as kana_key,
    f.kanji_key as family_key, g.kanji_key as given_key,
    f.kana_key as family_kana_key, g.kana_key as given_kana_key,
    date('2008-04-02', '+' || (n.i * 7919 % 6000) || ' days') as born
  from n join families f on f.i = (n.i * 2654435761 % 4294967296) / 7 % 10000
  join givens g on g.i = (n.i * 40503 + n.i / 50) % (select count(*) from givens);
create unique index temp.people_i on people (i);

insert into clients (id, number, controller_id, enrolled_on, enrolled_at, enrolled_by)
  select id, i, ward, '2022-04-01', '2022-04-01T00:00:00.000Z', 'bench-officer' from people;
update client_numbers set last = {N};
insert into client_names (id, client_id, family, given, family_kana, given_kana, valid_from,
    recorded_at, recorded_by)
  select 'n-' || id, id, family, given, family_kana, given_kana, '2022-04-01',
    '2022-04-01T00:00:00.000Z', 'bench-officer' from people;
insert into client_births (id, client_id, born_on, sex, gestation_weeks, valid_from, recorded_at,
    recorded_by)
  select 'b-' || id, id, born, case when i % 2 = 0 then 'male' else 'female' end, 30 + i % 11,
    '2022-04-01', '2022-04-01T00:00:00.000Z', 'bench-officer' from people;
insert into client_residences (id, client_id, area, postal, address, valid_from, recorded_at,
    recorded_by)
  select 'r-' || id, id, {AREA}, '154-0000', 'みどり町' || (i % 40 + 1) || '-' || (i % 30 + 1),
    '2022-04-01', '2022-04-01T00:00:00.000Z', 'bench-officer' from people;
insert into client_contacts (id, client_id, owner, phone, valid_from, recorded_at, recorded_by)
  select 'p-' || id, id, '母', printf('03-%04d-%04d', i / 10000, i % 10000), '2022-04-01',
    '2022-04-01T00:00:00.000Z', 'bench-officer' from people;
insert into client_carers (id, client_id, name, relation, guardian, together, valid_from,
    recorded_at, recorded_by)
  select 'k' || d.i || '-' || id, id, family || ' 保護者' || d.i, 'mother', 1, 1, '2022-04-01',
    '2022-04-01T00:00:00.000Z', 'bench-officer' from people, digits d where d.i <= 2;
insert into client_cares (id, client_id, kind, times_a_day, always, night, settings, valid_from,
    recorded_at, recorded_by)
  select 'c' || d.n || '-' || id, id, {CARE}, 3, 0, 1, '設定は主治医の指示書のとおり', '2022-04-01',
    '2022-04-01T00:00:00.000Z', 'bench-officer'
  from people p, (select i as n from digits where i <= 2) d;
insert into client_devices (id, client_id, kind, model, watts, internal_minutes, valid_from,
    recorded_at, recorded_by)
  select 'd-' || id, id, 'ventilator', 'モデル' || i % 7, 60, 180, '2022-04-01',
    '2022-04-01T00:00:00.000Z', 'bench-officer' from people where i % 3 = 0;
insert into client_physicians (id, client_id, hospital, department, name, role, valid_from,
    recorded_at, recorded_by)
  select 'y-' || id, id, '中央病院', '小児科', '主治医' || i % 90, {ROLE}, '2022-04-01',
    '2022-04-01T00:00:00.000Z', 'bench-officer' from people;
insert into client_whereabouts (id, client_id, kind, place, valid_from, recorded_at, recorded_by)
  select 'w-' || id, id, {WHERE}, '自宅', '2022-04-01', '2022-04-01T00:00:00.000Z',
    'bench-officer' from people;
insert into team_members (id, client_id, organisation_id, account_id, role, valid_from,
    recorded_at, recorded_by)
  select 't1-' || id, id, 'centre', 'bench-coordinator', {TEAM}, '2022-04-01',
    '2022-04-01T00:00:00.000Z', 'bench-officer' from people where i % 10 < 3
  union all select 't2-' || id, id, 'station', null, {TEAM}, '2022-04-01',
    '2022-04-01T00:00:00.000Z', 'bench-officer' from people where i % 10 < 6;
insert into assignments (id, client_id, account_id, organisation_id, kind, weight, reason,
    valid_from, recorded_at, recorded_by)
  select 'a-' || id, id, 'bench-coordinator', 'centre', 'main', 100, '地区の担当', '2022-04-01',
    '2022-04-01T00:00:00.000Z', 'bench-officer' from people where i % 10 < 5;
insert into care_scores (id, client_id, base_judged_by, base_judged_on, base_judge, base_points,
    watch_points, table_since, valid_from, recorded_at, recorded_by)
  select 's-' || id, id, 'physician', '2022-04-01', '主治医' || i % 90, 10, 0, '2021-04-01',
    '2022-04-01', '2022-04-01T00:00:00.000Z', 'bench-officer' from people where i % 2 = 0;
insert into closures (id, client_id, kind, closed_on, recorded_at, recorded_by)
  select 'x-' || id, id, 'moved_out', '2025-04-01', '2025-04-01T00:00:00.000Z', 'bench-officer'
  from people where i % 33 = 0;

-- Ten consultations each over three years, and three notes.
insert into consultations (id, controller_id, organisation_id, client_id, standing, occurred_at,
    occurred_on, minutes, channel, inquirer_kind, scope, series, region, text, answer, words,
    handler_id, recorded_at, recorded_by)
  select printf('%08x-%04x-7000-8000-%012x', i, d, i), ward, desk, id, 'named',
    day || 'T01:00:00.000Z', day, 5 + i % 115, {CHANNEL}, {INQUIRER}, 'individual',
    case when d = 1 then 'new' else 'continued' end, 'ku',
    '医療的ケア児の相談記録 ' || (i % 1000) || '。保育園の受け入れと送迎について。',
    '担当から園に連絡し、来週返事をする。', '', 'bench-officer', day || 'T01:30:00.000Z',
    'bench-officer'
  from (select p.*, digits.i as d,
      date('2022-04-01', '+' || ((p.i * 31 + digits.i * 107) % 1095) || ' days') as day
    from people p, digits where digits.i <= 10);
insert into case_notes (id, client_id, organisation_id, occurred_at, occurred_on, kind, with_whom,
    text, author_id, recorded_at, recorded_by)
  select printf('%08x-%04x-7000-9000-%012x', i, d, i), id, 'centre', day || 'T02:00:00.000Z', day,
    {NOTE}, '母', '家庭訪問。体調は安定している。次の受診に同行する。', 'bench-coordinator',
    day || 'T02:30:00.000Z', 'bench-officer'
  from (select p.*, digits.i as d,
      date('2024-04-01', '+' || ((p.i * 31 + digits.i * 107) % 365) || ' days') as day
    from people p, digits where digits.i <= 3);
