/*---
title = "内容の分類別の相談件数"
description = "一件の相談に内容がいくつかあるときは、それぞれに数えます"
unit = "件"
basis = "events"
period = "span"
shown_on = ["consultations"]
roles = ["coordinator", "officer", "nurse", "prefecture"]
notes = ["一件の相談に内容がいくつかあるため、各行の和は計より多くなります。計は相談の件数です。"]

[[rows]]
column = "topic"
label = "内容"
codes = "topic"

[[columns]]
column = "scope"
label = "支援の種別"
codes = "scope"

[[measures]]
column = "consultation"
label = "件数"
aggregate = "distinct"

[totals]
below = "計（相談の件数）"
right = "計"

[percent]
method = "half_up"
within = "column"
digits = 1

[suppress]
below = 5
roles = ["prefecture"]

[chart]
series = "scope"

[list]
path = "/consultations"
query = { topic = "topic", scope = "scope" }
period = ["from", "until"]
known_at = "known_at"
---*/
select t.topic, k.scope, k.id as consultation
from consultations k left join consultation_topics t on t.consultation_id = k.id
where k.occurred_on >= :from and k.occurred_on < :until
  and k.recorded_at <= :known_at and (k.voided_at is null or k.voided_at > :known_at)
  and {countable_consultation}
