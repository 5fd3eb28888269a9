//! Percentages as published tables print them, computed in whole numbers.

use std::cmp::Reverse;
use std::fmt;

/// A percentage with a fixed number of decimals: "39", "38.9".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Percent {
    units: u64,
    digits: u32,
}

/// 最大剰余法. Percentages that add up to exactly 100.
///
/// Each is rounded down; what is missing goes, one unit of the last decimal each, to the largest
/// remainder first, then to the larger count, then to the earlier one. All zero gives all zero.
/// More than nine decimals count as nine.
pub fn largest_remainder(counts: &[u64], digits: u32) -> Vec<Percent> {
    let digits = digits.min(MOST_DIGITS);
    let Some(total) = total(counts) else { return zeros(counts, digits) };
    let whole = scale(digits);
    let scaled = counts.iter().map(|&count| u128::from(count) * whole);
    let mut units: Vec<u128> = scaled.clone().map(|n| n / total).collect();
    let remainders: Vec<u128> = scaled.map(|n| n % total).collect();

    let mut order: Vec<usize> = (0..counts.len()).collect();
    order.sort_by_key(|&n| (Reverse(remainders[n]), Reverse(counts[n]), n));
    let missing = whole - units.iter().sum::<u128>();
    for &n in order.iter().take(missing as usize) {
        units[n] += 1;
    }
    units.into_iter().map(|units| Percent { units: units as u64, digits }).collect()
}

/// 四捨五入. Percentages each rounded on its own, half up; their sum may miss 100.
pub fn half_up(counts: &[u64], digits: u32) -> Vec<Percent> {
    let digits = digits.min(MOST_DIGITS);
    let Some(total) = total(counts) else { return zeros(counts, digits) };
    let round = |&count| (u128::from(count) * scale(digits) * 2 + total) / (total * 2);
    counts.iter().map(round).map(|units| Percent { units: units as u64, digits }).collect()
}

impl Percent {
    /// The percentage in units of its last decimal: 38.9 is 389.
    pub fn units(self) -> u64 {
        self.units
    }

    /// How many decimals it has.
    pub fn digits(self) -> u32 {
        self.digits
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let one = 10_u64.pow(self.digits);
        write!(f, "{}", self.units / one)?;
        match self.digits as usize {
            0 => Ok(()),
            width => write!(f, ".{:0width$}", self.units % one),
        }
    }
}

/// 2^64 counts times 100 times 10^9, doubled, still fit in 128 bits.
const MOST_DIGITS: u32 = 9;

/// 100 % in units of the last decimal.
fn scale(digits: u32) -> u128 {
    100 * 10_u128.pow(digits)
}

fn total(counts: &[u64]) -> Option<u128> {
    let total = counts.iter().map(|&count| u128::from(count)).sum();
    (total > 0).then_some(total)
}

fn zeros(counts: &[u64], digits: u32) -> Vec<Percent> {
    vec![Percent { units: 0, digits }; counts.len()]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn printed(percents: Vec<Percent>) -> String {
        percents.iter().map(Percent::to_string).collect::<Vec<_>>().join(",")
    }

    #[test]
    fn published_tables_come_out_as_published() {
        for (counts, percents) in [
            (&[30, 7, 2, 10, 3, 25][..], "39,9,3,13,4,32"),
            (&[7, 1, 64, 6, 8, 4], "8,1,71,7,9,4"),
            (&[35, 13, 3, 11, 1, 24, 5], "38,14,3,12,1,26,6"),
            (&[8, 3, 27, 2, 14, 3], "14,5,47,4,25,5"),
        ] {
            assert_eq!(printed(largest_remainder(counts, 0)), percents);
        }
        // Rounded each on its own, the third table would add up to 99.
        assert_eq!(printed(half_up(&[35, 13, 3, 11, 1, 24, 5], 0)), "38,14,3,12,1,26,5");
    }

    #[test]
    fn ties_go_to_the_larger_then_the_earlier() {
        assert_eq!(printed(largest_remainder(&[1, 1, 1], 0)), "34,33,33");
        assert_eq!(printed(largest_remainder(&[1, 1, 1], 1)), "33.4,33.3,33.3");
        // 12.5 and 87.5 have the same remainder.
        assert_eq!(printed(largest_remainder(&[1, 7], 0)), "12,88");
        assert_eq!(printed(half_up(&[1, 7], 0)), "13,88");
    }

    #[test]
    fn decimals_print_in_full() {
        assert_eq!(printed(half_up(&[30, 47], 1)), "39.0,61.0");
        assert_eq!(printed(half_up(&[7, 11], 1)), "38.9,61.1");
        assert_eq!(printed(half_up(&[1, 1999], 2)), "0.05,99.95");
    }

    #[test]
    fn nothing_counted_is_zero_percent() {
        assert_eq!(printed(largest_remainder(&[0, 0], 1)), "0.0,0.0");
        assert_eq!(printed(half_up(&[0], 0)), "0");
        assert_eq!(largest_remainder(&[], 0), []);
    }

    proptest! {
        #![proptest_config(crate::testing::config())]

        #[test]
        fn the_sum_is_exact_and_each_within_one_unit(
            counts in prop::collection::vec(prop_oneof![0..200_u64, any::<u64>()], 1..12),
            digits in 0..12_u32,
        ) {
            prop_assume!(counts.iter().any(|&count| count > 0));
            let percents = largest_remainder(&counts, digits);
            let kept = digits.min(MOST_DIGITS);
            let sum: u64 = percents.iter().map(|percent| percent.units()).sum();
            prop_assert_eq!(sum, 100 * 10_u64.pow(kept));

            let total: u128 = counts.iter().map(|&count| u128::from(count)).sum();
            for (percent, rounded) in percents.iter().zip(half_up(&counts, digits)) {
                prop_assert!(percent.units().abs_diff(rounded.units()) <= 1);
            }
            for (percent, count) in percents.iter().zip(&counts) {
                let exact = u128::from(*count) * 100 * 10_u128.pow(kept);
                prop_assert!((u128::from(percent.units()) * total).abs_diff(exact) < total);
            }
        }

        #[test]
        fn more_counted_is_never_fewer_percent(
            counts in prop::collection::vec(0..300_u64, 2..10),
        ) {
            let percents = largest_remainder(&counts, 0);
            for (a, x) in counts.iter().zip(&percents) {
                for (b, y) in counts.iter().zip(&percents) {
                    prop_assert!(a <= b || x.units() >= y.units());
                }
            }
        }
    }
}
