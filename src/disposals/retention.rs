//! `retention.toml`: how long each kind of record is kept. Unknown means never due.

use civil::{Date, FiscalYear};
use jiff::ToSpan;
use serde::Deserialize;

use crate::records::tables;
use crate::web::{App, Error, Result};

/// 保存期間. One entry a kind of record.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    #[serde(rename = "kind")]
    pub kinds: Vec<Period>,
}

/// 一つの種類の保存期間.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Period {
    pub id: String,
    pub title: String,
    pub years: Option<i64>,
    pub counts_from: From,
    #[serde(default)]
    pub source: String,
    #[serde(default)]
    pub ask: String,
}

/// 数え始め.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum From {
    Closing,
    April,
}

impl Retention {
    pub fn of(app: &App) -> Result<Self> {
        let text = app.config.data_file(
            "retention.toml",
            include_str!("retention.toml"),
            include_str!("../../sample/city/retention.toml"),
        );
        text.and_then(|t| Self::read(&t)).map_err(|why| Error::refused("", why))
    }

    pub fn read(text: &str) -> std::result::Result<Self, String> {
        let all: Self = toml::from_str(text).map_err(|e| format!("retention.toml: {e}"))?;
        for table in tables::all() {
            if !all.kinds.iter().any(|k| k.id == table.keep) {
                let (name, keep) = (&table.name, &table.keep);
                return Err(format!("retention.toml: no kind '{keep}' ({name} is kept with it)"));
            }
        }
        for k in &all.kinds {
            if k.years.is_some_and(|y| !(0..=200).contains(&y)) {
                return Err(format!("retention.toml: {}: years are between 0 and 200", k.id));
            }
            if k.years.is_some() && k.source.is_empty() {
                return Err(format!("retention.toml: {}: years without a source", k.id));
            }
        }
        Ok(all)
    }

    /// The kinds whose rows go with a person.
    pub fn disposed(&self) -> impl Iterator<Item = &Period> {
        let goes =
            |k: &&Period| tables::all().iter().any(|t| t.keep == k.id && !t.stays_on_disposal);
        self.kinds.iter().filter(goes)
    }
}

impl Period {
    /// The first day on which rows of a case closed then need no longer be kept.
    pub fn due_on(&self, closed: Date) -> Option<Date> {
        let start = match self.counts_from {
            From::Closing => closed,
            From::April => FiscalYear::of(closed).next().range().start,
        };
        Some(start.saturating_add(self.years?.years()))
    }

    pub fn words(&self) -> String {
        let Some(years) = self.years else {
            return "決まっていない（廃棄の対象になりません）".into();
        };
        match self.counts_from {
            From::Closing => format!("終結の日から{years}年"),
            From::April => format!("終結の次の4月1日から{years}年"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFICIAL: &str = include_str!("retention.toml");

    #[test]
    fn the_program_knows_no_period_and_mistakes_are_named() {
        let all = Retention::read(OFFICIAL).unwrap();
        assert!(all.kinds.iter().all(|k| k.years.is_none() && !k.ask.is_empty()));
        Retention::read(include_str!("../../sample/city/retention.toml")).unwrap();
        assert!(Retention::read(&OFFICIAL.replace("\"consent\"", "\"x\"")).is_err());
        let bare = OFFICIAL.replacen("\ncounts_from", "\nyears = 5\ncounts_from", 1);
        assert!(Retention::read(&bare).unwrap_err().contains("without a source"));
    }

    #[test]
    fn years_count_from_the_closing_or_from_the_next_april() {
        let period = |from: From, years| Period {
            id: String::new(),
            title: String::new(),
            years,
            counts_from: from,
            source: String::new(),
            ask: String::new(),
        };
        let on = |s: &str| s.parse::<Date>().unwrap();
        let due = |from, closed: &str| period(from, Some(5)).due_on(on(closed)).unwrap();
        assert_eq!(due(From::Closing, "2024-02-29"), on("2029-02-28"));
        assert_eq!(due(From::April, "2024-03-31"), on("2029-04-01"));
        assert_eq!(due(From::April, "2024-04-01"), on("2030-04-01"));
        assert_eq!(period(From::April, None).due_on(on("1990-01-01")), None);
    }
}
