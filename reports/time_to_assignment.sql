/*---
title = "担当が決まるまでの日数"
description = "担当者を求める依頼を受けてから、担当が決まるまでの日数を、受けた機関ごとに見ます"
unit = "件"
basis = "events"
period = "span"
shown_on = ["assignments"]
roles = ["coordinator", "officer", "nurse"]
notes = ["期間は依頼を受けた日で区切ります。取り下げた依頼は入りません。", "中央値は、日数を小さい順に並べた真ん中の値です。"]

[[rows]]
column = "office"
label = "受けた機関"
words = "office_name"

[[measures]]
column = "n"
label = "依頼"
unit = "件"

[[measures]]
column = "open"
label = "決まっていない"
unit = "件"

[[measures]]
column = "days"
label = "日数の中央値"
unit = "日"
aggregate = "median"

[[measures]]
column = "days"
label = "最も長い日数"
unit = "日"
aggregate = "max"

[totals]
below = "計"

[chart]
---*/
-- Days between two dates without a date function: the day number of each, counted from March.
select q.organisation_id as office, o.name as office_name, 1 as n,
  case when q.decided_on is null then 1 else 0 end as open,
  case when q.decided_on is null then null else
    (q.late + 365 * q.dy + q.dy / 4 - q.dy / 100 + q.dy / 400 + (153 * q.dm + 2) / 5 + q.dd)
    - (365 * q.ry + q.ry / 4 - q.ry / 100 + q.ry / 400 + (153 * q.rm + 2) / 5 + q.rd) end as days
from (
  select r.organisation_id, r.decided_on, r.late,
    r.received_year - case when r.received_month < 3 then 1 else 0 end as ry,
    r.received_month + case when r.received_month < 3 then 9 else -3 end as rm,
    r.received_day as rd,
    r.decided_year - case when r.decided_month < 3 then 1 else 0 end as dy,
    r.decided_month + case when r.decided_month < 3 then 9 else -3 end as dm,
    r.decided_day as dd
  from (
    select c.organisation_id, c.decided_on, c.late,
      cast(substr(c.received_on, 1, 4) as bigint) as received_year,
      cast(substr(c.received_on, 6, 2) as bigint) as received_month,
      cast(substr(c.received_on, 9, 2) as bigint) as received_day,
      cast(substr(c.decided_on, 1, 4) as bigint) as decided_year,
      cast(substr(c.decided_on, 6, 2) as bigint) as decided_month,
      cast(substr(c.decided_on, 9, 2) as bigint) as decided_day
    from (
      select k.organisation_id, k.received_on,
        -- From 15:00 UTC on it is the next day in Japan.
        case when substr(k.decided_at, 12, 2) >= '15' then 1 else 0 end as late,
        case when k.decided_at <= :known_at then substr(k.decided_at, 1, 10) end as decided_on
      from case_requests k
      where k.received_on >= :from and k.received_on < :until
        and k.recorded_at <= :known_at
        and (k.withdrawn_at is null or k.withdrawn_at > :known_at)
        and {countable_load k.client_id}
    ) c
  ) r
) q
join organisations o on o.id = q.organisation_id
