//! Facts as typed columns with masks of what is known.

use super::CHUNK;
use crate::facts::Facts;

/// One fact of everybody. Which of the two a fact has follows from its range.
#[derive(Clone, Debug)]
pub enum Column {
    Small(Vec<u8>),
    Wide(Vec<i32>),
}

/// The facts of many persons. Columns are filled up to a whole number of chunks.
#[derive(Clone, Debug)]
pub struct Population {
    pub(super) rows: usize,
    pub(super) columns: Vec<(Column, Option<Vec<u64>>)>,
}

impl Population {
    /// Asks for the value of every person and fact; nothing is unknown.
    pub fn fill(
        facts: &Facts,
        rows: usize,
        mut value: impl FnMut(usize, usize) -> Option<i32>,
    ) -> Self {
        let padded = rows.next_multiple_of(CHUNK);
        let column = |(index, fact): (usize, &crate::Fact)| {
            let (low, high) = fact.kind.range();
            let mut known = vec![0_u64; padded / 64];
            let mut at = |row: usize| {
                let asked = if row < rows { value(row, index) } else { None };
                let within = asked.filter(|v| (low..=high).contains(v));
                known[row / 64] |= u64::from(within.is_some()) << (row % 64);
                within.unwrap_or(low)
            };
            let column = if is_small(low, high) {
                Column::Small((0..padded).map(|row| at(row) as u8).collect())
            } else {
                Column::Wide((0..padded).map(at).collect())
            };
            let all = (0..rows).all(|row| known[row / 64] >> (row % 64) & 1 == 1);
            (column, (!all).then_some(known))
        };
        Self { rows, columns: facts.iter().enumerate().map(column).collect() }
    }

    pub fn rows(&self) -> usize {
        self.rows
    }
}

pub(super) fn is_small(low: i32, high: i32) -> bool {
    low >= 0 && high <= 255
}
