//! The nouns: a programme, its dated versions, what a version gives, how much of it, for what.

use std::collections::BTreeMap;

use civil::{Date, Share};
use eligibility::{NodeId, Rules};
use serde::Deserialize;

use crate::facts::FactInfo;
use crate::quantity::{Amount, MonthDay};
use crate::raw::{Lasts, RawExample};

/// 事業.
#[derive(Clone, Debug)]
pub struct Programme {
    pub id: String,
    pub name: String,
    pub short: String,
    pub summary: String,
    pub holder: Holder,
    /// Who runs it: 「区」, 「都」.
    pub run_by: String,
    pub office: String,
    /// 支給決定 is made elsewhere; only reference data is imported.
    pub statutory: bool,
    pub words: Words,
    pub names: BTreeMap<String, String>,
    pub not_stated: Vec<String>,
    pub sources: Vec<Source>,
    pub questions: Vec<FactInfo>,
    pub settings: Vec<FactInfo>,
    /// In the order of their dates.
    pub versions: Vec<Version>,
    pub indicators: Vec<Indicator>,
    pub(crate) examples: Vec<(usize, RawExample)>,
    /// The whole file, so that a decision can keep its digest.
    pub text: String,
}

/// Whom it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holder {
    Client,
    Facility,
    Operator,
    Municipality,
}

/// The programme's own words on screen and paper.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    pub application: String,
    pub award: String,
    pub rejection: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    pub id: String,
    pub title: String,
}

/// The rules from one day until the next version's.
#[derive(Clone, Debug)]
pub struct Version {
    pub from: Date,
    pub until: Option<Date>,
    pub label: String,
    pub note: Option<String>,
    pub requirements: Vec<Requirement>,
    pub items: Vec<Item>,
    pub caps: Vec<Cap>,
    pub windows: Vec<Window>,
    pub before_purchase: bool,
    pub papers: Vec<String>,
    pub claim_within_days: Option<i32>,
    pub(crate) term: Term,
    pub(crate) rules: Rules,
    /// Shared facts, then the programme's questions, its settings, quantity and price.
    pub(crate) facts: Vec<FactInfo>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    pub name: String,
    pub from: MonthDay,
    pub until: MonthDay,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Term {
    pub lasts: Lasts,
    pub months: i32,
    pub until_age: Option<i32>,
    pub renew_from: Option<MonthDay>,
    pub income_on: Option<MonthDay>,
    pub places: Option<i64>,
}

/// 対象要件.
#[derive(Clone, Debug)]
pub struct Requirement {
    pub id: String,
    pub text: String,
    pub source: String,
    pub clause: String,
    pub paper: Option<String>,
    pub(crate) when: NodeId,
}

/// 給付の一つ: what can be used, counted in one unit, with its money.
#[derive(Clone, Debug)]
pub struct Item {
    pub id: String,
    pub name: String,
    pub unit: Unit,
    pub counter: String,
    pub step: i64,
    pub rounding: Rounding,
    pub min: Option<i64>,
    pub max: Option<i64>,
    pub over_midnight: Midnight,
    /// Handed out beforehand as numbered vouchers (券), and counted when they come back.
    pub voucher: bool,
    pub allow: Vec<Allow>,
    pub(crate) price: Vec<Cell>,
    pub(crate) ceiling: Option<Amount>,
    pub(crate) refuse_excess: bool,
    pub(crate) family: Vec<Cell>,
    pub(crate) shares: Vec<PayerShare>,
}

/// A combination that is allowed; what it does not name is free.
#[derive(Clone, Debug)]
pub struct Allow {
    pub venue: Option<String>,
    pub by: Option<String>,
    pub purpose: Option<String>,
    pub(crate) when: Option<NodeId>,
}

#[derive(Clone, Debug)]
pub(crate) struct Cell {
    pub when: Option<NodeId>,
    pub from: i64,
    pub below: i64,
    pub value: CellValue,
}

#[derive(Clone, Debug)]
pub(crate) enum CellValue {
    Yen(Amount),
    Formula(NodeId),
    /// What the invoice says.
    Invoiced,
    /// The source leaves it open: the sentence to show.
    NotStated(String),
}

#[derive(Clone, Debug)]
pub(crate) struct PayerShare {
    pub payer: String,
    pub part: Part,
}

#[derive(Clone, Debug)]
pub(crate) enum Part {
    Share(Share),
    Formula(NodeId),
    Rest,
}

/// 上限.
#[derive(Clone, Debug)]
pub struct Cap {
    pub id: String,
    pub text: String,
    pub per: Per,
    pub(crate) limit: Amount,
    pub counts: Count,
    pub items: Vec<String>,
    pub venues: Vec<String>,
    /// Counted by itself for each of these: 「児童」, 「メニュー」.
    pub each: Option<String>,
    /// Taken in the middle of a year, only the months left count, this one included.
    pub by_months_left: bool,
    /// Pro-rated limits are rounded down to whole steps.
    pub(crate) step: i64,
    pub years: i16,
    pub valid: Option<(MonthDay, MonthDay)>,
    pub(crate) when: Option<NodeId>,
    pub source: String,
    pub clause: String,
    pub unit: Unit,
    pub counter: String,
}

/// 実績の指標: a figure the programme reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Indicator {
    pub id: String,
    pub what: String,
    pub unit: String,
    /// What is counted: one of a closed list, or 「entered」.
    pub counts: String,
    pub item: Option<String>,
    pub kind: Option<String>,
    /// 「day」: as of a day; 「fiscal_year」: over the year up to a day.
    pub over: String,
    pub note: Option<String>,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident),* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($variant),* }
    };
}

words! {
    /// What a benefit is counted in.
    Unit { Minutes, Days, Tickets, Yen, Count, Device, Registration, Place }
}
/// What happens to a quantity that is no whole number of steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    #[default]
    Refuse,
    Up,
    Down,
}
/// The day to which a visit over midnight counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Midnight {
    #[default]
    Start,
    Split,
}
words! {
    /// The period of a cap.
    Per { Use, Day, Month, FiscalYear, Lifetime, UsefulLife }
}
/// What a cap adds up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Count {
    #[default]
    Quantity,
    Uses,
    Yen,
}

impl Unit {
    /// A quantity in words: 「2時間30分」, 「4枚」, 「20,000円」.
    pub fn say(self, quantity: i64, counter: &str) -> String {
        match self {
            Self::Minutes => civil::Minutes(quantity).to_string(),
            Self::Yen => civil::Yen(quantity).to_string(),
            _ => format!("{quantity}{counter}"),
        }
    }

    /// What follows the number when the file names nothing else.
    pub fn counter(self) -> &'static str {
        match self {
            Self::Minutes => "分",
            Self::Days => "日",
            Self::Tickets => "枚",
            Self::Yen => "円",
            Self::Count => "回",
            Self::Device => "台",
            Self::Registration => "件",
            Self::Place => "人",
        }
    }
}

impl Programme {
    /// The rules in force on a day.
    pub fn version_on(&self, on: Date) -> Option<&Version> {
        let version = self.versions.iter().rev().find(|v| v.from <= on)?;
        version.until.is_none_or(|until| on < until).then_some(version)
    }

    /// The word of an id: a venue, a profession, a payer.
    pub fn word<'a>(&'a self, id: &'a str) -> &'a str {
        self.names.get(id).map_or(id, String::as_str)
    }

    pub fn source(&self, id: &str) -> Option<&Source> {
        self.sources.iter().find(|s| s.id == id)
    }
}

impl Version {
    pub fn item(&self, id: &str) -> Option<&Item> {
        self.items.iter().find(|item| item.id == id)
    }

    pub fn cap(&self, id: &str) -> Option<&Cap> {
        self.caps.iter().find(|cap| cap.id == id)
    }
}
