//! Small cells and their complements: what is hidden cannot be worked out from what is shown.
//!
//! The table is taken with its totals as one more line and column. A hidden cell is safe when it
//! stands in a rectangle of hidden cells around which one can be added and taken away by turns
//! without changing a total or emptying a cell: then at least two tables fit all that is shown.

/// 見える計. Which totals the reader sees.
#[derive(Clone, Copy, Debug)]
pub struct Shown {
    pub below: bool,
    pub right: bool,
}

/// `counts`: lines and one of totals, each with its total at the end. Answers which to hide.
pub fn hidden(counts: &[Vec<i64>], shown: Shown, limit: i64) -> Vec<Vec<bool>> {
    let (last, width) = (counts.len().saturating_sub(1), counts.first().map_or(0, Vec::len));
    let table = Plan { counts, shown, last: (last, width.saturating_sub(1)) };
    let cells = || (0..=last).flat_map(|r| (0..width).map(move |c| (r, c)));
    let mut hide: Vec<Vec<bool>> = cells_of(counts, |n| n > 0 && n < limit);
    let mut safe: Vec<Vec<bool>> = cells_of(counts, |_| false);
    loop {
        let open = cells().find(|&at| hide[at.0][at.1] && !safe[at.0][at.1] && !table.free(at));
        let Some(at) = open else { return hide };
        let Some(corners) = table.cheapest(at, &hide) else {
            return cells_of(counts, |_| true); // nothing hides it: show nothing
        };
        for (r, c) in corners {
            hide[r][c] = true;
            safe[r][c] = true;
        }
    }
}

fn cells_of(counts: &[Vec<i64>], what: impl Fn(i64) -> bool) -> Vec<Vec<bool>> {
    counts.iter().map(|line| line.iter().map(|n| what(*n)).collect()).collect()
}

type At = (usize, usize);

struct Plan<'a> {
    counts: &'a [Vec<i64>],
    shown: Shown,
    last: At,
}

impl Plan<'_> {
    /// A total that is not shown can take any value.
    fn free(&self, (r, c): At) -> bool {
        (r == self.last.0 && !self.shown.below) || (c == self.last.1 && !self.shown.right)
    }

    /// The rectangle with this corner that hides the least besides what is hidden already.
    fn cheapest(&self, (r, c): At, hide: &[Vec<bool>]) -> Option<[At; 4]> {
        let others = |n: usize, last: usize| (0..=last).filter(move |m| *m != n);
        let rectangles = others(r, self.last.0).flat_map(|r2| {
            others(c, self.last.1).map(move |c2| [(r, c), (r, c2), (r2, c2), (r2, c)])
        });
        rectangles
            .filter_map(|corners| Some((self.cost(corners, hide)?, corners)))
            .min_by_key(|(cost, _)| *cost)
            .map(|(_, corners)| corners)
    }

    /// What hiding the corners costs; nothing when they would not protect each other.
    fn cost(&self, corners: [At; 4], hide: &[Vec<bool>]) -> Option<i64> {
        let turns = |first: bool| {
            corners.iter().enumerate().all(|(n, &at)| {
                let up = (n % 2 == 0) == first;
                // A total moves against its line: adding to a cell adds to its total.
                let margin = (at.0 == self.last.0) != (at.1 == self.last.1);
                up != margin || self.free(at) || self.counts[at.0][at.1] >= 2
            })
        };
        if !turns(true) && !turns(false) {
            return None;
        }
        let mut cost = 0;
        for (r, c) in corners {
            match self.counts[r][c] {
                _ if self.free((r, c)) || hide[r][c] => {}
                0 => return None, // a hidden nought would be taken for a small count
                n => cost += n,
            }
        }
        Some(cost)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BOTH: Shown = Shown { below: true, right: true };

    fn with_totals(inner: &[Vec<i64>]) -> Vec<Vec<i64>> {
        let mut out: Vec<Vec<i64>> =
            inner.iter().map(|l| l.iter().copied().chain([l.iter().sum()]).collect()).collect();
        let width = out.first().map_or(1, Vec::len);
        out.push((0..width).map(|c| out.iter().map(|l| l[c]).sum()).collect());
        out
    }

    /// What a reader with a pencil can say about every cell: the range it must lie in, by going
    /// over every line and column again and again.
    fn pencil(counts: &[Vec<i64>], hide: &[Vec<bool>], shown: Shown) -> Vec<Vec<(i64, i64)>> {
        const MOST: i64 = 1_000_000;
        let (rows, columns) = (counts.len(), counts[0].len());
        let mut range: Vec<Vec<(i64, i64)>> = (0..rows)
            .map(|r| {
                (0..columns)
                    .map(|c| {
                        let unseen =
                            (r == rows - 1 && !shown.below) || (c == columns - 1 && !shown.right);
                        match (unseen, hide[r][c]) {
                            (true, _) => (0, MOST),
                            (_, true) => (1, MOST),
                            _ => (counts[r][c], counts[r][c]),
                        }
                    })
                    .collect()
            })
            .collect();
        for _ in 0..200 {
            for r in 0..rows {
                let at: Vec<At> = (0..columns).map(|c| (r, c)).collect();
                tighten(&mut range, &at);
            }
            for c in 0..columns {
                let at: Vec<At> = (0..rows).map(|r| (r, c)).collect();
                tighten(&mut range, &at);
            }
        }
        range
    }

    /// The last cell is the sum of the others.
    fn tighten(range: &mut [Vec<(i64, i64)>], at: &[At]) {
        let (&total, parts) = at.split_last().unwrap();
        let sum = |range: &[Vec<(i64, i64)>], skip: Option<At>| {
            parts
                .iter()
                .filter(|p| Some(**p) != skip)
                .fold((0, 0), |(lo, hi), p| (lo + range[p.0][p.1].0, hi + range[p.0][p.1].1))
        };
        let narrow = |range: &mut [Vec<(i64, i64)>], p: At, (lo, hi): (i64, i64)| {
            let old = range[p.0][p.1];
            range[p.0][p.1] = (old.0.max(lo), old.1.min(hi));
        };
        let all = sum(range, None);
        narrow(range, total, all);
        for &p in parts {
            let rest = sum(range, Some(p));
            let (lo, hi) = range[total.0][total.1];
            narrow(range, p, (lo - rest.1, hi - rest.0));
        }
    }

    #[test]
    fn a_small_cell_alone_in_its_column_takes_another_with_it() {
        let counts = with_totals(&[vec![3], vec![20], vec![9]]);
        let hide = hidden(&counts, Shown { below: true, right: false }, 5);
        assert_eq!(hide.iter().map(|l| l[0]).collect::<Vec<_>>(), [true, false, true, false]);
    }

    #[test]
    fn a_table_without_small_cells_is_shown_whole() {
        let counts = with_totals(&[vec![30, 0], vec![5, 12]]);
        assert!(hidden(&counts, BOTH, 5).iter().flatten().all(|h| !h));
    }

    #[test]
    fn the_pencil_finds_what_is_hidden_without_complements() {
        let counts = with_totals(&[vec![3, 20], vec![20, 9]]);
        let mut hide = cells_of(&counts, |_| false);
        hide[0][0] = true;
        assert_eq!(pencil(&counts, &hide, BOTH)[0][0], (3, 3));
    }

    #[test]
    fn what_cannot_be_protected_shows_nothing() {
        let counts = with_totals(&[vec![1]]);
        assert!(hidden(&counts, BOTH, 5).iter().flatten().all(|h| *h));
    }

    proptest! {
        #[test]
        fn nobody_can_work_out_a_hidden_cell(
            inner in (1..6_usize, 1..5_usize).prop_flat_map(|(rows, columns)| {
                let cell = prop_oneof![2 => Just(0_i64), 3 => 1..8_i64, 2 => 5..60_i64];
                prop::collection::vec(prop::collection::vec(cell, columns), rows)
            }),
            below: bool,
            right: bool,
        ) {
            let (counts, shown) = (with_totals(&inner), Shown { below, right });
            let hide = hidden(&counts, shown, 5);
            let range = pencil(&counts, &hide, shown);
            let everything = hide.iter().flatten().all(|h| *h);
            for (r, line) in counts.iter().enumerate() {
                for (c, n) in line.iter().enumerate() {
                    let last = (r == counts.len() - 1, c == line.len() - 1);
                    let unseen = (last.0 && !below) || (last.1 && !right);
                    if unseen || everything {
                        continue;
                    }
                    prop_assert!(hide[r][c] || *n == 0 || *n >= 5, "a small cell is shown");
                    let (low, high) = range[r][c];
                    prop_assert!(!hide[r][c] || low < high, "{counts:?} {hide:?}");
                }
            }
        }
    }
}
