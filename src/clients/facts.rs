//! 台帳から: what the folder says on a day, one type a part, for the pages that show a person
//! whole. Each statement carries the predicate of its own category: what an actor may not see is
//! as if it were not there.

use civil::Date;
use sqlx::FromRow;

use super::who::era;
use crate::store::Read;
use crate::visible;
use crate::web::Result;

/// Rows of the person `$6` that are valid on the day `$7`, where the actor may see the category.
macro_rules! on_day {
    ($t:literal, $category:literal) => {
        concat!(
            $t,
            ".client_id = $6 and ",
            $t,
            ".voided_at is null and ",
            $t,
            ".valid_from <= $7 and (",
            $t,
            ".valid_until is null or ",
            $t,
            ".valid_until > $7) and ",
            visible!("c.id", $category)
        )
    };
}

/// A type, the statement that fills it, and its reader.
macro_rules! part {
    (
        $(#[$doc:meta])* $type:ident { $($field:ident: $of:ty),* $(,)? }
        $read:ident $category:literal $columns:literal $table:literal $order:literal
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, FromRow)]
        pub struct $type { $(pub $field: $of),* }

        pub async fn $read(read: &mut Read, client_id: &str, on: Date) -> Result<Vec<$type>> {
            let rows = read
                .see_all(
                    concat!(
                        "select ", $columns, " from ", $table, " t join clients c on c.id = \
                         t.client_id where ", on_day!("t", $category), " order by ", $order
                    ),
                    crate::args![client_id, on],
                )
                .await?;
            Ok(rows)
        }
    };
}

part! {
    /// 医療的ケア.
    Care {
        kind: String, times_a_day: Option<i64>, always: i64, night: i64, settings: Option<String>,
    }
    cares "care" "t.kind, t.times_a_day, t.always, t.night, t.settings" "client_cares" "t.id"
}

part! {
    /// 医療機器と電源.
    Device {
        kind: String, model: Option<String>, watts: Option<i64>, internal_minutes: Option<i64>,
        external_count: Option<i64>, external_minutes: Option<i64>, checked_on: Option<String>,
        supplier: Option<String>, supplier_phone: Option<String>, settings: Option<String>,
    }
    devices "care"
    "t.kind, t.model, t.watts, t.internal_minutes, t.external_count, t.external_minutes, \
     t.checked_on, t.supplier, t.supplier_phone, t.settings"
    "client_devices" "case when t.kind = 'ventilator' then 0 else 1 end, t.id"
}

part! {
    /// 保護者・介護者.
    Carer {
        name: String, relation: String, guardian: i64, together: i64, night_care: i64,
        work: Option<String>, leave_until: Option<String>, phone: Option<String>,
        note: Option<String>,
    }
    carers "family"
    "t.name, t.relation, t.guardian, t.together, t.night_care, t.work, t.leave_until, t.phone, \
     t.note"
    "client_carers" "t.guardian desc, t.id"
}

part! {
    /// きょうだい.
    Sibling { name: String, born_on: Option<String>, place: Option<String> }
    siblings "family" "t.name, t.born_on, t.place" "client_siblings" "t.born_on, t.id"
}

part! {
    /// 居場所.
    Whereabouts {
        kind: String, place: Option<String>, reason: Option<String>,
        expected_until: Option<String>, valid_from: String,
    }
    whereabouts "care" "t.kind, t.place, t.reason, t.expected_until, t.valid_from"
    "client_whereabouts" "t.valid_from desc"
}

part! {
    /// 一週間の居場所の一こま.
    Slot { weekday: String, starts: String, ends: String, place: String }
    timetable "care" "t.weekday, t.starts, t.ends, t.place" "client_timetables" "t.starts, t.id"
}

part! {
    /// 主治医.
    Physician {
        hospital: String, department: Option<String>, name: Option<String>, role: String,
        phone: Option<String>, interval: Option<String>,
    }
    physicians "care" "t.hospital, t.department, t.name, t.role, t.phone, t.interval"
    "client_physicians" "t.id"
}

part! {
    /// 園・学校.
    School {
        kind: String, place: String, grade: Option<String>, attendance: Option<String>,
        nurse: i64, accompany: i64, valid_from: String,
    }
    schools "care" "t.kind, t.place, t.grade, t.attendance, t.nurse, t.accompany, t.valid_from"
    "client_enrolments" "t.valid_from desc, t.id"
}

part! {
    /// 手帳・受給者証.
    Certificate { kind: String, grade: Option<String>, expires_on: Option<String> }
    certificates "identity" "t.kind, t.grade, t.expires_on" "client_certificates" "t.kind, t.id"
}

part! {
    /// アレルギー.
    Allergy { substance: String, reaction: Option<String>, severity: Option<String> }
    allergies "care" "t.substance, t.reaction, t.severity" "client_allergies" "t.id"
}

part! {
    /// 伝えるときの配慮.
    Caution { text: String }
    cautions "identity" "t.text" "client_cautions" "t.id"
}

part! {
    /// 病名.
    Diagnosis { name: String, main: i64, designated: Option<String>, note: Option<String> }
    diagnoses "care" "t.name, t.main, t.designated, t.note" "client_diagnoses" "t.main desc, t.id"
}

part! {
    /// からだの状態.
    Condition { mobility: String, smid: i64, note: Option<String> }
    conditions "care" "t.mobility, t.smid, t.note" "client_conditions" "t.valid_from desc"
}

part! {
    /// 連絡先.
    Contact { owner: String, phone: String, note: Option<String> }
    contacts "identity" "t.owner, t.phone, t.note" "client_contacts" "t.id"
}

/// 住まい.
#[derive(Clone, Debug, FromRow)]
pub struct Residence {
    pub area: String,
    pub postal: Option<String>,
    pub address: Option<String>,
    pub building: Option<String>,
}

/// A hidden address is for the controller's staff and the coordinators of the team alone: not for
/// who has a consent, and not for the family's account, which may be the one it is hidden from.
pub async fn residence(read: &mut Read, client_id: &str, on: Date) -> Result<Option<Residence>> {
    let row = read
        .see_maybe(
            concat!(
                "select t.area, t.postal, t.address, t.building from client_residences t
                 join clients c on c.id = t.client_id where ",
                on_day!("t", "identity"),
                " and ($1 in ('controller', 'team') or not exists
                   (select 1 from restrictions h where h.client_id = c.id
                    and h.kind = 'address_hidden' and h.voided_at is null and h.valid_from <= $5
                    and (h.valid_until is null or h.valid_until > $5)))
                  order by t.valid_from desc limit 1"
            ),
            crate::args![client_id, on],
        )
        .await?;
    Ok(row)
}

/// 同意の範囲: which categories of the person's data the actor may see today.
#[derive(Clone, Copy, Debug, Default, FromRow)]
pub struct May {
    pub family: i64,
    pub care: i64,
    pub consultation: i64,
}

pub async fn may(read: &mut Read, client_id: &str) -> Result<May> {
    let row: Option<May> = read
        .see_maybe(
            concat!(
                "select case when ",
                visible!("c.id", "family"),
                " then 1 else 0 end as family, case when ",
                visible!("c.id", "care"),
                " then 1 else 0 end as care, case when ",
                visible!("c.id", "consultation"),
                " then 1 else 0 end as consultation from clients c where c.id = $6 and ",
                visible!("c.id", "identity")
            ),
            crate::args![client_id],
        )
        .await?;
    Ok(row.unwrap_or_default())
}

/// Warned about when it lies within this many days.
const SOON: i32 = 90;

/// 期限. How near a date is, seen from a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    Over(i32),
    Soon(i32),
    Later,
}

pub fn due(date: &Option<String>, on: Date) -> Option<Due> {
    let date: Date = date.as_deref()?.parse().ok()?;
    let days = on.until(date).ok()?.get_days();
    Some(match days {
        ..0 => Due::Over(-days),
        0..=SOON => Due::Soon(days),
        _ => Due::Later,
    })
}

/// A date as people read it, with how near it is; "" where there is none.
pub fn dated(date: &Option<String>) -> String {
    date.as_deref().map(era).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_within_ninety_days_is_soon_and_what_has_ended_is_over() {
        let on: Date = "2026-11-20".parse().unwrap();
        let due_on = |d: &str| due(&Some(d.to_owned()), on);
        assert_eq!(due_on("2026-11-20"), Some(Due::Soon(0)));
        assert_eq!(due_on("2027-02-18"), Some(Due::Soon(90)));
        assert_eq!(due_on("2027-02-19"), Some(Due::Later));
        assert_eq!(due_on("2026-11-19"), Some(Due::Over(1)));
        assert_eq!((due(&None, on), due_on("いつか")), (None, None));
    }
}
