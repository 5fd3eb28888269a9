//! Which dates are one's own: promises one has made, the days that matter for one's cases, and for
//! whoever answers for grants their deadlines and the ends of the times for applying.

use ::programmes::Catalogue;
use civil::{Date, Instant};
use jiff::ToSpan;

use super::ics::Entry;
use crate::access::Actor;
use crate::follow_ups::{self, Filter, FollowUp};
use crate::grants::{apply, deadlines};
use crate::store::{FromRow, Read};
use crate::web::{App, Result};
use crate::{args, not_closed, visible};

/// So far back and ahead a calendar shows dates (unsourced).
const BACK_DAYS: i64 = 60;
const AHEAD_DAYS: i64 = 400;

/// (days, in the order of day and id). `base` is the server's address.
pub async fn own(app: &App, actor: &Actor, base: &str, all: &Catalogue) -> Result<Vec<Entry>> {
    let read = &mut app.read(actor).await?;
    let mut out = promises(read, base).await?;
    out.extend(of_cases(read, base).await?);
    if app.access.allows(actor.role, "GET", "/grants") {
        out.extend(of_grants(read, base).await?);
        out.extend(windows(all, window(read), base));
    }
    out.sort_by(|a, b| (a.day, &a.uid).cmp(&(b.day, &b.uid)));
    Ok(out)
}

fn window(read: &Read) -> (Date, Date) {
    let today = read.actor.today();
    (today.saturating_sub(BACK_DAYS.days()), today.saturating_add(AHEAD_DAYS.days()))
}

async fn promises(read: &mut Read, base: &str) -> Result<Vec<Entry>> {
    let (owner, (first, last)) = (Some(read.actor.account_id.clone()), window(read));
    let filter = Filter { owner, due_until: Some(last), ..Filter::default() };
    let one = |f: FollowUp| {
        let day = f.due_on.filter(|day| *day >= first)?;
        Some(Entry {
            uid: format!("promise-{}@kakehashi", f.id),
            day,
            written: f.recorded_at.parse().ok()?,
            summary: match f.source.as_str() {
                "consultation" => "相談の約束",
                "case_note" => "支援経過の約束",
                _ => "担当の約束",
            },
            url: format!("{base}/follow-ups/{}", f.id),
        })
    };
    let found = follow_ups::find(read, &filter).await?;
    Ok(found.into_iter().filter_map(one).collect())
}

#[derive(FromRow)]
struct Row {
    kind: String,
    id: String,
    day: String,
    written: String,
}

/// Rows of a table with a day, about people in the actor's charge today.
macro_rules! of_cases {
    ($kind:literal, $table:literal, $day:literal, $category:literal, $where:literal) => {
        concat!(
            "select '",
            $kind,
            "' as kind, x.id, x.",
            $day,
            " as day, x.recorded_at as written from ",
            $table,
            " x where x.voided_at is null and x.",
            $day,
            " >= $6 and x.",
            $day,
            " <= $7 and ",
            $where,
            " and exists (select 1 from assignments g where g.client_id = x.client_id",
            " and g.account_id = $4 and g.voided_at is null and g.valid_from <= $5",
            " and (g.valid_until is null or g.valid_until > $5)) and ",
            not_closed!("x.client_id"),
            " and ",
            visible!("x.client_id", $category)
        )
    };
}

const OPEN: &str = concat!(
    of_cases!(
        "certificate",
        "client_certificates",
        "expires_on",
        "identity",
        "x.valid_from <= $5 and (x.valid_until is null or x.valid_until > $5)"
    ),
    " union all ",
    of_cases!(
        "discharge",
        "client_whereabouts",
        "expected_until",
        "care",
        "x.kind = 'hospital' and x.valid_from <= $5 \
         and (x.valid_until is null or x.valid_until > $5)"
    ),
    " union all ",
    of_cases!(
        "consent",
        "consents",
        "valid_until",
        "identity",
        "x.withdrawn_on is null and x.valid_from <= $5"
    )
);

async fn of_cases(read: &mut Read, base: &str) -> Result<Vec<Entry>> {
    let ((first, last), account) = (window(read), read.actor.account_id.clone());
    let rows: Vec<Row> = read.see_all(OPEN, args![first, last]).await?;
    let one = |r: Row| {
        Some(Entry {
            uid: format!("{}-{}@kakehashi", r.kind, r.id),
            day: r.day.parse().ok()?,
            written: r.written.parse::<Instant>().ok()?,
            summary: match r.kind.as_str() {
                "certificate" => "手帳・受給者証の期限",
                "discharge" => "退院の予定",
                _ => "同意の期限",
            },
            url: format!("{base}/assignments/of/{account}"),
        })
    };
    Ok(rows.into_iter().filter_map(one).collect())
}

async fn of_grants(read: &mut Read, base: &str) -> Result<Vec<Entry>> {
    let (first, last) = window(read);
    let one = |d: deadlines::Deadline| {
        Some(Entry {
            uid: format!("grant-{}@kakehashi", d.id),
            day: Some(d.day()).filter(|day| *day >= first)?,
            written: d.recorded_at.parse().ok()?,
            summary: "補助金の手続の期限",
            url: format!("{base}/grants/{}", d.grant_id),
        })
    };
    Ok(deadlines::open(read, last).await?.into_iter().filter_map(one).collect())
}

/// The last days on which bodies may apply, as the programmes' files state them.
fn windows(all: &Catalogue, (first, last): (Date, Date), base: &str) -> Vec<Entry> {
    let mut out = vec![];
    for programme in apply::for_bodies(all) {
        for version in &programme.versions {
            // A version holds until the day before the next.
            let until =
                version.until.and_then(|day| day.yesterday().ok()).unwrap_or(last).min(last);
            for window in &version.windows {
                let mut end = window.until.on_or_after(first.max(version.from));
                while end <= until {
                    out.push(Entry {
                        uid: format!("window-{}-{end}@kakehashi", programme.id),
                        day: end,
                        written: Instant::start_of(version.from),
                        summary: "補助金の申請の受付の終わり",
                        url: format!("{base}/grants"),
                    });
                    end = window.until.on_or_after(end.tomorrow().unwrap_or(Date::MAX));
                }
            }
        }
    }
    out
}
