//! 廃棄できる記録: closed long enough ago for every kind of record there is about the person.

use civil::Date;
use jiff::ToSpan;

use super::retention::{Period, Retention};
use crate::access::{Reach, visible};
use crate::args;
use crate::records::tables;
use crate::store::{Cells, Read, Sql, words};
use crate::web::Result;

/// 廃棄できる人の記録.
#[derive(Clone, Debug)]
pub struct Due {
    pub id: String,
    pub number: i64,
    pub name: String,
    pub enrolled_on: String,
    pub closed_on: String,
    pub due_on: Date,
    /// Who proposed it already, and nobody confirmed.
    pub proposed: bool,
}

/// At most so many on one list: the rest come when these are gone.
const SHOWN: usize = 200;

/// Everybody who is due today, or only `id`; the longest due first.
pub async fn due(read: &mut Read, retention: &Retention, id: &str) -> Result<Vec<Due>> {
    let mut out = closed(read, retention, id).await?;
    out.extend(trashed(read, id).await?);
    out.sort_by_key(|one| (one.due_on, one.number));
    out.truncate(SHOWN);
    Ok(out)
}

/// Closed long enough ago.
async fn closed(read: &mut Read, retention: &Retention, id: &str) -> Result<Vec<Due>> {
    let kinds: Vec<&Period> = retention.disposed().collect();
    let today = read.actor.today();
    // Every person has rows of the folder: what is closed later than this cannot be due.
    let shortest = kinds.iter().find(|k| k.id == "folder").and_then(|k| k.years);
    let Some(years) = shortest else { return Ok(vec![]) };
    let rows: Vec<Cells> = read
        .see_all(Sql::built(statement(&kinds)), args![today.saturating_sub(years.years()), id])
        .await?;
    Ok(rows.iter().filter_map(|r| one(r, &kinds, today)).collect())
}

/// So many days a record lies in the trash before it may go.
const TRASH_DAYS: i64 = 30;

/// What should never have been made and lay in the trash long enough. The predicate shows it to
/// nobody; the controller's staff find it here by its number.
async fn trashed(read: &mut Read, id: &str) -> Result<Vec<Due>> {
    let (actor, today) = (read.actor.clone(), read.actor.today());
    if actor.role.reach() != Reach::Controller {
        return Ok(vec![]);
    }
    let rows: Vec<(String, i64, String, String, i64)> = read
        .all(
            "select c.id, c.number, c.enrolled_on, t.recorded_at,
               (select count(*) from disposal_items i join disposals d on d.id = i.disposal_id
                where i.client_id = c.id and d.confirmed_at is null and d.withdrawn_at is null)
             from clients c join trash t on t.client_id = c.id and t.restored_at is null
             where c.absent = 'trashed' and c.controller_id = $1
               and (cast($2 as text) = '' or c.id = $2) order by t.recorded_at, c.number",
            args![actor.controller_id, id],
        )
        .await?;
    let due = |(id, number, enrolled_on, at, proposed): (String, i64, String, String, i64)| {
        let day = at.parse::<civil::Instant>().ok()?.civil_date();
        let due_on = day.saturating_add(TRASH_DAYS.days());
        (due_on <= today).then(|| Due {
            id,
            number,
            name: "（ごみ箱の記録）".into(),
            enrolled_on,
            closed_on: day.to_string(),
            due_on,
            proposed: proposed > 0,
        })
    };
    Ok(rows.into_iter().filter_map(due).collect())
}

fn statement(kinds: &[&Period]) -> String {
    let held: Vec<String> = kinds.iter().map(|k| has_rows(&k.id)).collect();
    format!(
        "select c.id, c.number, n.family, coalesce(n.given, ''), c.enrolled_on, shut.closed_on,
           (select count(*) from disposal_items i join disposals d on d.id = i.disposal_id
            where i.client_id = c.id and d.confirmed_at is null and d.withdrawn_at is null), {}
         from clients c join closures shut on shut.client_id = c.id and shut.reopened_at is null
         join client_names n on n.client_id = c.id and n.voided_at is null
           and n.valid_from <= $5 and (n.valid_until is null or n.valid_until > $5)
         where shut.closed_on <= $6 and (cast($7 as text) = '' or c.id = $7)
           and c.controller_id = $2 and {}
         order by shut.closed_on, c.number",
        held.join(", "),
        visible("c.id", "identity")
    )
}

/// 1 where any table of the kind holds a row about the person.
fn has_rows(kind: &str) -> String {
    let of = tables::all().iter().filter(|t| t.keep == kind && !t.stays_on_disposal);
    let any: Vec<String> = of
        .map(|t| format!("exists (select 1 from {} x where {})", t.name, t.about("c.id")))
        .collect();
    format!("cast(case when {} then 1 else 0 end as bigint)", any.join(" or "))
}

/// The columns before those of the kinds.
const OWN: usize = 7;

fn one(row: &Cells, kinds: &[&Period], today: Date) -> Option<Due> {
    let text = |at: usize| row.0.get(at).map(words).unwrap_or_default();
    let closed: Date = text(5).parse().ok()?;
    let mut due_on = closed;
    for (at, kind) in kinds.iter().enumerate() {
        if text(OWN + at) == "1" {
            due_on = due_on.max(kind.due_on(closed)?);
        }
    }
    (due_on <= today).then(|| Due {
        id: text(0),
        number: text(1).parse().unwrap_or_default(),
        name: format!("{} {}", text(2), text(3)).trim().to_owned(),
        enrolled_on: text(4),
        closed_on: text(5),
        due_on,
        proposed: text(6) != "0",
    })
}

impl Due {
    pub fn number(&self) -> String {
        kana::ClientNumber::from_row(self.number).to_string()
    }

    pub fn closed(&self) -> String {
        self.closed_on.parse().map_or_else(|_| self.closed_on.clone(), civil::format_both)
    }

    pub fn due(&self) -> String {
        civil::format_both(self.due_on)
    }
}
