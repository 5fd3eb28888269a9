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

    pub fn give_back(&mut self, takes: &[Take]) {
        for take in takes {
            self.add(take, -take.amount);
        }
    }

    fn row(&self, take: &Take) -> Option<&Row> {
        let rows = self.rows.get(&key(take))?;
        rows.iter().find(|row| row.is_of(take))
    }

    fn add(&mut self, take: &Take, amount: i64) {
        let rows = self.rows.entry(key(take)).or_default();
        match rows.iter_mut().find(|row| row.is_of(take)) {
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
            Period::Life { .. } => Period::holds(self.from, self.until, take.day),
        }
    }
}
