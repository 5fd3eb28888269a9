/*---
title = "年齢別の相談件数"
description = "相談の日の満年齢で分けます"
unit = "件"
basis = "events"
period = "span"
shown_on = ["consultations"]
roles = ["coordinator", "officer", "nurse", "prefecture"]
notes = ["年齢は相談の日の満年齢です。「3歳から6歳未満」は3歳の誕生日から6歳の誕生日の前日までです。", "生年月日が登録されていない人と、出生前の人は、別の行に数えます。"]
source = "年齢の区切りは、横浜市が公表する集計の区分にならいました。"

[[rows]]
column = "age"
label = "年齢"
bands = [
  { label = "0歳", from = 0, until = 1 },
  { label = "1歳から3歳未満", from = 1, until = 3 },
  { label = "3歳から6歳未満", from = 3, until = 6 },
  { label = "6歳から12歳未満", from = 6, until = 12 },
  { label = "12歳から15歳未満", from = 12, until = 15 },
  { label = "15歳から18歳未満", from = 15, until = 18 },
  { label = "18歳以上", from = 18 },
]
others = [
  { id = "unborn", label = "出生前" },
  { id = "unknown", label = "生年月日が不明" },
  { id = "nobody", label = "本人が特定されない相談" },
]

[[columns]]
column = "series"
label = "新規・継続"
codes = "series"

[[measures]]
column = "n"
label = "件数"

[totals]
below = "計"
right = "総数"

[percent]
method = "half_up"
within = "column"
digits = 1

[suppress]
below = 5
roles = ["prefecture"]

[chart]
series = "series"

[list]
path = "/consultations"
query = { age_from = "age.from", age_until = "age.until", series = "series" }
period = ["from", "until"]
known_at = "known_at"
---*/
select case
    when k.client_id is null then 'nobody'
    when b.id is null then 'unknown'
    when b.born_on is null and b.expected_on is not null then 'unborn'
    when b.born_on is null then 'unknown'
    when b.born_on > k.occurred_on then 'unborn'
    else cast(cast(substr(k.occurred_on, 1, 4) as bigint)
      - cast(substr(b.born_on, 1, 4) as bigint)
      - case when substr(k.occurred_on, 6) < substr(b.born_on, 6) then 1 else 0 end as text)
  end as age,
  k.series, count(*) as n
from consultations k
-- One birth row holds at an instant of knowledge: the newest that was not yet ended or voided.
left join client_births b on b.client_id = k.client_id
  and {countable identity k.client_id}
  and b.recorded_at <= :known_at and (b.voided_at is null or b.voided_at > :known_at)
  and not exists (select 1 from client_births newer where newer.client_id = b.client_id
    and newer.recorded_at <= :known_at
    and (newer.voided_at is null or newer.voided_at > :known_at)
    and (newer.valid_from > b.valid_from
      or (newer.valid_from = b.valid_from and newer.id > b.id)))
where k.occurred_on >= :from and k.occurred_on < :until
  and k.recorded_at <= :known_at and (k.voided_at is null or k.voided_at > :known_at)
  and {countable_consultation}
group by 1, k.series
