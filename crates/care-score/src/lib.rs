//! 医療的ケア判定スコア: which care a child needs becomes points, and points become a 区分.
//!
//! The table is data (`care_score.toml`); this crate reads it, adds up, and explains every line.
//! It refuses what it would have to guess: 「中」 where the form has two levels, a watch level on
//! a row that has none, a watch level that no physician judged.
//!
//! What the points give a right to (day care under 16, short stay from 16, ...) is not here:
//! those limits belong to the programmes.

mod judgement;
mod mean;
mod refusal;
mod table;
#[cfg(test)]
mod tests;

pub use judgement::{Day, Judge, Judgement};
pub use mean::{Mean, weighted_mean};
pub use refusal::Refusal;
pub use table::{Addition, Band, Choice, Error, Row, Table, Watch, WatchDrop};

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// 判定: scores the answers by the table, or says what has to be corrected first.
///
/// Refusals come in a fixed order: unknown rows, then the judgements, then the rows of the form
/// from top to bottom, so the same mistake always gets the same answer.
pub fn score(table: &Table, answers: &Answers) -> Result<Score, Refusal> {
    known_rows(table, answers)?;
    judged(table, answers)?;
    let mut lines = Vec::new();
    for row in &table.rows {
        let answer = answers.rows.get(&row.code).copied().unwrap_or_default();
        if let Some(line) = line(table, answers, row, answer)? {
            lines.push(line);
        }
    }
    let base = lines.iter().map(|l| l.base).sum();
    let watch = lines.iter().map(|l| l.watch).sum();
    let complete = lines.iter().all(|l| l.why != Why::WatchNotJudged);
    let total = base + watch;
    Ok(Score { base, watch, total, band: table.band(total).cloned(), complete, lines })
}

/// 医療的ケアスコア: the result, with the reason for every line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Score {
    /// 基本スコア
    pub base: u32,
    /// 見守りスコア
    pub watch: u32,
    /// 合計
    pub total: u32,
    /// 医療的ケア区分; none when there is nothing to score.
    pub band: Option<Band>,
    /// Whether every row that can have a 見守りスコア was judged for it.
    pub complete: bool,
    /// One line for each care present, in the order of the form.
    pub lines: Vec<Line>,
}

/// 内訳: one row of the form as it was scored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub code: String,
    /// The number as printed on the form: `1`, `7(2)`.
    pub number: String,
    pub label: String,
    pub base: u32,
    pub watch: u32,
    pub why: Why,
}

/// 理由: why a line has the watch points it has. `to_string()` is for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// The points of this level were added.
    Watched(Watch),
    /// 加点しない: judged, but a combination rule takes the watch points away.
    Dropped(String),
    /// The row has no watch score at all.
    NoWatchOnRow,
    /// A watch score is possible, but nobody has judged it yet.
    WatchNotJudged,
}

impl std::fmt::Display for Why {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Why::Watched(watch) => write!(f, "見守り「{}」", watch.label()),
            Why::Dropped(why) => f.write_str(why),
            Why::NoWatchOnRow => f.write_str("見守りスコアのない項目"),
            Why::WatchNotJudged => f.write_str("見守りは未判定のため加点していない"),
        }
    }
}

/// 判定票: what the form says. A row that is not mentioned is 「なし」.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answers {
    /// By row code. A map, so that one row can never count twice.
    pub rows: BTreeMap<String, Answer>,
    /// Who judged the 基本スコア: the facility may, after asking.
    pub base: Judgement,
    /// Who judged the 見守りスコア: only a physician may.
    pub watch: Option<Judgement>,
}

impl Answers {
    /// An empty form with the people who judged it.
    pub fn new(base: Judgement, watch: Option<Judgement>) -> Answers {
        Answers { rows: BTreeMap::new(), base, watch }
    }

    /// Adds a care that is present, with its watch level if that was judged.
    pub fn with(mut self, code: &str, watch: Option<Watch>) -> Answers {
        self.rows.insert(code.to_owned(), Answer { present: true, watch });
        self
    }

    /// Whether a physician judged both parts, which a programme that uses the number itself
    /// (看護職員加配加算) asks for. Without any watch judgement the answer is no.
    pub fn physician_throughout(&self) -> bool {
        let by_physician = |j: &Judgement| j.judged_by == Judge::Physician;
        by_physician(&self.base) && self.watch.as_ref().is_some_and(by_physician)
    }

    fn present(&self, code: &str) -> bool {
        self.rows.get(code).is_some_and(|answer| answer.present)
    }
}

/// 回答: one row of the form. The default is 「なし」.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    pub present: bool,
    #[serde(default)]
    pub watch: Option<Watch>,
}

fn known_rows(table: &Table, answers: &Answers) -> Result<(), Refusal> {
    let unknown = answers.rows.keys().find(|code| table.row(code).is_none());
    unknown.map_or(Ok(()), |code| Err(Refusal::UnknownRow { code: code.clone() }))
}

fn judged(table: &Table, answers: &Answers) -> Result<(), Refusal> {
    for judgement in std::iter::once(&answers.base).chain(&answers.watch) {
        if judgement.judged_on < table.since {
            return Err(Refusal::BeforeTable { on: judgement.judged_on, since: table.since });
        }
        if judgement.name.trim().is_empty() {
            return Err(Refusal::NoName);
        }
    }
    let any_watch = answers.rows.values().any(|answer| answer.watch.is_some());
    let physician = answers.watch.as_ref().is_some_and(|j| j.judged_by == Judge::Physician);
    if any_watch && !physician {
        return Err(Refusal::WatchNeedsPhysician);
    }
    Ok(())
}

/// A row that is 「なし」 gives no line; a row that contradicts itself gives a refusal.
fn line(
    table: &Table,
    answers: &Answers,
    row: &Row,
    answer: Answer,
) -> Result<Option<Line>, Refusal> {
    let points = match answer.watch {
        Some(watch) => Some((watch, watch_points(row, watch)?)),
        None => None,
    };
    if !answer.present {
        return match points {
            Some(_) => Err(Refusal::WatchOnAbsent { row: row.title() }),
            None => Ok(None),
        };
    }
    let drop = table.drops.iter().find(|d| d.of == row.code && answers.present(&d.when));
    let (watch, why) = match (points, drop) {
        (Some(_), Some(drop)) => (0, Why::Dropped(drop.why.clone())),
        (Some((watch, points)), None) => (points, Why::Watched(watch)),
        // Under the rule an open watch level changes nothing, so the form is not incomplete.
        (None, Some(drop)) => (0, Why::Dropped(drop.why.clone())),
        (None, None) if row.watch.is_empty() => (0, Why::NoWatchOnRow),
        (None, None) => (0, Why::WatchNotJudged),
    };
    let (code, label) = (row.code.clone(), row.label.clone());
    Ok(Some(Line { code, number: row.number(), label, base: row.base, watch, why }))
}

fn watch_points(row: &Row, watch: Watch) -> Result<u32, Refusal> {
    if row.watch.is_empty() {
        return Err(Refusal::NoWatchOnRow { row: row.title() });
    }
    let chosen = row.watch.iter().find(|choice| choice.level == watch);
    chosen.map(|choice| choice.points).ok_or_else(|| Refusal::LevelNotOnRow {
        row: row.title(),
        level: watch.label(),
        levels: row.levels(),
    })
}
