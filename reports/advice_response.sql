/*---
title = "助言を求めてから答えが届くまで"
description = "医師・看護師・スーパーバイザーへの質問を分野ごとに数え、最初の答えまでの時間を見ます"
unit = "件"
basis = "events"
period = "span"
shown_on = ["advice"]
roles = ["coordinator", "officer", "nurse"]
notes = ["期間は質問を出した日で区切ります。取り下げた質問は入りません。", "時間は最初の答えまでです。中央値は、小さい順に並べた真ん中の値です。"]

[[rows]]
column = "field"
label = "分野"
codes = "adviser_field"

[[measures]]
column = "n"
label = "質問"
unit = "件"

[[measures]]
column = "open"
label = "まだ答えがない"
unit = "件"

[[measures]]
column = "hours"
label = "答えまでの時間の中央値"
unit = "時間"
aggregate = "median"

[[measures]]
column = "hours"
label = "最も長い時間"
unit = "時間"
aggregate = "max"

[totals]
below = "計"

[chart]
---*/
-- Hours are rounded to the nearest; the minutes are counted when the first answer is written.
select a.field, 1 as n,
  case when a.hours is null then 1 else 0 end as open, a.hours
from (
  select q.field,
    case when q.answered_at <= :known_at then (q.answer_minutes + 30) / 60 end as hours
  from questions q
  where q.asked_on >= :from and q.asked_on < :until
    and q.asked_at <= :known_at
    and (q.withdrawn_at is null or q.withdrawn_at > :known_at)
    and {visible consultation q.client_id}
) a
