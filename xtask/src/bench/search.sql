-- What the search box reads: every end of each name and reading and of both together, and telephones.
insert or ignore into client_search (kind, key, reading, client_id)
  select 'name', substr(kanji_key, d.i, 32), family_kana || ' ' || given_kana, id
  from people, digits d where d.i <= length(kanji_key)
  union all select 'kana', substr(kana_key, d.i, 32), family_kana || ' ' || given_kana, id
  from people, digits d where d.i <= length(kana_key)
  union all select 'part', substr(family_key, d.i, 32), family_kana || ' ' || given_kana, id
  from people, digits d where d.i <= length(family_key)
  union all select 'part', substr(given_key, d.i, 32), family_kana || ' ' || given_kana, id
  from people, digits d where d.i <= length(given_key)
  union all select 'part', substr(family_kana_key, d.i, 32), family_kana || ' ' || given_kana, id
  from people, digits d where d.i <= length(family_kana_key)
  union all select 'part', substr(given_kana_key, d.i, 32), family_kana || ' ' || given_kana, id
  from people, digits d where d.i <= length(given_kana_key)
  union all select 'phone', printf('%04d', i % 10000), '', id from people;
