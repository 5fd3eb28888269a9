//! The file as written, before names, units and conditions are checked. Unknown keys are refused.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::facts::RawFact;
use crate::programme::{Count, Holder, Midnight, Per, Rounding, Source, Unit, Words};
use crate::quantity::{Day, Moment, MonthDay, Written};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawFile {
    pub name: String,
    pub short: Option<String>,
    pub summary: String,
    #[serde(rename = "for")]
    pub holder: Holder,
    pub run_by: String,
    pub office: String,
    #[serde(default)]
    pub statutory: bool,
    pub words: Words,
    #[serde(default)]
    pub names: BTreeMap<String, String>,
    #[serde(default)]
    pub not_stated: Vec<String>,
    #[serde(default)]
    pub source: Vec<Source>,
    #[serde(default)]
    pub question: Vec<Spanned<RawFact>>,
    #[serde(default)]
    pub setting: Vec<Spanned<RawSetting>>,
    pub version: Vec<Spanned<RawVersion>>,
    #[serde(default)]
    pub indicator: Vec<Spanned<RawIndicator>>,
    /// People whom examples name, so that each says only what is different.
    #[serde(default)]
    pub person: BTreeMap<String, BTreeMap<String, toml::Value>>,
    #[serde(default)]
    pub example: Vec<Spanned<RawExample>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawSetting {
    pub name: String,
    pub label: String,
    pub ask: String,
    #[serde(default)]
    pub unit: String,
    pub low: i32,
    pub high: i32,
}

/// A block of dated rules. What is not written is taken from the block named by `like`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawVersion {
    pub from: Day,
    pub until: Option<Day>,
    pub like: Option<Spanned<Day>>,
    pub label: String,
    pub note: Option<String>,
    pub requirement: Option<Vec<Spanned<RawRequirement>>>,
    pub item: Option<Vec<Spanned<RawItem>>>,
    pub cap: Option<Vec<Spanned<RawCap>>>,
    pub application: Option<RawApplication>,
    pub award: Option<RawAward>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawRequirement {
    pub id: String,
    pub text: String,
    pub when: Spanned<String>,
    pub source: Spanned<String>,
    pub clause: String,
    pub paper: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawItem {
    pub id: String,
    pub name: String,
    pub unit: Unit,
    #[serde(default)]
    pub counter: String,
    pub step: Option<Written>,
    #[serde(default)]
    pub rounding: Rounding,
    pub min: Option<Written>,
    pub max: Option<Written>,
    #[serde(default)]
    pub over_midnight: Midnight,
    #[serde(default)]
    pub handed_out: HandedOut,
    #[serde(default)]
    pub allow: Vec<RawAllow>,
    #[serde(default)]
    pub price: Vec<Spanned<RawCell>>,
    pub ceiling: Option<Spanned<Written>>,
    #[serde(default)]
    pub refuse_excess: bool,
    #[serde(default)]
    pub family: Vec<Spanned<RawCell>>,
    #[serde(default)]
    pub share: Vec<Spanned<RawShare>>,
}

/// How the family holds what it may use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandedOut {
    #[default]
    Account,
    Vouchers,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawAllow {
    pub venue: Option<String>,
    pub by: Option<String>,
    pub purpose: Option<String>,
    pub when: Option<Spanned<String>>,
}

/// One line of a table of amounts: the first that fits counts.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawCell {
    pub when: Option<Spanned<String>>,
    pub quantity: Option<Written>,
    pub at_least: Option<Written>,
    pub below: Option<Written>,
    pub yen: Option<Written>,
    pub formula: Option<Spanned<String>>,
    pub not_stated: Option<String>,
    #[serde(default)]
    pub invoiced: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawShare {
    pub payer: String,
    pub share: Option<Spanned<String>>,
    pub formula: Option<Spanned<String>>,
    #[serde(default)]
    pub rest: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawCap {
    pub id: String,
    pub text: String,
    pub per: Per,
    pub limit: Spanned<Written>,
    #[serde(default)]
    pub counts: Count,
    #[serde(default)]
    pub items: Vec<String>,
    #[serde(default)]
    pub venues: Vec<String>,
    pub each: Option<String>,
    #[serde(default)]
    pub by_months_left: bool,
    pub years: Option<i16>,
    pub from: Option<MonthDay>,
    pub until: Option<MonthDay>,
    pub when: Option<Spanned<String>>,
    pub source: Spanned<String>,
    pub clause: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawApplication {
    #[serde(default)]
    pub window: Vec<RawWindow>,
    #[serde(default)]
    pub before_purchase: bool,
    #[serde(default)]
    pub papers: Vec<String>,
    pub claim_within_days: Option<i32>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawWindow {
    pub name: String,
    /// Where sources name the last day only, the window opens with the fiscal year.
    #[serde(default = "first_of_april")]
    pub from: MonthDay,
    pub until: MonthDay,
}

fn first_of_april() -> MonthDay {
    MonthDay { month: 4, day: 1 }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawAward {
    #[serde(default)]
    pub lasts: Lasts,
    pub months: Option<i32>,
    /// The fiscal year in which this age is reached is the last.
    pub until_age: Option<i32>,
    pub renew_from: Option<MonthDay>,
    pub income_on: Option<MonthDay>,
    /// 定員.
    pub places: Option<i64>,
}

/// How long an award holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lasts {
    #[default]
    Open,
    FiscalYear,
    Months,
    Once,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawIndicator {
    pub id: String,
    pub what: String,
    pub unit: String,
    pub counts: String,
    #[serde(default)]
    pub item: Option<String>,
    #[serde(default)]
    pub kind: Option<String>,
    pub over: String,
    pub note: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawExample {
    pub what: String,
    pub on: Day,
    pub person: Option<String>,
    #[serde(default)]
    pub unknown: Vec<String>,
    #[serde(default)]
    pub facts: BTreeMap<String, toml::Value>,
    #[serde(default)]
    pub settings: BTreeMap<String, i64>,
    pub verdict: Option<String>,
    pub because: Option<Vec<String>>,
    pub awarded: Option<Day>,
    pub open: Option<bool>,
    pub until: Option<toml::Value>,
    pub renew_from: Option<Day>,
    pub income_on: Option<Day>,
    /// How many awards may be open at the same time.
    pub places: Option<i64>,
    #[serde(default)]
    pub taken: BTreeMap<String, Written>,
    #[serde(default)]
    pub uses: Vec<RawUse>,
    /// What all uses together cost each payer.
    pub total: Option<BTreeMap<String, i64>>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawUse {
    pub item: Option<String>,
    /// Under a later award than the example's.
    pub awarded: Option<Day>,
    pub on: Option<Day>,
    pub from: Option<Moment>,
    pub to: Option<Moment>,
    pub quantity: Option<Written>,
    pub venue: Option<String>,
    pub by: Option<String>,
    pub purpose: Option<String>,
    pub of: Option<String>,
    pub invoiced: Option<i64>,
    pub claimed: Option<Day>,
    pub refused: Option<String>,
    pub counted: Option<Written>,
    pub pays: Option<BTreeMap<String, i64>>,
}
