//! 集計表: records as coded columns. Each word of a column is one byte, and a million records are
//! counted by several columns at once in a few milliseconds. No I/O, and no opinion on who may
//! count what: that is the caller's `fits`.

/// 区分の列. The words that occur, and for every record which one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Column {
    words: Vec<String>,
    codes: Vec<u8>,
}

/// More words in a column than one byte tells apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Full;

impl Column {
    pub fn push(&mut self, word: &str) -> Result<(), Full> {
        let code = match self.words.iter().position(|w| w == word) {
            Some(code) => code,
            None => {
                self.words.push(word.to_owned());
                self.words.len() - 1
            }
        };
        self.codes.push(u8::try_from(code).map_err(|_| Full)?);
        Ok(())
    }

    pub fn word(&self, code: u8) -> &str {
        self.words.get(usize::from(code)).map_or("", String::as_str)
    }

    pub fn code(&self, record: usize) -> Option<u8> {
        self.codes.get(record).copied()
    }
}

/// 集計表のます. Which words meet here, how many records, and the sum of their amounts.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    pub codes: Vec<u8>,
    pub n: i64,
    pub sum: i64,
}

/// Beyond so many possible cells counting in one array is no longer a good idea.
const MOST: usize = 1 << 20;
/// Records whose cells are worked out together: they stay in the fastest memory.
const CHUNK: usize = 1024;

/// Counts the first `records` records that fit by the words of all columns together; cells nobody
/// is in are left out. `amounts` may be shorter: what is missing is 0. `None`: too many cells.
pub fn count(
    by: &[&Column],
    records: usize,
    amounts: &[u32],
    fits: impl Fn(usize) -> bool,
) -> Option<Vec<Cell>> {
    let cells = by.iter().try_fold(1_usize, |n, c| n.checked_mul(c.words.len().max(1)))?;
    if cells > MOST {
        return None;
    }
    let mut found = vec![(0_i64, 0_i64); cells];
    let mut places = [0_u32; CHUNK];
    for from in (0..records).step_by(CHUNK) {
        let places = &mut places[..CHUNK.min(records - from)];
        places.fill(0);
        for column in by {
            let width = column.words.len() as u32;
            let codes = column.codes.get(from..).unwrap_or_default();
            for (place, code) in places.iter_mut().zip(codes) {
                *place = *place * width + u32::from(*code);
            }
        }
        let amounts = amounts.get(from..).unwrap_or_default();
        for (k, place) in places.iter().enumerate() {
            // Without a branch: whether a record fits cannot be foretold.
            let one = i64::from(fits(from + k));
            let cell = &mut found[*place as usize];
            cell.0 += one;
            cell.1 += one * amounts.get(k).map_or(0, |a| i64::from(*a));
        }
    }
    let there = found.into_iter().enumerate().filter(|(_, (n, _))| *n != 0);
    Some(there.map(|(place, (n, sum))| Cell { codes: codes(by, place), n, sum }).collect())
}

fn codes(by: &[&Column], mut place: usize) -> Vec<u8> {
    let mut out: Vec<u8> = by
        .iter()
        .rev()
        .map(|column| {
            let width = column.words.len().max(1);
            let code = (place % width) as u8;
            place /= width;
            code
        })
        .collect();
    out.reverse();
    out
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn columns(records: &[[u8; 3]]) -> Vec<Column> {
        (0..3)
            .map(|at| {
                let mut column = Column::default();
                records.iter().for_each(|r| column.push(&format!("w{}", r[at])).unwrap());
                column
            })
            .collect()
    }

    proptest! {
        #[test]
        fn every_record_that_fits_is_counted_once(
            records in prop::collection::vec(prop::array::uniform3(0_u8..7), 0..3000),
            step in 1_usize..5,
        ) {
            let all = columns(&records);
            let by: Vec<&Column> = all.iter().collect();
            let amounts: Vec<u32> = (0..records.len() as u32).map(|n| n % 97).collect();
            let cells = count(&by, records.len(), &amounts, |n| n % step == 0).unwrap();
            let mut wanted: BTreeMap<Vec<String>, (i64, i64)> = BTreeMap::new();
            for (n, r) in records.iter().enumerate().filter(|(n, _)| n % step == 0) {
                let at = wanted.entry(r.iter().map(|w| format!("w{w}")).collect()).or_default();
                *at = (at.0 + 1, at.1 + i64::from(amounts[n]));
            }
            let words = |c: &Cell| -> Vec<String> {
                c.codes.iter().zip(&by).map(|(code, column)| column.word(*code).into()).collect()
            };
            let found: BTreeMap<_, _> = cells.iter().map(|c| (words(c), (c.n, c.sum))).collect();
            prop_assert_eq!(found.len(), cells.len());
            prop_assert_eq!(found, wanted);
        }
    }

    #[test]
    fn nothing_is_counted_wrong_for_want_of_room() {
        let mut column = Column::default();
        for n in 0..=255 {
            assert_eq!(column.push(&n.to_string()), Ok(()));
        }
        assert_eq!(column.push("one more"), Err(Full));
        let wide = Column { words: vec!["w".into(); 255], codes: vec![] };
        assert_eq!(count(&[&wide, &wide, &wide], 0, &[], |_| true), None);
    }

    #[test]
    fn amounts_may_be_missing_and_nobody_means_no_cell() {
        let all = columns(&[[1, 2, 3]]);
        let cell = |n| Cell { codes: vec![0], n, sum: 0 };
        assert_eq!(count(&[&all[0]], 1, &[], |_| true), Some(vec![cell(1)]));
        assert_eq!(count(&[&all[0]], 1, &[], |_| false), Some(vec![]));
    }
}
