//! The table as dated data: read, checked as a whole, and only then usable.

use crate::Day;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::OnceLock;

/// 判定スコア表: rows, combination rules and limits as of one day.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// 適用開始日
    pub since: Day,
    /// 出典
    pub source: String,
    /// How many rows there should be: a line lost in editing is noticed at start, not in a score.
    pub row_count: usize,
    pub rows: Vec<Row>,
    #[serde(default)]
    pub drops: Vec<WatchDrop>,
    pub bands: Vec<Band>,
    pub additions: Vec<Addition>,
}

impl Table {
    /// The built-in table. It is parsed once; that it parses is a test of this crate.
    pub fn official() -> Result<&'static Table, &'static Error> {
        static OFFICIAL: OnceLock<Result<Table, Error>> = OnceLock::new();
        OFFICIAL.get_or_init(|| Table::load(include_str!("../care_score.toml"))).as_ref()
    }

    /// Reads a table and checks that it can be scored with.
    pub fn load(toml: &str) -> Result<Table, Error> {
        let table: Table = toml::from_str(toml).map_err(|e| Error::Syntax(e.to_string()))?;
        table.check_rows()?;
        table.check_drops()?;
        ascending("bands", table.bands.iter().map(|b| b.from))?;
        ascending("additions", table.additions.iter().map(|a| a.from))?;
        Ok(table)
    }

    /// The row with this code.
    pub fn row(&self, code: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.code == code)
    }

    /// 医療的ケア区分 of a total; none below the lowest limit.
    pub fn band(&self, total: u32) -> Option<&Band> {
        self.bands.iter().rev().find(|band| total >= band.from)
    }

    fn check_rows(&self) -> Result<(), Error> {
        if self.rows.len() != self.row_count {
            return Err(Error::RowCount { expected: self.row_count, found: self.rows.len() });
        }
        let mut before: Option<&Row> = None;
        for (at, row) in self.rows.iter().enumerate() {
            if self.rows[..at].iter().any(|other| other.code == row.code) {
                return Err(Error::DuplicateCode(row.code.clone()));
            }
            if !row.follows(before) {
                return Err(Error::Gap(row.number()));
            }
            row.check()?;
            before = Some(row);
        }
        Ok(())
    }

    fn check_drops(&self) -> Result<(), Error> {
        for drop in &self.drops {
            let (Some(of), Some(_)) = (self.row(&drop.of), self.row(&drop.when)) else {
                return Err(Error::UnknownRow(format!("{} / {}", drop.of, drop.when)));
            };
            if of.watch.is_empty() {
                return Err(Error::BadWatch(of.code.clone()));
            }
        }
        Ok(())
    }
}

/// 項目: one scorable row of the form.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    pub item: u8,
    /// The number in brackets where an item has several rows: 7(1), 7(2).
    pub part: Option<u8>,
    /// The stable name in stored answers.
    pub code: String,
    pub label: String,
    /// 基本スコア
    pub base: u32,
    /// 見守り: the levels to choose from, highest first; empty where the row has no watch score.
    #[serde(default, deserialize_with = "choices")]
    pub watch: Vec<Choice>,
    /// When the higher level applies.
    pub hint: Option<String>,
    pub note: Option<String>,
}

impl Row {
    /// The number as printed: `1`, `7(2)`.
    pub fn number(&self) -> String {
        match self.part {
            Some(part) => format!("{}({part})", self.item),
            None => self.item.to_string(),
        }
    }

    /// 「高」「中」「低」 for a message or a list.
    pub fn levels(&self) -> String {
        self.watch.iter().map(|choice| format!("「{}」", choice.level.label())).collect()
    }

    /// The row as a message names it: long labels are cut at the first bracket.
    pub(crate) fn title(&self) -> String {
        let short = self.label.split('（').next().unwrap_or(&self.label);
        format!("項目{}「{short}」", self.number())
    }

    fn follows(&self, before: Option<&Row>) -> bool {
        let (last, part) = before.map_or((0, None), |row| (row.item, row.part));
        match self.part {
            None | Some(1) => self.item.checked_sub(1) == Some(last),
            Some(n) => self.item == last && part.is_some() && part == n.checked_sub(1),
        }
    }

    /// A row that gives nothing, or levels that do not fall to 0, cannot be meant.
    fn check(&self) -> Result<(), Error> {
        let levels: Vec<Watch> = self.watch.iter().map(|choice| choice.level).collect();
        let known = matches!(
            levels[..],
            [] | [Watch::Yes, Watch::Low] | [Watch::High, Watch::Mid, Watch::Low]
        );
        let falling = self.watch.windows(2).all(|pair| pair[0].points > pair[1].points);
        let to_zero = self.watch.last().is_none_or(|choice| choice.points == 0);
        if !(known && falling && to_zero) {
            return Err(Error::BadWatch(self.code.clone()));
        }
        if self.base == 0 {
            return Err(Error::NoBase(self.code.clone()));
        }
        Ok(())
    }
}

/// 見守りの段階. `Yes` is the upper of two levels: 「高」 and 「中」 exist only where there are three.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Watch {
    /// 高
    High,
    /// 中
    Mid,
    /// 該当
    Yes,
    /// 低
    Low,
}

impl Watch {
    pub const ALL: [Watch; 4] = [Watch::High, Watch::Mid, Watch::Yes, Watch::Low];

    pub fn label(self) -> &'static str {
        match self {
            Watch::High => "高",
            Watch::Mid => "中",
            Watch::Yes => "該当",
            Watch::Low => "低",
        }
    }
}

/// One watch level of a row and its points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    pub level: Watch,
    pub points: u32,
}

/// 加点しない組合せ: the watch points of row `of` fall away while row `when` is present.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WatchDrop {
    pub when: String,
    pub of: String,
    pub why: String,
    pub source: String,
}

/// 医療的ケア区分
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Band {
    /// 1, 2 or 3
    pub band: u8,
    /// The lowest total of this band.
    pub from: u32,
    pub label: String,
    /// 看護職員の配置
    pub nurses: String,
}

/// 看護職員加配加算
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Addition {
    /// The lowest mean score.
    pub from: u32,
    pub label: String,
    pub source: String,
}

/// What is wrong with a table: for the person who edits the data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    Syntax(String),
    RowCount { expected: usize, found: usize },
    DuplicateCode(String),
    Gap(String),
    BadWatch(String),
    NoBase(String),
    UnknownRow(String),
    NotAscending(&'static str),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Syntax(why) => write!(f, "判定スコア表を読めません: {why}"),
            Error::RowCount { expected, found } => {
                write!(
                    f,
                    "判定スコア表は{expected}行のはずですが{found}行です。行を確かめてください。"
                )
            }
            Error::DuplicateCode(code) => write!(f, "項目「{code}」が二つあります。"),
            Error::Gap(number) => write!(f, "項目{number}の前の番号が抜けています。"),
            Error::BadWatch(code) => write!(
                f,
                "項目「{code}」の見守りが正しくありません。\
                 高・中・低、または該当・低とし、低は0点にしてください。"
            ),
            Error::NoBase(code) => write!(f, "項目「{code}」の基本スコアが0点です。"),
            Error::UnknownRow(code) => write!(f, "組合せの規則に知らない項目があります: {code}"),
            Error::NotAscending(list) => {
                write!(f, "{list}のfromは小さい順に、空にせず並べてください。")
            }
        }
    }
}

impl std::error::Error for Error {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Levels {
    high: Option<u32>,
    mid: Option<u32>,
    yes: Option<u32>,
    low: Option<u32>,
}

fn choices<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<Choice>, D::Error> {
    let Levels { high, mid, yes, low } = Levels::deserialize(from)?;
    let points = [high, mid, yes, low];
    let given = Watch::ALL.into_iter().zip(points);
    Ok(given.filter_map(|(level, points)| Some(Choice { level, points: points? })).collect())
}

fn ascending(list: &'static str, from: impl Iterator<Item = u32>) -> Result<(), Error> {
    let from: Vec<u32> = from.collect();
    if from.is_empty() || from.windows(2).any(|pair| pair[0] >= pair[1]) {
        return Err(Error::NotAscending(list));
    }
    Ok(())
}
