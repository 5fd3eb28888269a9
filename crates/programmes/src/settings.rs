//! What the sources leave open and an office has entered: one file of numbers a programme.

use std::collections::BTreeMap;

use crate::problem::Problem;

/// Values by programme and name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    values: BTreeMap<(String, String), i64>,
}

impl Settings {
    /// Reads `[home_respite]` blocks of `name = number`.
    pub fn read(file: &str, text: &str) -> Result<Self, Problem> {
        let blocks: BTreeMap<String, BTreeMap<String, i64>> =
            toml::from_str(text).map_err(|e| Problem::toml(file, text, &e))?;
        let mut settings = Self::default();
        for (programme, values) in blocks {
            for (name, value) in values {
                settings.set(&programme, &name, value);
            }
        }
        Ok(settings)
    }

    pub fn set(&mut self, programme: &str, name: &str, value: i64) {
        self.values.insert((programme.to_owned(), name.to_owned()), value);
    }

    pub fn get(&self, programme: &str, name: &str) -> Option<i64> {
        self.values.get(&(programme.to_owned(), name.to_owned())).copied()
    }

    pub fn names(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values.keys().map(|(programme, name)| (programme.as_str(), name.as_str()))
    }
}
