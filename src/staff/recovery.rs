//! 回復コード: ten words on paper for the day the telephone is gone; each opens once.

use super::sessions::digest;
use super::vault::random;
use crate::args;
use crate::audit::Event;
use crate::store::{Read, Tx};
use crate::web::{Error, Result};

pub const HOW_MANY: usize = 10;
/// Letters of a code: 80 bits, so that its digest need not be a slow one.
const LETTERS: usize = 16;
/// Nothing that looks like something else on paper: 32 of them, five bits each.
const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// New codes; earlier ones of the factor open nothing any more. Shown once: only digests are kept.
pub async fn issue(tx: &mut Tx, factor: &str) -> Result<Vec<String>> {
    let at = tx.actor.at;
    tx.exec(
        "update recovery_codes set replaced_at = $2 where factor_id = $1 and used_at is null
           and replaced_at is null",
        args![factor, at],
    )
    .await?;
    let mut codes = vec![];
    for _ in 0..HOW_MANY {
        let code = code().ok_or_else(|| Error::refused("", CANNOT))?;
        tx.exec(
            "insert into recovery_codes (code_hash, factor_id, made_at) values ($1, $2, $3)",
            args![hash(factor, &code), factor, at],
        )
        .await?;
        codes.push(code);
    }
    tx.record(Event::new("issue", "recovery_codes", factor)).await?;
    Ok(codes)
}

const CANNOT: &str = "回復コードを作れませんでした。もう一度お試しください";

/// Whether a code of the factor was still good; from now on it is not.
pub async fn spend(tx: &mut Tx, factor: &str, typed: &str) -> Result<bool> {
    let at = tx.actor.at;
    let done = tx
        .exec(
            "update recovery_codes set used_at = $3 where code_hash = $1 and factor_id = $2
               and used_at is null and replaced_at is null",
            args![hash(factor, typed), factor, at],
        )
        .await?;
    Ok(done == 1)
}

pub async fn left(read: &mut Read, factor: &str) -> Result<i64> {
    let (n,): (i64,) = read
        .one(
            "select count(*) from recovery_codes where factor_id = $1 and used_at is null
               and replaced_at is null",
            args![factor],
        )
        .await?;
    Ok(n)
}

/// `ABCD-EFGH-JKLM-NPQR`.
fn code() -> Option<String> {
    let letter = |b: &u8| ALPHABET.get(usize::from(b % 32)).map(|c| char::from(*c));
    let all: Vec<char> = random::<LETTERS>()?.iter().filter_map(letter).collect();
    Some(all.chunks(4).map(|g| g.iter().collect::<String>()).collect::<Vec<_>>().join("-"))
}

/// However it was typed: with or without the strokes, small or large.
fn hash(factor: &str, typed: &str) -> String {
    let letters = typed.chars().filter(|c| c.is_ascii_alphanumeric());
    digest(&format!("{factor} {}", letters.collect::<String>().to_ascii_uppercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_long_different_and_read_as_they_are_typed() {
        let (one, two) = (code().unwrap(), code().unwrap());
        assert_eq!(one.len(), LETTERS + 3);
        assert_ne!(one, two);
        let typed = one.to_lowercase().replace('-', " ");
        assert_eq!(hash("f", &one), hash("f", &typed));
        assert_ne!(hash("f", &one), hash("g", &one));
        assert_ne!(hash("f", &one), hash("f", &two));
    }
}
