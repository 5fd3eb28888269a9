//! 台帳の全体: what every part says on a day, in one statement. Parts have different fields; each row
//! is read as text, with room for the widest.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use civil::Date;

use super::read::{OWN, Stored, columns};
use super::{Part, PartRow, all};
use crate::access::{address_hidden, visible_row};
use crate::args;
use crate::clients::care_score;
use crate::codes::Codes;
use crate::store::{self, FromRow, Read, Sql};
use crate::web::Result;

/// 台帳の全体. What the actor may see of a person on a day.
#[derive(Debug, Default)]
pub struct Whole {
    /// (part, its rows), in the order of the file.
    pub parts: Vec<(&'static Part, Vec<PartRow>)>,
    /// The categories of the person's data the actor may see today.
    pub may: Vec<&'static str>,
    /// The address and the telephones are hidden from the actor.
    pub hidden: bool,
    pub score: Option<care_score::Stored>,
}

/// The branches before those of the parts.
const MAY: i64 = -2;
const SCORE: i64 = -1;

pub async fn whole(read: &mut Read, codes: &Codes, client_id: &str, on: Date) -> Result<Whole> {
    static SQL: OnceLock<Sql> = OnceLock::new();
    let sql = SQL.get_or_init(|| Sql::built(statement())).clone();
    let mut rows: Vec<Branch> = read.see_all(sql, args![client_id, on]).await?;
    rows.sort_by(|a, b| a.place().cmp(&b.place()));
    let mut out = Whole { parts: all().iter().map(|p| (p, vec![])).collect(), ..Whole::default() };
    for Branch { of, values } in rows {
        match (of, usize::try_from(of).ok().and_then(|of| out.parts.get_mut(of))) {
            (MAY, _) => {
                let given = SEEN.iter().zip(&values).filter(|(_, v)| v.as_deref() == Some("1"));
                out.may = std::iter::once("identity").chain(given.map(|(c, _)| *c)).collect();
                out.hidden = values.get(SEEN.len()).is_some_and(|v| v.as_deref() == Some("1"));
            }
            (SCORE, _) => out.score = Some(care_score::Stored::from_texts(values)),
            (_, Some((part, rows))) => {
                rows.extend(Stored::from_texts(values).map(|s| s.row(part, codes, &[])));
            }
            _ => {}
        }
    }
    Ok(out)
}

/// What the page asks consent for, beside the identity of whoever it is about.
const SEEN: &[&str] = &["family", "care", "consultation"];

fn statement() -> String {
    let parts = all();
    let width = parts.iter().map(|p| OWN + p.form.fields.len()).chain([care_score::WIDTH]).max();
    let width = width.unwrap_or(OWN);
    let padded = |branch: i64, values: Vec<String>, rest: &str| {
        let missing = width.saturating_sub(values.len());
        // The first says of what kind they are.
        let room = if branch == MAY { "cast(null as text)" } else { "null" };
        let values = values.into_iter().chain(std::iter::repeat_n(room.to_owned(), missing));
        let values = values.collect::<Vec<_>>().join(", ");
        format!("select cast({branch} as bigint), {values} {rest}")
    };
    let said = |flag: String| format!("cast({} as text)", asked(&flag));
    let mut flags: Vec<String> = SEEN.iter().map(|c| said(sees(c))).collect();
    flags.push(said(HIDDEN.to_owned()));
    let mut branches = vec![padded(MAY, flags, &format!("where {}", is(&sees("identity"))))];
    let (score, from) = care_score::branch();
    branches.push(padded(SCORE, score, &format!("{from} and {}", is(&sees("care")))));
    for (n, part) in (0..).zip(parts) {
        branches.push(padded(n, columns(part, UNSIGNED, Some(&is(HIDDEN))), &rows_of(part)));
    }
    format!("with may as ({}) {}", categories(parts), branches.join(" union all "))
}

/// What stands before a part's fields, without the names of who wrote the row: of rows that count
/// nobody is asked who voided them, and who recorded one is said where its history is.
const UNSIGNED: [&str; OWN] = [
    "x.id",
    "x.valid_from",
    "x.valid_until",
    "x.recorded_at",
    "''",
    "x.replaces_id",
    "null",
    "null",
    "null",
    "x.ended_at",
];

/// What the actor may see of the person, asked once for all parts.
fn categories(parts: &[Part]) -> String {
    let of_parts = parts.iter().map(|p| p.category);
    let all: BTreeSet<&str> = of_parts.chain(SEEN.iter().copied()).chain(["identity"]).collect();
    let flag = |what: String, name: &str| format!("case when {what} then 1 else 0 end as {name}");
    let mut flags: Vec<String> = all.iter().map(|c| flag(visible_row("c", c), &sees(c))).collect();
    flags.push(flag(address_hidden("c.id"), HIDDEN));
    format!("select {} from clients c where c.id = $6", flags.join(", "))
}

const HIDDEN: &str = "address_hidden";

fn sees(category: &str) -> String {
    format!("sees_{category}")
}

/// An answer of `categories`.
fn asked(flag: &str) -> String {
    format!("(select m.{flag} from may m)")
}

fn is(flag: &str) -> String {
    format!("{} = 1", asked(flag))
}

/// The rows of a part valid on `$7`, where neither consent nor a hidden address forbids it.
fn rows_of(part: &Part) -> String {
    let hidden = match part.hidden_by {
        Some(_) => format!(" and not {}", is(HIDDEN)),
        None => String::new(),
    };
    format!(
        "from {} x where x.client_id = $6 and x.valid_from <= $7 and x.voided_at is null
           and (x.valid_until is null or x.valid_until > $7) and {}{hidden}",
        part.table,
        is(&sees(part.category))
    )
}

/// Which branch a row is of, and its values as text.
struct Branch {
    of: i64,
    values: Vec<Option<String>>,
}

impl Branch {
    /// Since when it holds, when it was recorded, its id. A database would sort every branch for
    /// itself before it puts them together.
    fn place(&self) -> (i64, [Option<&str>; 3]) {
        (self.of, [1, 3, 0].map(|at| self.values.get(at)?.as_deref()))
    }
}

impl FromRow for Branch {
    fn from_row(row: &store::Row<'_>) -> store::Result<Self> {
        let of = row.at(0)?;
        let values: Result<_, _> = (1..=room(of)).map(|at| row.at(at)).collect();
        Ok(Self { of, values: values? })
    }
}

/// How many of a row's values a branch fills.
fn room(of: i64) -> usize {
    match (of, usize::try_from(of).ok().and_then(|of| all().get(of))) {
        (MAY, _) => SEEN.len() + 1,
        (_, Some(part)) => OWN + part.form.fields.len(),
        _ => care_score::WIDTH,
    }
}
