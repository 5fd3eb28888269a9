/*---
title = "担当件数"
description = "機関と担当者ごとに、主担当の人数、副担当の人数、重みを付けた件数を数えます"
unit = "人"
basis = "persons"
period = "day"
shown_on = ["assignments"]
roles = ["coordinator", "officer", "nurse"]
notes = ["重みを付けた件数は、担当を決めたときの重みの和です。終結した人は入りません。"]

[[rows]]
column = "office"
label = "機関"
words = "office_name"

[[rows]]
column = "account"
label = "担当者"
words = "account_name"

[[measures]]
column = "main"
label = "主担当"
unit = "人"

[[measures]]
column = "support"
label = "副担当"
unit = "人"

[[measures]]
column = "weight"
label = "重みを付けた件数"
unit = "件"
digits = 2

[totals]
below = "計"

[chart]
---*/
select a.organisation_id as office, o.name as office_name, a.account_id as account,
  p.name as account_name,
  sum(case when a.kind = 'main' then 1 else 0 end) as main,
  sum(case when a.kind = 'support' then 1 else 0 end) as support,
  sum(a.weight) as weight
from assignments a
join organisations o on o.id = a.organisation_id
join accounts p on p.id = a.account_id
where a.valid_from <= :on and (a.valid_until is null or a.valid_until > :on)
  and a.recorded_at <= :known_at and (a.voided_at is null or a.voided_at > :known_at)
  and not exists (select 1 from closures shut where shut.client_id = a.client_id
    and shut.closed_on <= :on and shut.recorded_at <= :known_at
    and (shut.reopened_at is null or shut.reopened_at > :known_at))
  and {countable_load a.client_id}
group by a.organisation_id, o.name, a.account_id, p.name
