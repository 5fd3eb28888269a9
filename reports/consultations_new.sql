/*---
title = "新規の相談と総数"
description = "月ごとに、新規の相談、続きの相談、総数を並べます"
unit = "件"
basis = "events"
period = "span"
shown_on = ["consultations"]
roles = ["coordinator", "officer", "nurse", "prefecture"]

[[rows]]
column = "month"
label = "月"
calendar = "month"

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
method = "largest_remainder"
within = "row"

[suppress]
below = 5
roles = ["prefecture"]

[chart]
series = "series"

[list]
path = "/consultations"
query = { series = "series" }
period = ["from", "until"]
known_at = "known_at"
---*/
select substr(k.occurred_on, 6, 2) as month, k.series, count(*) as n
from consultations k
where k.occurred_on >= :from and k.occurred_on < :until
  and k.recorded_at <= :known_at and (k.voided_at is null or k.voided_at > :known_at)
  and {countable_consultation}
group by substr(k.occurred_on, 6, 2), k.series
