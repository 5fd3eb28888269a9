//! 区分の列: the consultations in memory, one byte a word, for reports that count them and nothing
//! else. Which reports those are is not declared: the statement of such a report is, word for word,
//! the plain count by its dimensions. What is kept follows the audit chains: every consultation
//! that is written has its event, and what has none leaves a mark (`store::changes`). So the answer
//! is always the recount's, also when another server writes.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crosstab::{Column, Full};
use tokio::sync::Mutex;

use super::ask::Ask;
use super::front::{Aggregate, Front, Period};
use super::statement::Fact;
use crate::access::Reach;
use crate::args;
use crate::store::{FromRow, Read, Result};

/// What consultations are counted by: (column of the report, how its statement says it).
const BY: [(&str, &str); 6] = [
    ("month", "substr(k.occurred_on, 6, 2)"),
    ("inquirer_kind", "k.inquirer_kind"),
    ("scope", "k.scope"),
    ("region", "k.region"),
    ("channel", "k.channel"),
    ("series", "k.series"),
];

/// The columns a report counts by, if it is a plain count of consultations.
pub fn plan(front: &Front, sql: &str) -> Option<Vec<usize>> {
    let by: Option<Vec<usize>> =
        front.dimensions().map(|d| BY.iter().position(|(name, _)| *name == d.column)).collect();
    let by = by.filter(|_| front.period == Period::Span)?;
    let [measure] = front.measures.as_slice() else { return None };
    let plain = measure.aggregate == Aggregate::Sum && measure.column == "n";
    let words = |sql: &str| sql.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    (plain && words(sql) == words(&plain_count(&by))).then_some(by)
}

fn plain_count(by: &[usize]) -> String {
    let said = |(name, how): (&str, &str)| match how.strip_prefix("k.") {
        Some(same) if same == name => how.to_owned(),
        _ => format!("{how} as {name}"),
    };
    let columns: Vec<String> = by.iter().map(|at| said(BY[*at])).collect();
    let groups: Vec<&str> = by.iter().map(|at| BY[*at].1).collect();
    format!(
        "select {}, count(*) as n from consultations k \
         where k.occurred_on >= :from and k.occurred_on < :until \
         and k.recorded_at <= :known_at and (k.voided_at is null or k.voided_at > :known_at) \
         and {{countable_consultation}} group by {}",
        columns.join(", "),
        groups.join(", ")
    )
}

/// 区分の列: shared by all requests; empty until somebody opens such a report.
#[derive(Clone, Debug, Default)]
pub struct Coded(Arc<Mutex<Option<Held>>>);

impl Coded {
    /// The facts of the report, or `None` where only the statement can say: the reader's sight
    /// depends on more than whose record it is, somebody is just reading the columns anew, or there
    /// are more words than the columns hold.
    pub async fn facts(
        &self,
        read: &mut Read,
        by: &[usize],
        ask: Ask,
    ) -> Result<Option<Vec<Fact>>> {
        let reach = read.actor.role.reach();
        if !matches!(reach, Reach::Controller | Reach::Statistics) || read.actor.emergency.is_some()
        {
            return Ok(None);
        }
        let Ok(mut held) = self.0.try_lock() else { return Ok(None) };
        if !refresh(&mut held, read).await? {
            return Ok(None);
        }
        let actor = read.actor.clone();
        let whose = match reach {
            Reach::Statistics => None,
            _ => Some((actor.controller_id, actor.organisation_id)),
        };
        Ok(held.as_mut().and_then(|h| h.facts(by, ask, whose)))
    }
}

/// What is kept, and how far it has followed the database.
#[derive(Debug, Default)]
struct Held {
    mark: i64,
    heads: BTreeMap<String, i64>,
    /// In the order of `ids`, the first in their own order.
    ids: Vec<u128>,
    later: HashMap<u128, u32>,
    columns: [Column; BY.len()],
    /// Whose it is: the controller, the office that alone knows the person, whether it is gone.
    whose: Column,
    occurred_on: Vec<u32>,
    recorded_at: Vec<i64>,
    voided_at: BTreeMap<u32, i64>,
    /// The last instant anything was recorded or voided.
    newest: i64,
    /// What was counted since the last change.
    counted: HashMap<Question, Vec<Fact>>,
}

/// (columns, from, until, known at, whose)
type Question = (Vec<usize>, u32, u32, i64, Option<(String, String)>);
/// So many questions are remembered.
const COUNTED: usize = 200;
/// More than these have changed: reading everything is quicker.
const FOLLOWED: usize = 2_000;
/// So many are read at a time, which bounds the memory that takes.
const PAGE: i64 = 10_000;

#[derive(FromRow)]
struct Row {
    id: String,
    occurred_on: String,
    month: String,
    inquirer_kind: String,
    scope: String,
    region: String,
    channel: String,
    series: String,
    recorded_at: String,
    voided_at: Option<String>,
    whose: String,
}

/// Whose record a consultation is, in one word: the parts of `visible!` that hold for everybody.
macro_rules! rows {
    ($where:literal) => {
        concat!(
            "select k.id, k.occurred_on, substr(k.occurred_on, 6, 2) as month, k.inquirer_kind,
               k.scope, k.region, k.channel, k.series, k.recorded_at, k.voided_at,
               coalesce(c.controller_id, k.controller_id) || ' ' ||
               case when c.held_by is not null and c.full_at is null then c.held_by else '' end
               || ' ' || coalesce(c.absent, '') as whose
             from consultations k left join clients c on c.id = k.client_id where ",
            $where
        )
    };
}

/// False where the columns cannot hold what there is.
async fn refresh(held: &mut Option<Held>, read: &mut Read) -> Result<bool> {
    let mark: Option<(i64,)> =
        read.maybe("select n from marks where name = 'consultations'", args![]).await?;
    let heads: Vec<(String, i64)> =
        read.all("select writer_id, seq from audit_heads", args![]).await?;
    let (mark, heads) = (mark.map_or(0, |m| m.0), BTreeMap::from_iter(heads));
    if let Some(held) = held.as_mut().filter(|h| h.mark == mark)
        && let Some(done) = held.follow(read, &heads).await?
    {
        return Ok(done.is_ok());
    }
    *held = None;
    let mut new = Held { mark, heads, ..Held::default() };
    let mut after = String::new();
    loop {
        let sql = rows!("k.id > $1 order by k.id limit cast($2 as bigint)");
        let rows: Vec<Row> = read.all(sql, args![after, PAGE]).await?;
        let Some(last) = rows.last() else { break };
        after.clone_from(&last.id);
        if rows.iter().try_for_each(|row| new.put(row)).is_err() {
            return Ok(false);
        }
    }
    *held = Some(new);
    Ok(true)
}

impl Held {
    /// Reads again what the chains say was written since; `None`: too much.
    async fn follow(
        &mut self,
        read: &mut Read,
        heads: &BTreeMap<String, i64>,
    ) -> Result<Option<Result<(), Full>>> {
        let mut changed = vec![];
        for (writer, seq) in heads {
            let known = self.heads.get(writer).copied().unwrap_or(0);
            if known == *seq {
                continue;
            }
            let some: Vec<(String,)> = read
                .all(
                    "select distinct record_id from audit_events where writer_id = $1 and seq > $2
                       and seq <= $3 and noun = 'consultation' and verb <> 'view'",
                    args![writer, known, seq],
                )
                .await?;
            changed.extend(some.into_iter().map(|(id,)| id));
        }
        if changed.len() > FOLLOWED {
            return Ok(None);
        }
        for id in changed {
            // A correction has voided the row it replaces.
            let sql = rows!(
                "k.id = $1 or k.id = (select n.replaces_id from consultations n where n.id = $1)"
            );
            let rows: Vec<Row> = read.all(sql, args![id]).await?;
            if rows.iter().try_for_each(|row| self.put(row)).is_err() {
                return Ok(Some(Err(Full)));
            }
            self.counted.clear();
        }
        self.heads.clone_from(heads);
        Ok(Some(Ok(())))
    }

    /// A row that is new, or that may have been voided or counts again.
    fn put(&mut self, row: &Row) -> Result<(), Full> {
        let id = number(&row.id)?;
        let at = match self.at(id) {
            Some(at) => at,
            None => self.push(id, row)?,
        };
        match row.voided_at.as_deref().map(millis).transpose()? {
            Some(when) => {
                self.voided_at.insert(at, when);
                self.newest = self.newest.max(when);
            }
            None => {
                self.voided_at.remove(&at);
            }
        }
        Ok(())
    }

    fn at(&self, id: u128) -> Option<u32> {
        let sorted = self.ids.len() - self.later.len();
        let early = self.ids.get(..sorted).unwrap_or_default();
        let found = early.binary_search(&id).ok().and_then(|at| u32::try_from(at).ok());
        found.or_else(|| self.later.get(&id).copied())
    }

    fn push(&mut self, id: u128, row: &Row) -> Result<u32, Full> {
        let words =
            [&row.month, &row.inquirer_kind, &row.scope, &row.region, &row.channel, &row.series];
        for (column, word) in self.columns.iter_mut().zip(words) {
            column.push(word)?;
        }
        self.whose.push(&row.whose)?;
        self.occurred_on.push(day(&row.occurred_on)?);
        let recorded = millis(&row.recorded_at)?;
        self.recorded_at.push(recorded);
        self.newest = self.newest.max(recorded);
        let at = u32::try_from(self.ids.len()).map_err(|_| Full)?;
        if !self.later.is_empty() || self.ids.last().is_some_and(|last| *last > id) {
            self.later.insert(id, at);
        }
        self.ids.push(id);
        Ok(at)
    }

    fn facts(
        &mut self,
        by: &[usize],
        ask: Ask,
        whose: Option<(String, String)>,
    ) -> Option<Vec<Fact>> {
        let (from, until) = (day(&ask.from.to_string()).ok()?, day(&ask.until.to_string()).ok()?);
        // Whoever asks later than anything was recorded asks the same.
        let known_at = ask.known_at.millis().min(self.newest);
        let question = (by.to_vec(), from, until, known_at, whose);
        if let Some(facts) = self.counted.get(&question) {
            return Some(facts.clone());
        }
        let facts = self.count(&question)?;
        if self.counted.len() >= COUNTED {
            self.counted.clear();
        }
        self.counted.insert(question, facts.clone());
        Some(facts)
    }

    fn count(&self, (by, from, until, known_at, whose): &Question) -> Option<Vec<Fact>> {
        let mut seen = [true; 256];
        if let Some((controller, office)) = whose {
            for (code, seen) in (0..=u8::MAX).zip(&mut seen) {
                let mut said = self.whose.word(code).split(' ');
                let (of, held_by, absent) = (said.next()?, said.next(), said.next());
                let held_by = held_by.unwrap_or_default();
                *seen = of == controller
                    && absent.unwrap_or_default().is_empty()
                    && (held_by.is_empty() || held_by == office);
            }
        }
        let columns: Vec<&Column> = by.iter().filter_map(|at| self.columns.get(*at)).collect();
        let records = self.ids.len();
        let fits = |n: usize| {
            let (on, recorded) = (self.occurred_on[n], self.recorded_at[n]);
            (on >= *from)
                & (on < *until)
                & (recorded <= *known_at)
                & seen[usize::from(self.whose.code(n).unwrap_or_default())]
        };
        let cells = crosstab::count(&columns, records, &[], fits)?;
        let mut n: BTreeMap<Vec<u8>, i64> = cells.into_iter().map(|c| (c.codes, c.n)).collect();
        let gone = self.voided_at.iter().filter(|(_, when)| *when <= known_at);
        for record in gone.filter_map(|(n, _)| usize::try_from(*n).ok()).filter(|n| fits(*n)) {
            let codes: Option<Vec<u8>> = columns.iter().map(|c| c.code(record)).collect();
            *n.entry(codes?).or_default() -= 1;
        }
        n.retain(|_, n| *n != 0);
        Some(n.into_iter().map(|(codes, n)| fact(&columns, &codes, n)).collect())
    }
}

fn fact(columns: &[&Column], codes: &[u8], n: i64) -> Fact {
    let mut words = columns.iter().zip(codes).map(|(c, code)| c.word(*code).to_owned());
    Fact {
        k1: words.next(),
        k2: words.next(),
        k3: words.next(),
        k4: words.next(),
        n1: Some(n),
        ..Fact::default()
    }
}

/// What is not in the form the program writes is left to the statement.
fn number(id: &str) -> Result<u128, Full> {
    let digits = id.replace('-', "");
    if digits.len() == 32 { u128::from_str_radix(&digits, 16).map_err(|_| Full) } else { Err(Full) }
}

fn day(on: &str) -> Result<u32, Full> {
    on.replace('-', "").parse().map_err(|_| Full)
}

fn millis(at: &str) -> Result<i64, Full> {
    at.parse::<civil::Instant>().map(|at| at.millis()).map_err(|_| Full)
}
