//! 個人番号（マイナンバー）: recognised only in order to refuse it. It is never stored.

use crate::forms::{ascii_digit, is_hyphen};

/// Whether a free text contains a 個人番号: twelve digits with a valid check digit, in any width,
/// in one run or in groups of four with spaces or hyphens between.
///
/// One in eleven other numbers of twelve digits passes the check as well, so a refusal should
/// say how to write such a number differently.
pub fn contains_my_number(text: &str) -> bool {
    let chars: Vec<char> = text.chars().map(ascii_digit).collect();
    (0..chars.len())
        .filter(|&at| at == 0 || !chars[at - 1].is_ascii_digit())
        .filter_map(|at| twelve_digits(&chars[at..]))
        .any(|digits| check(&digits))
}

/// Whether the whole text is one 個人番号, however its digits are grouped.
pub fn is_my_number(text: &str) -> bool {
    let digits: Vec<u32> =
        text.chars().filter(|c| !is_gap(*c)).map_while(|c| ascii_digit(c).to_digit(10)).collect();
    let letters = text.chars().filter(|c| !is_gap(*c)).count();
    letters == 12 && digits.try_into().is_ok_and(|digits: [u32; 12]| check(&digits))
}

/// Reads a run that is not part of a longer one. Gaps are allowed only between groups of four,
/// so that two neighbouring shorter numbers are not read together.
fn twelve_digits(chars: &[char]) -> Option<[u32; 12]> {
    let mut at = 0;
    let mut digits = [0; 12];
    for (n, digit) in digits.iter_mut().enumerate() {
        if n == 4 || n == 8 {
            at += chars[at..].iter().take(2).take_while(|c| is_gap(**c)).count();
        }
        *digit = chars.get(at)?.to_digit(10)?;
        at += 1;
    }
    let ends = chars.get(at).is_none_or(|c| !c.is_ascii_digit());
    ends.then_some(digits)
}

/// The published rule: with P_n the n-th digit from the right before the check digit, weights
/// n + 1 up to the sixth and n - 5 from the seventh; the remainder by 11 gives the check digit.
fn check(digits: &[u32; 12]) -> bool {
    let weights = [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2];
    let sum: u32 = digits.iter().zip(weights).map(|(digit, weight)| digit * weight).sum();
    let expected = match sum % 11 {
        0 | 1 => 0,
        r => 11 - r,
    };
    digits[11] == expected
}

fn is_gap(c: char) -> bool {
    c.is_whitespace() || is_hyphen(c)
}
