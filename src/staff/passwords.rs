//! Passwords: argon2id, and the rules a new one must keep: long, not one that everybody thinks of,
//! not one's own name. Nothing is asked of digits and signs: strength is length.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use argon2::{Argon2, Params, PasswordHasher, PasswordVerifier};

use crate::args;
use crate::store::Read;
use crate::web::{Error, Result};

/// Shortest password, in characters.
const SHORTEST: usize = 12;
const LONGEST: usize = 200;
/// So many different words of the list make a sentence rather than a common password.
const ENOUGH_WORDS: usize = 3;
/// Longer than any word of the list.
const LONGEST_WORD: usize = 24;

pub const HELP: &str = "12文字以上。長いほど安全です。関係のない言葉をいくつかつなぐと、覚えやすく、\
     当てられにくくなります。記号や数字を混ぜる必要はありません。";

/// Runs on a thread of its own: hashing takes tens of milliseconds of work.
pub async fn hash(password: String) -> Result<String> {
    let done = tokio::task::spawn_blocking(move || {
        argon2().hash_password(password.as_bytes()).map(|h| h.to_string())
    });
    match done.await {
        Ok(Ok(hash)) => Ok(hash),
        _ => Err(Error::refused(
            "password",
            "パスワードを保存できませんでした。もう一度お試しください",
        )),
    }
}

pub async fn verify(password: String, hash: String) -> bool {
    tokio::task::spawn_blocking(move || {
        Argon2::default().verify_password(password.as_bytes(), hash.as_str()).is_ok()
    })
    .await
    .unwrap_or(false)
}

/// argon2id with the crate's recommended memory and passes (19 MiB, 2 passes, 1 lane).
fn argon2() -> Argon2<'static> {
    Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, Params::default())
}

/// Login, name and reading of an account: what its password must not be.
pub async fn whose(read: &mut Read, account: &str) -> Result<Vec<String>> {
    let (login, name, kana): (String, String, String) =
        read.one("select login, name, kana from accounts where id = $1", args![account]).await?;
    Ok(vec![login, name, kana])
}

/// A new password, under the field of that name.
pub fn check(password: &str, whose: &[String]) -> Result<()> {
    match weakness(password, whose) {
        Some(why) => Err(Error::refused("password", why)),
        None => Ok(()),
    }
}

pub fn same(password: &str, again: &str) -> Result<()> {
    if password == again {
        return Ok(());
    }
    Err(Error::refused("again", "2回の入力が同じではありません。もう一度入力してください"))
}

/// Why a new password is refused, if it is.
fn weakness(password: &str, whose: &[String]) -> Option<&'static str> {
    let n = password.chars().count();
    if n < SHORTEST {
        return Some("パスワードは12文字以上にしてください。短い文をつなぐと覚えやすくなります");
    }
    if n > LONGEST {
        return Some("パスワードは200文字までです");
    }
    let plain = plain(password);
    let own = whose.iter().map(|w| self::plain(w)).filter(|w| w.chars().count() >= 3);
    if own.into_iter().any(|w| plain.contains(&w)) {
        return Some("ログイン名や氏名をふくむパスワードは使えません。ほかの言葉にしてください");
    }
    if is_pattern(&plain) {
        return Some(
            "同じ文字や、決まった並びのくり返しは使えません。関係のない言葉をつないでください",
        );
    }
    is_common(password).then_some(
        "よく使われる言葉だけのパスワードは、すぐに当てられます。関係のない言葉を足してください",
    )
}

/// Small letters of one width and one script, without spaces.
fn plain(text: &str) -> String {
    kana::search_key(text).to_lowercase()
}

/// A few characters again and again, or a run of the alphabet or of numbers, up or down.
fn is_pattern(plain: &str) -> bool {
    let all: Vec<char> = plain.chars().collect();
    let repeats = |n: usize| all.iter().zip(all.iter().skip(n)).all(|(a, b)| a == b);
    let steps = all.windows(2).filter_map(|w| Some((*w.get(1)? as i64) - (*w.first()? as i64)));
    let mut runs: Vec<i64> = steps.collect();
    runs.dedup();
    // 1234567890 goes on at 0.
    let straight =
        runs.iter().all(|d| matches!(d, 1 | -9)) || runs.iter().all(|d| matches!(d, -1 | 9));
    (1..=4).any(repeats) || straight
}

/// The list, as `plain` writes it.
static COMMON: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let lines = include_str!("passwords.txt").lines().filter(|l| !l.starts_with('#'));
    lines.flat_map(str::split_whitespace).map(plain).collect()
});

/// Signs that stand for letters.
fn letters(plain: &str) -> String {
    let letter = |c| match c {
        '@' | '4' => 'a',
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '$' | '5' => 's',
        '7' => 't',
        c => c,
    };
    plain.chars().map(letter).collect()
}

/// Whether nothing is left beside words of the list and what is added to them out of habit.
fn is_common(password: &str) -> bool {
    // A sign stands for a letter (p@ssword) or is decoration, which `plain` leaves out.
    let signs = password.to_lowercase().split_whitespace().collect::<String>();
    [plain(password), signs].iter().any(|text| {
        let all: Vec<char> = text.chars().collect();
        covered(&all).is_some_and(|words| words.len() < ENOUGH_WORDS)
    })
}

/// The fewest different words that, with digits, signs and one letter again and again, make up the
/// whole text.
fn covered(all: &[char]) -> Option<BTreeSet<String>> {
    let mut best: Vec<Option<BTreeSet<String>>> = vec![None; all.len() + 1];
    if let Some(first) = best.first_mut() {
        *first = Some(BTreeSet::new());
    }
    for end in 1..=all.len() {
        for start in end.saturating_sub(LONGEST_WORD)..end {
            let Some(part) = all.get(start..end) else { continue };
            let Some(mut words) = best.get(start).cloned().flatten() else { continue };
            let text: String = part.iter().collect();
            let text = if COMMON.contains(&text) { text } else { plain(&letters(&text)) };
            match COMMON.contains(&text) {
                true => _ = words.insert(text),
                false if is_filler(part) => {}
                false => continue,
            }
            if let Some(place) = best.get_mut(end)
                && place.as_ref().is_none_or(|known| words.len() < known.len())
            {
                *place = Some(words);
            }
        }
    }
    best.pop().flatten()
}

/// One digit, one sign, or a letter three times and more.
fn is_filler(part: &[char]) -> bool {
    let Some(first) = part.first() else { return false };
    let same = part.iter().all(|c| c == first);
    same && (part.len() >= 3 || part.len() == 1 && !first.is_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whose() -> Vec<String> {
        ["saeki", "佐伯 美穂", "さえき みほ"].map(str::to_owned).to_vec()
    }

    fn refused(password: &str, part: &str) {
        let why = weakness(password, &whose());
        assert!(why.is_some_and(|w| w.contains(part)), "{password}: {why:?}");
    }

    #[test]
    fn a_short_one_is_refused_and_a_sentence_is_not() {
        refused("みじかい", "12文字以上");
        refused("橋をわたる朝の電車の音", "12文字以上");
        refused(&"橋".repeat(201), "200文字まで");
        for good in ["橋をわたる朝の電車の音がする", "kawa no oto to hashi", "correct horse staple"]
        {
            assert_eq!(weakness(good, &whose()), None, "{good}");
        }
    }

    #[test]
    fn ones_own_name_in_any_writing_is_refused() {
        for own in [
            "Saeki-no-himitsu",
            "佐伯美穂のひみつの言葉です",
            "サエキミホノヒミツデスヨ",
            "ＳＡＥＫＩ川の音を聞いた",
        ] {
            refused(own, "ログイン名や氏名");
        }
        let nobody = ["ab".to_owned()];
        assert_eq!(
            weakness("cab driver and bread", &nobody),
            None,
            "two letters are in everything"
        );
    }

    #[test]
    fn patterns_are_refused() {
        for bad in [
            "aaaaaaaaaaaaaaa",
            "abcabcabcabc",
            "123456789012",
            "abcdefghijklmn",
            "210987654321",
            "はなはなはなはなはなはな",
        ] {
            refused(bad, "くり返し");
        }
    }

    #[test]
    fn what_everybody_thinks_of_is_refused_however_it_is_dressed() {
        for bad in [
            "password12345",
            "P@ssw0rd!!!!",
            "Passw0rd2026!",
            "qwertyuiop12",
            "1qaz2wsx3edc!",
            "ｐａｓｓｗｏｒｄ２０２６",
            "sakura20261120",
            "kakehashi-demo",
            "ぱすわーど123456",
            "パスワードパスワード",
            "aiueokakikukeko",
            "たていすかんなにら2026",
            "administrator1",
            "reiwa8nen11!!!".trim_end_matches("nen11!!!").repeat(3).as_str(),
        ] {
            let why = weakness(bad, &whose());
            assert!(why.is_some(), "{bad}");
        }
        for good in ["sakura no hana to kawa", "tokyo de neko to aruku", "sakura tokyo dragon"] {
            assert_eq!(weakness(good, &whose()), None, "{good}");
        }
    }
}
