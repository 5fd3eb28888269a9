//! 額の計算: the lines of a grant held against the programme's rules, one after the other: what each
//! may cost, who bears it, and which line a cap refuses.

use std::collections::BTreeMap;

use ::programmes::{Catalogue, Held, Known, Outcome, Programme, Sheet, Tally, Use};
use civil::Date;

use super::record::Grant;
use crate::args;
use crate::store::{FromRow, Read};
use crate::web::{Error, Result};

/// 明細.
#[derive(Clone, Debug, FromRow)]
pub struct Line {
    pub id: String,
    pub item: String,
    pub what: String,
    pub share_of: Option<String>,
    pub worked_on: String,
    pub quantity: i64,
    pub invoiced: Option<i64>,
    pub trace: String,
}

/// 明細と額.
#[derive(Clone, Debug)]
pub struct Told {
    pub line: Line,
    /// What of it the rules accept, in words; and why not.
    pub quantity: String,
    pub yen: i64,
    pub refused: Option<String>,
}

/// 補助金の計算.
pub struct Figures {
    pub outcome: Outcome,
    pub lines: Vec<Told>,
    /// Who bears how much of what was accepted.
    pub payers: Vec<(String, i64)>,
    /// (question, answer)
    pub answers: Vec<(String, String)>,
    /// What is still to be answered.
    pub missing: Vec<String>,
}

impl Figures {
    pub fn shares(&self) -> impl Iterator<Item = (&str, civil::Yen)> {
        self.payers.iter().map(|(name, yen)| (name.as_str(), civil::Yen(*yen)))
    }

    /// What the rules allow to be granted: everything that is not the body's own part.
    pub fn allowed(&self) -> i64 {
        self.payers.iter().map(|(_, yen)| yen).sum()
    }
}

pub async fn lines(read: &mut Read, grant: &str) -> Result<Vec<Line>> {
    let rows = read
        .all(
            "select l.id, l.item, l.what, l.share_of, l.worked_on, l.quantity, l.invoiced, l.trace
             from grant_lines l where l.grant_id = $1 and l.voided_at is null
             order by l.worked_on, l.recorded_at, l.id",
            args![grant],
        )
        .await?;
    Ok(rows)
}

/// The answers of the body, as conditions count them.
async fn answers(read: &mut Read, grant: &str) -> Result<BTreeMap<String, i32>> {
    let rows: Vec<(String, i64)> =
        read.all("select fact, value from grant_facts where grant_id = $1", args![grant]).await?;
    let pairs = rows.into_iter().filter_map(|(fact, v)| Some((fact, v.try_into().ok()?)));
    Ok(pairs.collect())
}

pub async fn figures(read: &mut Read, all: &Catalogue, grant: &Grant) -> Result<Figures> {
    let programme = all.find(&grant.programme).ok_or(Error::NotFound)?;
    let year = grant.year().ok_or(Error::NotFound)?;
    let given = answers(read, &grant.id).await?;
    let lines = lines(read, &grant.id).await?;
    let on = grant.applied_on.parse().unwrap_or(year.range().start);
    let known = known(all, programme, &given, on);
    let verdict = programme.assess(&known, on);
    let mut missing: Vec<String> = Vec::new();
    for info in verdict.reasons.iter().flat_map(|r| &r.missing) {
        if !missing.contains(&info.ask) {
            missing.push(info.ask.clone());
        }
    }
    let said = programme
        .questions
        .iter()
        .filter_map(|q| given.get(&q.fact.name).map(|value| (q.label.clone(), q.say(*value))));
    let answers = said.collect();
    let outcome = verdict.outcome;
    let held = Held { from: year.range().start, until: Some(year.range().end) };
    let (lines, payers) = price(all, programme, &given, lines, held);
    Ok(Figures { outcome, lines, payers, answers, missing })
}

fn known(all: &Catalogue, programme: &Programme, given: &BTreeMap<String, i32>, on: Date) -> Known {
    let mut sheet: Sheet = all.sheet();
    sheet.derive(&all.facts, on);
    programme.known(&sheet, &|name| given.get(name).copied(), &all.settings)
}

type Priced = (Vec<Told>, Vec<(String, i64)>);

/// Each line in the order of its day; a cap that is full refuses the next.
fn price(
    all: &Catalogue,
    programme: &Programme,
    given: &BTreeMap<String, i32>,
    lines: Vec<Line>,
    held: Held,
) -> Priced {
    let mut tally = Tally::default();
    let mut payers: Vec<(String, i64)> = Vec::new();
    let mut out = Vec::new();
    for line in lines {
        let on: Date = line.worked_on.parse().unwrap_or(held.from);
        let known = known(all, programme, given, on);
        let version = programme.version_on(on);
        let wanted = line.wanted(on);
        let priced = programme.price(&known, &wanted, held).and_then(|priced| {
            tally.take(&priced.takes).map(|()| priced.charge).map_err(|(cap, left)| {
                let amount = priced.takes.iter().find(|t| t.cap == cap).map_or(0, |t| t.amount);
                let full = version.and_then(|v| v.cap(&cap)).map(|c| c.refusal(left, amount));
                full.unwrap_or_else(|| ::programmes::Refusal {
                    rule: cap,
                    message: "上限を超えます。".into(),
                    clause: String::new(),
                })
            })
        });
        let item = version.and_then(|v| v.item(&line.item));
        let quantity = item.map_or_else(String::new, |i| i.unit.say(line.quantity, &i.counter));
        match priced {
            Ok(charge) => {
                let own = charge.of(::programmes::FAMILY);
                let yen = charge.price - own;
                for payment in charge.payments.iter().filter(|p| p.payer != ::programmes::FAMILY) {
                    let name = programme.word(&payment.payer).to_owned();
                    match payers.iter_mut().find(|(other, _)| *other == name) {
                        Some((_, sum)) => *sum += payment.yen,
                        None => payers.push((name, payment.yen)),
                    }
                }
                out.push(Told { line, quantity, yen, refused: None });
            }
            Err(refusal) => {
                let why = match refusal.clause.as_str() {
                    "" => refusal.message,
                    clause => format!("{}（{clause}）", refusal.message),
                };
                out.push(Told { line, quantity, yen: 0, refused: Some(why) });
            }
        }
    }
    (out, payers)
}

impl Line {
    fn wanted(&self, on: Date) -> Use {
        Use {
            item: self.item.clone(),
            on,
            quantity: self.quantity,
            invoiced: self.invoiced,
            of: self.share_of.clone(),
            ..Use::default()
        }
    }

    pub fn day(&self) -> String {
        Grant::day(&self.worked_on)
    }
}

impl Told {
    pub fn money(&self) -> civil::Yen {
        civil::Yen(self.yen)
    }
}
