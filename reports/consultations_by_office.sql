/*---
title = "機関・四半期別の相談件数と前年同期"
description = "相談を受けた機関ごとに、四半期の件数を前年の同じ期間と並べます"
unit = "件"
basis = "events"
period = "span"
compare = "last_year"
shown_on = ["consultations"]
roles = ["coordinator", "officer", "nurse", "prefecture"]

[[rows]]
column = "office"
label = "受けた機関"
words = "office_name"

[[columns]]
column = "month"
label = "四半期"
calendar = "quarter"

[[measures]]
column = "n"
label = "件数"

[totals]
below = "計"
right = "計"

[suppress]
below = 5
roles = ["prefecture"]

[chart]

[list]
path = "/consultations"
query = { organisation = "office" }
period = ["from", "until"]
known_at = "known_at"
---*/
select k.organisation_id as office, o.name as office_name,
  substr(k.occurred_on, 6, 2) as month, count(*) as n
from consultations k join organisations o on o.id = k.organisation_id
where k.occurred_on >= :from and k.occurred_on < :until
  and k.recorded_at <= :known_at and (k.voided_at is null or k.voided_at > :known_at)
  and {countable_consultation}
group by k.organisation_id, o.name, substr(k.occurred_on, 6, 2)
