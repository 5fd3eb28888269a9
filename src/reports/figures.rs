//! A report drawn for one reader: the table with all that has to be said about it.

use civil::Date;
use serde::{Deserialize, Serialize};

use super::ask::Ask;
use super::catalogue::Report;
use super::coded::Coded;
use super::fill;
use super::front::{Front, Method, Period};
use super::grid::Grid;
use super::statement::Fact;
use super::table::Table;
use crate::access::{Actor, Reach};
use crate::codes::Codes;
use crate::store::{Arg, Read, Result};

/// 集計. What page, files and editions show; an edition keeps exactly this.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    pub report: String,
    pub title: String,
    pub description: String,
    /// 件（延べ）.
    pub counted: String,
    pub unit: String,
    /// 令和5年度（...）.
    pub period: String,
    pub ask: Ask,
    /// The period beside it, if there is one.
    pub last: Option<Ask>,
    /// Whose records were counted.
    pub sight: String,
    pub chart: Option<ChartPlan>,
    pub table: Table,
    pub notes: Vec<String>,
    pub source: String,
}

/// 図の描き方: positions among the column dimensions.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChartPlan {
    pub panels: Option<usize>,
    pub series: Option<usize>,
}

/// Draws the report as the reader may see it. Counts of people the reader may not see are not in
/// it: the predicate stands in the report's statement.
pub async fn draw(read: &mut Read, report: &Report, ask: Ask, codes: &Codes) -> Result<Figures> {
    draw_from(None, read, report, ask, codes).await
}

/// The same figures, counted in memory where the report is a plain count.
pub async fn draw_from(
    coded: Option<&Coded>,
    read: &mut Read,
    report: &Report,
    ask: Ask,
    codes: &Codes,
) -> Result<Figures> {
    let actor = read.actor.clone();
    let (front, today) = (&report.front, actor.today());
    let last = front.compare.map(|_| ask.last_year(today));
    let mut facts = vec![ask_for(coded, read, report, ask).await?];
    if let Some(last) = last {
        facts.push(ask_for(coded, read, report, last).await?);
    }
    let below = front.hides_below(actor.role);
    let grid = Grid::of(front, &facts, codes);
    let table = fill::table(front, &grid, &periods(ask, last), below);
    Ok(Figures {
        report: report.id.clone(),
        title: front.title.clone(),
        description: front.description.clone(),
        counted: front.counted(),
        unit: front.unit.clone(),
        period: ask.words(front.period),
        ask,
        last,
        sight: sight(&actor).to_owned(),
        chart: plan(front),
        notes: notes(front, &table, below, ask, last, today),
        source: front.source.clone(),
        table,
    })
}

async fn ask_for(
    coded: Option<&Coded>,
    read: &mut Read,
    report: &Report,
    ask: Ask,
) -> Result<Vec<Fact>> {
    if let Some((coded, by)) = coded.zip(report.plan.as_ref())
        && let Some(facts) = coded.facts(read, by, ask).await?
    {
        return Ok(facts);
    }
    let values: Vec<String> = report.statement.asks.iter().map(|name| ask.value(name)).collect();
    let args: Vec<Arg> = values.iter().map(|v| Arg::Text(Some(v.as_str().into()))).collect();
    read.see_all(report.statement.sql.clone(), &args).await
}

/// Short words over the columns.
fn periods(ask: Ask, last: Option<Ask>) -> Vec<String> {
    let short = |a: Ask| civil::FiscalYear::of(a.from).label();
    match last {
        None => vec![String::new()],
        Some(_) if ask.whole_year().is_none() => vec!["この期間".into(), "前年同期".into()],
        Some(last) => vec![short(ask), format!("前年同期（{}）", short(last))],
    }
}

fn plan(front: &Front) -> Option<ChartPlan> {
    let at = |name: &Option<String>| {
        name.as_ref().and_then(|n| front.columns.iter().position(|d| d.column == *n))
    };
    front.chart.as_ref().map(|c| ChartPlan { panels: at(&c.panels), series: at(&c.series) })
}

fn sight(actor: &Actor) -> &'static str {
    match actor.role.reach() {
        Reach::Controller => "この自治体・センターの記録すべてから数えました。",
        Reach::Team | Reach::Consented => {
            "あなたの所属が支援している利用者の記録と、あなたの所属が受けた相談から数えました。ほかの機関だけが扱う記録は入りません。"
        }
        Reach::Statistics => "すべての自治体・センターの記録から数えました。",
        Reach::Family | Reach::Nobody => "あなたに見える記録から数えました。",
    }
}

fn notes(
    front: &Front,
    table: &Table,
    below: Option<i64>,
    ask: Ask,
    last: Option<Ask>,
    today: Date,
) -> Vec<String> {
    let mut out = front.notes.clone();
    match front.percent.as_ref().map(|p| (p.method, p.digits)) {
        Some((Method::LargestRemainder, _)) => {
            out.push("割合は、合計が100％になるように端数を配分しています（最大剰余法）。".into());
        }
        Some((Method::HalfUp, digits)) => out.push(format!(
            "割合は小数第{}位を四捨五入しています。合計が100％にならないことがあります。",
            digits + 1
        )),
        None => {}
    }
    if let Some(limit) = below.filter(|_| table.hides()) {
        out.push(format!(
            "「*」は、{limit}{}未満の数と、それを計算できてしまう数を隠したしるしです。",
            front.unit
        ));
    }
    if let Some(last) = last {
        out.push(format!("前年同期は{}です。", last.words(Period::Span)));
    }
    if front.period == Period::Span && ask.until > today && ask.from <= today {
        out.push("期間はまだ終わっていません。数はこれから増えることがあります。".into());
    }
    out
}
