//! Passwords: argon2id, and the rules a new one must keep.

use argon2::{Argon2, Params, PasswordHasher, PasswordVerifier};

use crate::web::{Error, Result};

/// Shortest password, in characters.
const SHORTEST: usize = 12;

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

/// Why a new password is refused, if it is.
pub fn weakness(password: &str, login: &str) -> Option<&'static str> {
    let n = password.chars().count();
    let first = password.chars().next();
    if n < SHORTEST {
        return Some("パスワードは12文字以上にしてください。短い文をつなぐと覚えやすくなります");
    }
    if n > 200 {
        return Some("パスワードは200文字までです");
    }
    if password.chars().all(|c| Some(c) == first) {
        return Some("同じ文字だけのパスワードは使えません");
    }
    if !login.is_empty() && password.to_lowercase().contains(&login.to_lowercase()) {
        return Some("ログイン名をふくむパスワードは使えません");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::weakness;

    #[test]
    fn short_uniform_and_obvious_passwords_are_refused() {
        assert!(weakness("みじかい", "saeki").is_some());
        assert!(weakness("aaaaaaaaaaaaaaa", "saeki").is_some());
        assert!(weakness("Saeki-no-himitsu", "saeki").is_some());
        assert_eq!(
            weakness("橋をわたる朝の電車の音", "saeki"),
            Some("パスワードは12文字以上にしてください。短い文をつなぐと覚えやすくなります")
        );
        assert_eq!(weakness("橋をわたる朝の電車の音がする", "saeki"), None);
    }
}
