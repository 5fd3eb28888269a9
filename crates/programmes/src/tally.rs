//! A ledger in memory: what was taken from each cap in each period. The examples use it, and the
//! model against which the ledger of the database is tested.

use std::collections::HashMap;

use civil::Date;

use crate::caps::{Period, Take};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// By cap and, where it counts each by itself, whose part it is.
    rows: HashMap<(String, Option<String>), Vec<Row>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Row {
    from: Date,
    until: Option<Date>,
    used: i64,
}

impl Tally {
    /// What a cap has given in the period of a take.
    pub fn used(&self, take: &Take) -> i64 {
        self.row(take).map_or(0, |row| row.used)
    }

    /// The same take in the period it falls in: a life that has begun takes the next use in, also
    /// one that lies before it by less than a life, so that lives never overlap.
    pub fn placed(&self, take: &Take) -> Take {
        let mut placed = take.clone();
        if let (Period::Life { .. }, Some(row)) = (take.period, self.row(take)) {
            let until = row.until.unwrap_or(Date::MAX);
            (placed.period, placed.day) = (Period::Life { first: row.from, until }, row.from);
        }
        placed
    }

    /// Takes all or nothing; refused with the cap that is full and what it has left.
    pub fn take(&mut self, takes: &[Take]) -> Result<(), (String, i64)> {
        for take in takes {
            let left = take.limit - self.used(take);
            if take.amount > left {
                return Err((take.cap.clone(), left));
            }
        }
        for take in takes {
            self.add(take, take.amount);
        }
        Ok(())
    }

    /// What is taken: (cap, whose part, first day of the period, amount), in this order.
    pub fn rows(&self) -> Vec<(&str, Option<&str>, Date, i64)> {
        let all = self.rows.iter().flat_map(|((cap, of), rows)| {
            rows.iter().map(move |row| (cap.as_str(), of.as_deref(), row.from, row.used))
        });
        let mut all: Vec<_> = all.filter(|row| row.3 != 0).collect();
        all.sort_unstable();
        all
    }

    pub fn give_back(&mut self, takes: &[Take]) {
        for take in takes {
            self.add(take, -take.amount);
        }
    }

    fn row(&self, take: &Take) -> Option<&Row> {
        let rows = self.rows.get(&key(take))?;
        rows.iter().filter(|row| row.is_of(take)).min_by_key(|row| row.from)
    }

    fn add(&mut self, take: &Take, amount: i64) {
        let rows = self.rows.entry(key(take)).or_default();
        let found = rows.iter_mut().filter(|row| row.is_of(take));
        match found.min_by_key(|row| row.from) {
            Some(row) => row.used += amount,
            None => {
                let (from, until) = (take.period.from(), take.period.until());
                rows.push(Row { from, until, used: amount });
            }
        }
        // A life begins with its first use: one that was taken back whole never began.
        rows.retain(|row| row.used != 0 || matches!(take.period, Period::Fixed { .. }));
    }
}

fn key(take: &Take) -> (String, Option<String>) {
    (take.cap.clone(), take.of.clone())
}

impl Row {
    fn is_of(&self, take: &Take) -> bool {
        match take.period {
            Period::Fixed { from, .. } => self.from == from,
            Period::Life { first, until } => {
                self.from < until && self.until.is_none_or(|ends| first < ends)
            }
        }
    }
}
