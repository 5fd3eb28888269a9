//! `terms.toml`: days and words that come from the law and from the municipality, not from here.

use serde::Deserialize;

use crate::web::{App, Error, Result};

/// 期限と教示. One entry a kind of request.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    kind: Vec<Term>,
}

/// 一つの種類の期限と教示.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    pub id: String,
    pub days: i64,
    pub extension_days: i64,
    pub clause: String,
    #[serde(default)]
    pub notice: String,
    #[serde(default)]
    pub ask: String,
}

pub const KINDS: [&str; 3] = ["disclosure", "correction", "stop"];

impl Terms {
    pub fn of(app: &App) -> Result<Self> {
        let text = app.config.data_file(
            "disclosures.toml",
            include_str!("terms.toml"),
            include_str!("../../sample/city/disclosures.toml"),
        );
        text.and_then(|t| Self::read(&t)).map_err(|why| Error::refused("", why))
    }

    pub fn read(text: &str) -> std::result::Result<Self, String> {
        let terms: Self = toml::from_str(text).map_err(|e| format!("disclosures.toml: {e}"))?;
        for kind in KINDS {
            let term = terms.kind.iter().find(|t| t.id == kind);
            let term = term.ok_or_else(|| format!("disclosures.toml: no kind '{kind}'"))?;
            if !(1..=366).contains(&term.days) || !(0..=366).contains(&term.extension_days) {
                return Err(format!("disclosures.toml: {kind}: days are between 1 and 366"));
            }
        }
        Ok(terms)
    }

    pub fn find(&self, kind: &str) -> Result<&Term> {
        self.kind.iter().find(|t| t.id == kind).ok_or(Error::NotFound)
    }

    /// What has to be asked before these days are relied on.
    pub fn asks(&self) -> Vec<&str> {
        let mut out: Vec<&str> = self.kind.iter().map(|t| t.ask.as_str()).collect();
        out.retain(|a| !a.is_empty());
        out.dedup();
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_files_load_and_a_missing_kind_is_named() {
        for text in [include_str!("terms.toml"), include_str!("../../sample/city/disclosures.toml")]
        {
            let terms = Terms::read(text).unwrap();
            assert_eq!(terms.find("stop").unwrap().days, 30);
            assert!(Terms::read(&text.replace("\"stop\"", "\"halt\"")).is_err());
            assert!(Terms::read(&text.replace("days = 30", "days = 0")).is_err());
        }
        assert_eq!(Terms::read(include_str!("terms.toml")).unwrap().asks().len(), 1);
    }
}
