/*---
title = "支援センターの月別の相談件数"
description = "月ごと・相談した人ごとに、支援の種別と地域に分けて数えます"
unit = "件"
basis = "events"
period = "span"
shown_on = ["consultations"]
roles = ["coordinator", "officer", "nurse", "prefecture"]

[[rows]]
column = "month"
label = "月"
calendar = "month"

[[rows]]
column = "inquirer_kind"
label = "相談した人"
codes = "inquirer_kind"

[[columns]]
column = "scope"
label = "支援の種別"
codes = "scope"

[[columns]]
column = "region"
label = "地域"
codes = "region"

[[measures]]
column = "n"
label = "件数"

[totals]
below = "計"
right = "計"

[suppress]
below = 5
roles = ["prefecture"]

[list]
path = "/consultations"
query = { inquirer_kind = "inquirer_kind", scope = "scope", region = "region" }
period = ["from", "until"]
known_at = "known_at"
---*/
select substr(k.occurred_on, 6, 2) as month, k.inquirer_kind, k.scope, k.region, count(*) as n
from consultations k
where k.occurred_on >= :from and k.occurred_on < :until
  and k.recorded_at <= :known_at and (k.voided_at is null or k.voided_at > :known_at)
  and {countable_consultation}
group by substr(k.occurred_on, 6, 2), k.inquirer_kind, k.scope, k.region
