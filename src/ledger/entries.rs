//! 台帳の行, as pages show them: what was booked or used, and whether it was taken back.

use ::programmes::{Programme, Unit};
use civil::{Date, Yen};

use crate::store::{FromRow, Read};
use crate::web::{Error, Result, said};
use crate::{args, visible, visible_award};

/// 台帳の行.
#[derive(Clone, Debug, FromRow)]
pub struct Entry {
    pub id: String,
    pub client_id: String,
    pub decision_id: String,
    pub programme: String,
    pub kind: String,
    pub item: String,
    pub used_on: String,
    pub starts_at: Option<String>,
    pub ends_at: Option<String>,
    pub quantity: i64,
    pub venue: Option<String>,
    pub done_by: Option<String>,
    pub purpose: Option<String>,
    pub share_of: Option<String>,
    pub organisation_id: Option<String>,
    pub organisation: Option<String>,
    pub price: i64,
    pub note: String,
    pub recorded_at: String,
    pub by_name: Option<String>,
    /// Why it was taken back, and when; nothing while it counts.
    pub back_note: Option<String>,
    pub back_at: Option<String>,
    /// The booking a use came from.
    pub replaces_id: Option<String>,
    /// The use that came from a booking.
    pub became: Option<String>,
}

/// Of `decisions d join ledger_entries e`; a body sees its own rows.
macro_rules! entries {
    ($where:literal, $order:literal) => {
        concat!(
            "select e.id, d.client_id, e.decision_id, d.programme, e.kind, e.item, e.used_on,
               e.starts_at, e.ends_at, e.quantity, e.venue, e.done_by, e.purpose, e.share_of,
               e.organisation_id, o.name as organisation, e.price, e.note, e.recorded_at,
               a.name as by_name, r.note as back_note, r.recorded_at as back_at, e.replaces_id,
               (select max(u.id) from ledger_entries u where u.replaces_id = e.id) as became
             from decisions d join ledger_entries e on e.decision_id = d.id
               left join organisations o on o.id = e.organisation_id
               left join accounts a on a.id = e.recorded_by
               left join ledger_entries r on r.reverses_id = e.id
             where e.kind <> 'reversal' and ",
            $where,
            " and ($1 <> 'consented' or e.organisation_id = $3) and ",
            visible_award!(),
            " order by ",
            $order
        )
    };
}

/// Of a person: the newest first.
pub async fn of_client(read: &mut Read, client_id: &str) -> Result<Vec<Entry>> {
    let sql = entries!("d.client_id = $6", "e.used_on desc, e.starts_at desc, e.id desc limit 300");
    Ok(read.see_all(sql, args![client_id]).await?)
}

/// One of them, if the actor may see it.
pub async fn see(read: &mut Read, id: &str) -> Result<Entry> {
    let found: Option<Entry> = read.see_maybe(entries!("e.id = $6", "e.id"), args![id]).await?;
    found.ok_or(Error::NotFound)
}

/// Bookings of an award that stand.
pub async fn bookings(read: &mut Read, decision_id: &str) -> Result<Vec<Entry>> {
    let sql = entries!(
        "e.decision_id = $6 and e.kind = 'booking' and r.id is null",
        "e.used_on, e.starts_at, e.id"
    );
    Ok(read.see_all(sql, args![decision_id]).await?)
}

/// What a body booked and gave in `[from, until)`, of people the actor may also name.
pub async fn of_body(
    read: &mut Read,
    organisation: &str,
    (from, until): (Date, Date),
) -> Result<Vec<Entry>> {
    let sql = concat!(
        "select * from (",
        entries!(
            "e.organisation_id = $6 and e.used_on >= $7 and e.used_on < $8",
            "e.used_on, e.starts_at, e.id"
        ),
        ") s where ",
        visible!("s.client_id", "identity"),
        " order by s.used_on, s.starts_at, s.id"
    );
    Ok(read.see_all(sql, args![organisation, from, until]).await?)
}

impl Entry {
    pub fn stands(&self) -> bool {
        self.back_at.is_none()
    }

    pub fn is_booking(&self) -> bool {
        self.kind == "booking"
    }

    pub fn day(&self) -> Date {
        self.used_on.parse().unwrap_or(Date::MAX)
    }

    /// 「11月20日（金）9:00から11:00」.
    pub fn when(&self) -> String {
        let day = civil::format_with_weekday(self.day());
        match (clock(&self.starts_at), clock(&self.ends_at)) {
            (Some(from), Some(to)) => format!("{day} {from}から{to}"),
            _ => day,
        }
    }

    pub fn from(&self) -> String {
        clock(&self.starts_at).unwrap_or_default()
    }

    pub fn to(&self) -> String {
        clock(&self.ends_at).unwrap_or_default()
    }

    /// 「2時間30分」 in the words of its programme.
    pub fn amount(&self, programme: &Programme) -> String {
        let version = programme.version_on(self.day()).or(programme.versions.last());
        match version.and_then(|v| v.item(&self.item)) {
            Some(item) => item.unit.say(self.quantity, &item.counter),
            None => Unit::Count.say(self.quantity, ""),
        }
    }

    /// 「派遣・居宅・看護師・休養」, and whose part of a cap it is.
    pub fn what(&self, programme: &Programme) -> String {
        let version = programme.version_on(self.day()).or(programme.versions.last());
        let item = version.and_then(|v| v.item(&self.item)).map_or("", |item| item.name.as_str());
        let more = [&self.venue, &self.done_by, &self.purpose].into_iter().flatten();
        let words = std::iter::once(item).chain(more.map(|id| programme.word(id)));
        let words = words.chain(self.share_of.as_deref());
        words.filter(|w| !w.is_empty()).collect::<Vec<_>>().join("・")
    }

    pub fn yen(&self) -> String {
        if self.price == 0 { String::new() } else { Yen(self.price).to_string() }
    }

    /// 「予約」, 「実績」, or what became of it.
    pub fn state(&self) -> &'static str {
        match (self.kind.as_str(), self.stands(), self.became.is_some()) {
            ("booking", true, _) => "予約",
            ("booking", false, true) => "実績になった予約",
            ("booking", false, false) => "取り消した予約",
            (_, true, _) => "実績",
            _ => "取り消した実績",
        }
    }

    pub fn recorded(&self) -> String {
        said::moment(&self.recorded_at)
    }
}

/// 「9:05」 of 「2026-11-20T09:05」.
fn clock(at: &Option<String>) -> Option<String> {
    let time = at.as_ref()?.split_once('T')?.1;
    Some(time.strip_prefix('0').unwrap_or(time).to_owned())
}
