//! The statements behind the lists. Each carries the predicate for who the person is and for the
//! category of data that put them on the list.

use crate::{full_record, in_team, not_closed, summary_tables, visible, visible_follow_up};

/// People of the registry with a fact and a day: number, name, birth, `fact`, `day`; one more than
/// are counted (`said::COUNTED`).
macro_rules! people {
    (
        $fact:literal, $day:literal, $joins:literal, $category:literal, $where:expr, $order:literal
    ) => {
        concat!(
            "select c.number, l.family, l.given, l.born_on, ",
            $fact,
            " as fact, ",
            $day,
            " as day from ",
            summary_tables!(),
            " ",
            $joins,
            " where ",
            visible!("c.id", "identity"),
            " and ",
            visible!("c.id", $category),
            " and ",
            not_closed!("c.id"),
            " and ",
            full_record!("c"),
            " and ",
            $where,
            " order by ",
            $order,
            ", c.number limit 1001"
        )
    };
}

/// `x` is a row of the folder that is valid today.
macro_rules! valid {
    ($x:literal) => {
        concat!(
            $x,
            ".voided_at is null and ",
            $x,
            ".valid_from <= $5 and (",
            $x,
            ".valid_until is null or ",
            $x,
            ".valid_until > $5)"
        )
    };
}

/// In the actor's charge for longer than `$6`, and nothing written about them since.
pub const STALLED: &str = people!(
    "cast('' as text)",
    "(select max(t.day) from (select k.occurred_on as day from consultations k \
      where k.client_id = c.id and k.voided_at is null \
      union all select m.occurred_on from case_notes m \
      where m.client_id = c.id and m.voided_at is null) as t)",
    "",
    "consultation",
    "exists (select 1 from assignments g where g.client_id = c.id and g.account_id = $4 \
      and g.voided_at is null and g.valid_from <= $6 \
      and (g.valid_until is null or g.valid_until > $5)) \
     and not exists (select 1 from consultations k where k.client_id = c.id \
      and k.voided_at is null and k.occurred_on > $6) \
     and not exists (select 1 from case_notes m where m.client_id = c.id \
      and m.voided_at is null and m.occurred_on > $6)",
    "6"
);

/// A carer's leave ends between today and `$6`. Those who are told nothing are on no list.
pub const LEAVE_ENDING: &str = people!(
    "x.relation",
    "x.leave_until",
    "join client_carers x on x.client_id = c.id",
    "family",
    concat!(
        "coalesce(x.informed, '') <> 'must_not' and coalesce(x.custody, '') <> 'no' and ",
        "x.leave_until >= $5 and x.leave_until <= $6 and ",
        valid!("x")
    ),
    "x.leave_until"
);

/// A hidden address somebody must look at again by `$6`; one without a day, at once.
pub const ADDRESS_REVIEWS: &str = people!(
    "x.basis",
    "coalesce(x.review_on, x.valid_from)",
    "join restrictions x on x.client_id = c.id",
    "identity",
    concat!("coalesce(x.review_on, x.valid_from) <= $6 and ", valid!("x")),
    "coalesce(x.review_on, x.valid_from)"
);

/// A certificate has run out or does so by `$6`.
pub const CERTIFICATES: &str = people!(
    "x.kind",
    "x.expires_on",
    "join client_certificates x on x.client_id = c.id",
    "identity",
    concat!("x.expires_on <= $6 and ", valid!("x")),
    "x.expires_on"
);

/// Nobody is in main charge today.
pub const WITHOUT_COORDINATOR: &str = people!(
    "cast('' as text)",
    "c.enrolled_on",
    "",
    "identity",
    "l.coordinator_id is null",
    "c.enrolled_on"
);

/// Enrolled since `$6`.
pub const NEW: &str = people!(
    "cast('' as text)",
    "c.enrolled_on",
    "",
    "identity",
    "c.enrolled_on >= $6",
    "c.enrolled_on"
);

/// Not yet born, or born since `$6`.
pub const NEWBORN: &str = people!(
    "case when l.born_on is null then '出産予定' else '出生' end",
    "coalesce(l.born_on, l.expected_on)",
    "",
    "identity",
    "(l.born_on >= $6 or (l.born_on is null and l.expected_on is not null))",
    "coalesce(l.born_on, l.expected_on)"
);

/// In hospital, and to come home by `$6`.
pub const DISCHARGE: &str = people!(
    "coalesce(x.place, '')",
    "x.expected_until",
    "join client_whereabouts x on x.client_id = c.id",
    "care",
    concat!("x.kind = 'hospital' and x.expected_until <= $6 and ", valid!("x")),
    "x.expected_until"
);

/// Breathes with a ventilator, and nobody has looked at its batteries since `$6`.
pub const BATTERIES: &str = people!(
    "case when exists (select 1 from client_devices d where d.client_id = c.id \
      and d.kind = 'ventilator' and d.voided_at is null and d.valid_from <= $5 \
      and (d.valid_until is null or d.valid_until > $5)) \
      then '電池を確かめた日' else '機器が登録されていない' end",
    "(select max(d.checked_on) from client_devices d where d.client_id = c.id \
      and d.kind = 'ventilator' and d.voided_at is null and d.valid_from <= $5 \
      and (d.valid_until is null or d.valid_until > $5))",
    "",
    "care",
    concat!(
        "(exists (select 1 from client_cares f where f.client_id = c.id and f.kind = 'ventilator'",
        " and ",
        valid!("f"),
        ") or exists (select 1 from client_devices d where d.client_id = c.id",
        " and d.kind = 'ventilator' and ",
        valid!("d"),
        ")) and not exists (select 1 from client_devices d where d.client_id = c.id",
        " and d.kind = 'ventilator' and d.checked_on > $6 and ",
        valid!("d"),
        ")"
    ),
    "6"
);

/// The organisation is in touch with them today, with consent.
pub const IN_TOUCH: &str = people!(
    "(select min(t.role) from team_members t where t.client_id = c.id and t.organisation_id = $3 \
      and t.voided_at is null and t.valid_from <= $5 \
      and (t.valid_until is null or t.valid_until > $5))",
    "(select min(t.valid_from) from team_members t where t.client_id = c.id \
      and t.organisation_id = $3 and t.voided_at is null and t.valid_from <= $5 \
      and (t.valid_until is null or t.valid_until > $5))",
    "",
    "identity",
    in_team!("c"),
    "2, 3"
);

/// A consent given to the organisation ends by `$6`.
pub const CONSENTS: &str = people!(
    "x.purpose",
    "x.valid_until",
    "join consents x on x.client_id = c.id",
    "identity",
    concat!(
        "x.recipient_id = $3 and x.withdrawn_on is null and x.valid_until <= $6 and ",
        valid!("x")
    ),
    "x.valid_until"
);

/// Promises of every office the actor sees that were due before today.
pub const OVERDUE: &str = concat!(
    "select f.id, f.what, o.name as office, a.name as owner, f.due_on from follow_ups f ",
    "join organisations o on o.id = f.organisation_id join accounts a on a.id = f.owner_id where ",
    visible_follow_up!(),
    " and f.done_at is null and f.voided_at is null and f.due_on < $5 and ",
    not_closed!("f.client_id"),
    " order by o.name, f.due_on, f.id"
);

/// Accounts of the controller that are locked after wrong passwords: `$1` controller, `$2` now.
pub const LOCKED: &str = "select a.id, a.name, a.login, a.locked_until from accounts a \
     where a.disabled_at is null and a.locked_until > $2 and exists (select 1 from posts p \
      join organisations o on o.id = p.organisation_id \
      where p.account_id = a.id and o.controller_id = $1 and p.voided_at is null) \
     order by a.kana, a.id";

/// Posts of the controller that end: `$1` controller, `$2` today, `$3` the last day asked about.
pub const POSTS_ENDING: &str = "select a.id, a.name, o.name, p.valid_until from posts p \
     join accounts a on a.id = p.account_id and a.disabled_at is null \
     join organisations o on o.id = p.organisation_id \
     where o.controller_id = $1 and p.voided_at is null and p.valid_until > $2 \
      and p.valid_until <= $3 order by p.valid_until, a.id";
