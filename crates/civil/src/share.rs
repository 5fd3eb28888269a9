//! A share of an amount, as subsidy rules state it: 10/10, 3/4, 1/2.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use crate::Yen;

/// 負担割合・補助率. An exact share between 0 and 1, printed in the terms it was stated in.
#[derive(Clone, Copy, Debug)]
pub struct Share {
    part: u32,
    whole: u32,
}

impl Share {
    /// `None` when `whole` is 0 or `part` exceeds it.
    pub const fn new(part: u32, whole: u32) -> Option<Self> {
        if whole == 0 || part > whole { None } else { Some(Self { part, whole }) }
    }

    /// This share of an amount, less than a yen dropped (1円未満切り捨て). A refund of the same
    /// amount gives exactly the opposite.
    pub fn of(self, amount: Yen) -> Yen {
        let yen = i128::from(amount.0) * i128::from(self.part) / i128::from(self.whole);
        Yen(yen as i64)
    }

    /// What the share leaves over, so that both add up to the amount.
    pub fn rest_of(self, amount: Yen) -> Yen {
        amount - self.of(amount)
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.part, self.whole)
    }
}

/// Reads "3/4"; the error is a sentence for whoever keeps the rules.
impl FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let terms = text.split_once('/').and_then(|(part, whole)| {
            Self::new(part.trim().parse().ok()?, whole.trim().parse().ok()?)
        });
        terms.ok_or_else(|| "割合は 3/4 のように、1以下の分数で書いてください。".to_owned())
    }
}

/// 1/2 equals 2/4, though they print differently.
impl PartialEq for Share {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Share {}

impl PartialOrd for Share {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Share {
    fn cmp(&self, other: &Self) -> Ordering {
        let ours = u64::from(self.part) * u64::from(other.whole);
        ours.cmp(&(u64::from(other.part) * u64::from(self.whole)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn shares_of_an_amount_drop_less_than_a_yen() {
        let share = |text: &str| text.parse::<Share>().unwrap();
        assert_eq!(share("10/10").of(Yen(12_345)), Yen(12_345));
        assert_eq!(share("3/4").of(Yen(101)), Yen(75));
        assert_eq!(share("3/4").of(Yen(-101)), Yen(-75));
        assert_eq!(share("1/2").rest_of(Yen(101)), Yen(51));
        assert_eq!(share("0/1").of(Yen(500)), Yen(0));
        assert_eq!(share("1/1").of(Yen(i64::MIN)), Yen(i64::MIN));
    }

    #[test]
    fn shares_compare_by_value_and_print_as_stated() {
        let half = Share::new(1, 2).unwrap();
        assert_eq!(half, Share::new(2, 4).unwrap());
        assert!(half < Share::new(3, 4).unwrap());
        assert_eq!(Share::new(10, 10).unwrap().to_string(), "10/10");
    }

    #[test]
    fn what_is_no_share_is_refused() {
        for text in ["", "3", "4/3", "1/0", "-1/2", "0.5", "1/2/3"] {
            assert!(text.parse::<Share>().is_err(), "{text}");
        }
    }

    proptest! {
        #![proptest_config(crate::testing::config())]

        #[test]
        fn share_and_rest_add_up(
            part in 0..100_u32, more in 0..100_u32, yen in -1_000_000..1_000_000_i64,
        ) {
            let Some(share) = Share::new(part, part + more) else { return Ok(()) };
            let (taken, rest) = (share.of(Yen(yen)), share.rest_of(Yen(yen)));
            prop_assert_eq!(taken + rest, Yen(yen));
            prop_assert_eq!(share.of(Yen(-yen)), -taken);
            // Never more than the exact share, and less than a yen below it.
            let exact = i64::from(part) * yen.abs();
            let gap = exact - taken.0.abs() * i64::from(part + more);
            prop_assert!((0..i64::from(part + more)).contains(&gap));
        }
    }
}
