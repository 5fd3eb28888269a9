//! 確認コード: the six digits an authenticator app shows (RFC 6238).

use civil::Instant;
use totp_rs::{Builder, Secret, Totp};

use super::vault::random;
use crate::access::escape;

/// 160 bits, as RFC 4226 asks for.
pub fn secret() -> Option<[u8; 20]> {
    random::<20>()
}

/// One step before and after, for clocks that go wrong.
fn totp(secret: &[u8]) -> Option<Totp> {
    Builder::new().with_secret(secret.to_vec()).with_skew(1).build().ok()
}

fn seconds(at: Instant) -> u64 {
    u64::try_from(at.millis() / 1000).unwrap_or_default()
}

/// The step a code belongs to, if it is right; each step is accepted once (`second_factors`).
pub fn step(secret: &[u8], code: &str, at: Instant) -> Option<i64> {
    totp(secret)?.check(code, seconds(at)).and_then(|step| i64::try_from(step).ok())
}

/// What the app shows now.
pub fn code(secret: &[u8], at: Instant) -> String {
    totp(secret).map(|t| t.generate(seconds(at)).to_string()).unwrap_or_default()
}

/// The secret as it is typed by hand, in groups of four.
pub fn spelled(secret: &[u8]) -> String {
    let letters: Vec<char> = Secret::from(secret.to_vec()).to_base32().chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|g| g.iter().collect()).collect();
    groups.join(" ")
}

/// What the app reads from the picture.
pub fn uri(secret: &[u8], login: &str) -> String {
    let letters = Secret::from(secret.to_vec()).to_base32();
    format!("otpauth://totp/Kakehashi:{}?secret={letters}&issuer=Kakehashi", escape(login))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B (SHA-1); six digits instead of eight.
    #[test]
    fn the_codes_are_those_of_the_standard() {
        let secret = b"12345678901234567890";
        for (at, code_) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            let at = Instant::from_millis(at * 1000).unwrap();
            assert_eq!(code(secret, at), code_);
            assert_eq!(step(secret, code_, at), Some(at.millis() / 30_000));
        }
    }

    #[test]
    fn a_code_is_good_one_step_before_and_after_and_no_longer() {
        let secret = b"12345678901234567890";
        let at = |s: i64| Instant::from_millis((1_800_000_000 + s) * 1000).unwrap();
        let shown = code(secret, at(0));
        for (s, good) in [(-31, false), (-30, true), (0, true), (59, true), (60, false)] {
            assert_eq!(step(secret, &shown, at(s)).is_some(), good, "{s}");
        }
        for wrong in ["", "12345", "abcdef", "1234567"] {
            assert_eq!(step(secret, wrong, at(0)), None);
        }
    }

    #[test]
    fn the_secret_can_be_read_and_typed() {
        let uri = uri(b"12345678901234567890", "saeki");
        assert!(uri.contains("Kakehashi:saeki?secret=GEZDGNBV"));
        assert_eq!(spelled(b"12345678901234567890"), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
    }
}
