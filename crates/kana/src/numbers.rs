//! 利用者番号: short enough to say on the telephone, and a slip is noticed at once.

use crate::forms::{ascii_digit, is_hyphen};
use std::fmt;
use std::str::FromStr;

/// 利用者番号: a running number, written `M-01275` with a check digit at the end.
///
/// The check digit is Damm's. It finds every single wrong digit and every exchange of two
/// neighbours, the two slips of the telephone; ISO 7064 (11,10) misses some exchanges.
/// Leading zeros do not change it, so `1275` and `M-01275` are the same number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientNumber(u32);

impl ClientNumber {
    /// The largest running number: eight digits are said and typed at most.
    pub const MAX: u32 = 9_999_999;

    /// From the running number of the database, 1 to [`ClientNumber::MAX`].
    pub fn new(running: u32) -> Option<ClientNumber> {
        (1..=Self::MAX).contains(&running).then_some(ClientNumber(running))
    }

    /// From a column the database keeps above zero; what cannot be is shown as the nearest number.
    pub fn from_row(running: i64) -> ClientNumber {
        let last = i64::from(Self::MAX);
        ClientNumber(u32::try_from(running.clamp(1, last)).unwrap_or(1))
    }

    /// The running number, without the check digit.
    pub fn running(self) -> u32 {
        self.0
    }

    /// Reads a number as heard or typed: any width, with or without `M`, hyphens and zeros.
    pub fn parse(text: &str) -> Result<ClientNumber, NumberError> {
        let digits = typed_digits(text).ok_or(NumberError::NotANumber)?;
        let value: u32 = digits.parse().map_err(|_| NumberError::NotANumber)?;
        let number = ClientNumber::new(value / 10).ok_or(NumberError::NotANumber)?;
        if damm(value) == 0 { Ok(number) } else { Err(NumberError::CheckDigit) }
    }
}

impl fmt::Display for ClientNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "M-{:04}{}", self.0, damm(self.0))
    }
}

impl FromStr for ClientNumber {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<ClientNumber, NumberError> {
        ClientNumber::parse(text)
    }
}

/// Why a text is no 利用者番号. `to_string()` is for the person who typed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberError {
    NotANumber,
    CheckDigit,
}

impl fmt::Display for NumberError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NumberError::NotANumber => {
                "利用者番号ではありません。M-01275のように、数字8桁までで入れてください"
            }
            NumberError::CheckDigit => "番号の最後の数字が合いません。聞き直してください",
        })
    }
}

impl std::error::Error for NumberError {}

/// The one to eight digits that count of something that looks like a client number.
pub(crate) fn typed_digits(text: &str) -> Option<String> {
    let plain = text.chars().filter(|c| !c.is_whitespace() && !is_hyphen(*c)).map(ascii_digit);
    let plain: String = plain.collect();
    let digits = plain.strip_prefix(['M', 'm', 'Ｍ', 'ｍ']).unwrap_or(&plain);
    let all_digits = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let counted = digits.trim_start_matches('0');
    (all_digits && (1..=8).contains(&counted.len())).then(|| counted.to_owned())
}

/// Damm's algorithm over the decimal digits: 0 for a number that ends in its own check digit.
pub(crate) fn damm(number: u32) -> u8 {
    let mut place = 1_000_000_000;
    let mut check = 0;
    while place > 0 {
        check = QUASIGROUP[usize::from(check)][(number / place % 10) as usize];
        place /= 10;
    }
    check
}

/// Damm's totally anti-symmetric quasigroup of order 10. Its diagonal of zeros is why leading
/// zeros change nothing.
const QUASIGROUP: [[u8; 10]; 10] = [
    [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
    [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
    [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
    [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
    [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
    [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
    [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
    [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
    [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
    [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
];
