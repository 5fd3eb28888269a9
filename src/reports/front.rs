//! The front matter of a report: TOML between `/*---` and `---*/` at the top of its file.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::access::Role;

const OPEN: &str = "/*---";
const CLOSE: &str = "---*/";

/// 統計の見出し. Everything a page says and does about one report; unknown keys are refused.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Front {
    pub title: String,
    pub description: String,
    /// 件, 人 ...
    pub unit: String,
    pub basis: Basis,
    #[serde(default)]
    pub source: String,
    #[serde(default)]
    pub notes: Vec<String>,
    /// Where the report is offered: tags such as `consultations`.
    pub shown_on: Vec<String>,
    /// Who may open it; the access table and the predicate come on top.
    pub roles: Vec<String>,
    pub period: Period,
    #[serde(default)]
    pub compare: Option<Compare>,
    pub rows: Vec<Dimension>,
    #[serde(default)]
    pub columns: Vec<Dimension>,
    pub measures: Vec<Measure>,
    #[serde(default)]
    pub percent: Option<PercentRule>,
    #[serde(default)]
    pub totals: Totals,
    #[serde(default)]
    pub suppress: Option<Suppress>,
    #[serde(default)]
    pub chart: Option<Chart>,
    #[serde(default)]
    pub list: Option<List>,
}

/// 数え方: 延べ (every record) or 実 (every person once).
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    Events,
    Persons,
}

/// 期間: a span (fiscal year by default: `:from`, `:until`) or one day (`:on`).
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    Span,
    Day,
}

/// 比べる相手.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compare {
    LastYear,
}

/// 区分. A column of the SELECT and where its words come from: a code list, choices written here,
/// bands of a number, or a column with the words.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dimension {
    pub column: String,
    pub label: String,
    #[serde(default)]
    pub codes: Option<String>,
    #[serde(default)]
    pub values: Vec<Choice>,
    #[serde(default)]
    pub bands: Vec<Band>,
    /// The column holds a month, "04": shown by month or by quarter from April on.
    #[serde(default)]
    pub calendar: Option<Calendar>,
    /// The column of the SELECT with the words.
    #[serde(default)]
    pub words: Option<String>,
    /// Lines beside the bands: texts that the column may hold instead of a number.
    #[serde(default)]
    pub others: Vec<Choice>,
}

/// 月か四半期か.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Calendar {
    Month,
    Quarter,
}

/// 選択肢.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    pub id: String,
    pub label: String,
}

/// 階級 [from, until); the last one has no end.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Band {
    pub label: String,
    pub from: i64,
    #[serde(default)]
    pub until: Option<i64>,
}

/// 数値. `digits` decimals: the column counts in units of the last one.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    pub column: String,
    pub label: String,
    #[serde(default)]
    pub unit: String,
    #[serde(default)]
    pub aggregate: Aggregate,
    #[serde(default)]
    pub digits: u32,
}

/// 集計のしかた. `Distinct` counts each text of the column once: persons, or records with several
/// topics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aggregate {
    #[default]
    Sum,
    Distinct,
    Median,
    Max,
}

/// 割合の決まり: down each column, or along each row.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PercentRule {
    pub method: Method,
    pub within: Within,
    #[serde(default)]
    pub digits: u32,
}

/// 端数の扱い.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    LargestRemainder,
    HalfUp,
}

/// 何を100％とするか.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Within {
    Column,
    Row,
}

/// 計. The words of the line below and of the column at the right; absent: none.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Totals {
    #[serde(default)]
    pub below: Option<String>,
    #[serde(default)]
    pub right: Option<String>,
}

/// 秘匿. Counts under `below` are hidden from the roles, with complements.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suppress {
    pub below: i64,
    pub roles: Vec<String>,
}

/// 図: bars for the rows; a panel and a series a value of these column dimensions.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chart {
    #[serde(default)]
    pub panels: Option<String>,
    #[serde(default)]
    pub series: Option<String>,
}

/// 一覧: the page that lists the records of a number, and how its questions are named there.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct List {
    pub path: String,
    /// Name there -> dimension here; `age.from` and `age.until` for the ends of a band.
    #[serde(default)]
    pub query: BTreeMap<String, String>,
    /// Names there of the first and of the last day.
    #[serde(default)]
    pub period: Option<[String; 2]>,
    /// Name there of the instant whose knowledge counts.
    #[serde(default)]
    pub known_at: Option<String>,
}

impl Front {
    pub fn dimensions(&self) -> impl Iterator<Item = &Dimension> {
        self.rows.iter().chain(&self.columns)
    }

    /// 件（延べ）.
    pub fn counted(&self) -> String {
        let basis = match self.basis {
            Basis::Events => "延べ",
            Basis::Persons => "実人数",
        };
        format!("{}（{basis}）", self.unit)
    }

    pub fn allows(&self, role: Role) -> bool {
        role == Role::System || self.roles.iter().any(|r| r == role.code())
    }

    /// Counts under this are hidden from the role; the prefecture never sees a cell under five.
    pub fn hides_below(&self, role: Role) -> Option<i64> {
        let said = self.suppress.as_ref().filter(|s| s.roles.iter().any(|r| r == role.code()));
        let said = said.map(|s| s.below);
        if role == Role::Prefecture { Some(said.unwrap_or(0).max(5)) } else { said }
    }
}

/// The front matter and the SELECT; (line, what) of what is wrong otherwise.
pub fn split(text: &str) -> Result<(Front, &str), (usize, String)> {
    let text = text.trim_start_matches('\u{feff}');
    let rest = text.strip_prefix(OPEN).ok_or((1, format!("1行目は {OPEN} で始めてください")))?;
    let (matter, sql) =
        rest.split_once(CLOSE).ok_or((1, format!("見出しの終わり {CLOSE} がありません")))?;
    let front = toml::from_str(matter).map_err(|e| {
        let at = e.span().map_or(0, |s| s.start);
        let line = matter.get(..at).map_or(0, |before| before.matches('\n').count());
        (line + 1, e.message().to_owned())
    })?;
    Ok((front, sql.trim().trim_end_matches(';').trim_end()))
}
