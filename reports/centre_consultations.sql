/*---
title = "支援センターの相談件数"
description = "相談した人ごとに、支援の種別（個別・地域）と地域に分けて数えます"
unit = "件"
basis = "events"
period = "span"
shown_on = ["consultations"]
roles = ["coordinator", "officer", "nurse", "prefecture"]
notes = ["図と列の見出しでは、区分の名を短くしています。"]
source = "区分は令和5年度第2回東京都医療的ケア児支援地域協議会の資料と同じです。"

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

[percent]
method = "largest_remainder"
within = "column"

[suppress]
below = 5
roles = ["prefecture"]

[chart]
panels = "scope"
series = "region"

[list]
path = "/consultations"
query = { inquirer_kind = "inquirer_kind", scope = "scope", region = "region" }
period = ["from", "until"]
known_at = "known_at"
---*/
select k.inquirer_kind, k.scope, k.region, count(*) as n
from consultations k
where k.occurred_on >= :from and k.occurred_on < :until
  and k.recorded_at <= :known_at and (k.voided_at is null or k.voided_at > :known_at)
  and {countable_consultation}
group by k.inquirer_kind, k.scope, k.region
