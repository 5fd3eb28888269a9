//! Yen and minutes: whole numbers, so that sums are exact.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Neg, Sub};

/// 円. An amount of money; negative for a refund.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Yen(pub i64);

/// 分. A length of time in minutes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Minutes(pub i64);

/// 「12,300円」.
impl fmt::Display for Yen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.unsigned_abs().to_string();
        f.write_str(if self.0 < 0 { "-" } else { "" })?;
        for (n, digit) in digits.chars().enumerate() {
            if n > 0 && (digits.len() - n).is_multiple_of(3) {
                f.write_str(",")?;
            }
            write!(f, "{digit}")?;
        }
        f.write_str("円")
    }
}

/// 「1時間30分」, 「2時間」, 「45分」.
impl fmt::Display for Minutes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hours, minutes) = (self.0.unsigned_abs() / 60, self.0.unsigned_abs() % 60);
        f.write_str(if self.0 < 0 { "-" } else { "" })?;
        match (hours, minutes) {
            (0, minutes) => write!(f, "{minutes}分"),
            (hours, 0) => write!(f, "{hours}時間"),
            (hours, minutes) => write!(f, "{hours}時間{minutes}分"),
        }
    }
}

/// Sums stop at the largest number instead of turning negative; no budget comes near it.
macro_rules! amount {
    ($name:ident) => {
        impl Add for $name {
            type Output = Self;
            fn add(self, other: Self) -> Self {
                Self(self.0.saturating_add(other.0))
            }
        }

        impl Sub for $name {
            type Output = Self;
            fn sub(self, other: Self) -> Self {
                Self(self.0.saturating_sub(other.0))
            }
        }

        impl Neg for $name {
            type Output = Self;
            fn neg(self) -> Self {
                Self(self.0.saturating_neg())
            }
        }

        impl Sum for $name {
            fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
                amounts.fold(Self(0), Add::add)
            }
        }
    };
}

amount!(Yen);
amount!(Minutes);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yen_are_grouped_by_thousands() {
        for (yen, text) in [
            (0, "0円"),
            (999, "999円"),
            (1_000, "1,000円"),
            (12_300, "12,300円"),
            (1_234_567, "1,234,567円"),
            (-100, "-100円"),
            (-45_000, "-45,000円"),
            (i64::MIN, "-9,223,372,036,854,775,808円"),
        ] {
            assert_eq!(Yen(yen).to_string(), text);
        }
    }

    #[test]
    fn minutes_print_in_hours() {
        for (minutes, text) in
            [(0, "0分"), (45, "45分"), (60, "1時間"), (90, "1時間30分"), (-90, "-1時間30分")]
        {
            assert_eq!(Minutes(minutes).to_string(), text);
        }
    }

    #[test]
    fn amounts_add_up() {
        let total: Yen = [Yen(300), Yen(-100), Yen(50)].into_iter().sum();
        assert_eq!(total - Yen(50), Yen(200));
        assert_eq!(-(Minutes(30) + Minutes(60)), Minutes(-90));
        assert_eq!(Yen(i64::MAX) + Yen(1), Yen(i64::MAX));
    }
}
