//! 鍵ファイル: what must be readable again, and by nobody who only has the database, is sealed with
//! a key that lies beside it, in a file of the data folder.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use super::sessions::hex;

const FILE: &str = "second-factor.key";
const BYTES: usize = 32;

/// Seals and opens; the same key for every server on one database.
pub struct Vault(LessSafeKey);

impl Vault {
    /// The key of the folder, made on the first start. Without a folder (a command, a test) the key
    /// lives as long as the program.
    pub fn open(folder: Option<&Path>) -> Result<Self, String> {
        let bytes = match folder {
            Some(folder) => read(folder)?,
            None => random::<BYTES>().ok_or(NO_CHANCE)?,
        };
        let key = UnboundKey::new(&AES_256_GCM, &bytes).map_err(|_| NO_CHANCE)?;
        Ok(Self(LessSafeKey::new(key)))
    }

    /// `about` must be the same to open it: what is sealed for one account opens for no other.
    pub fn seal(&self, about: &str, plain: &[u8]) -> Option<String> {
        let nonce = random::<NONCE_LEN>()?;
        let mut text = plain.to_vec();
        let of = Aad::from(about.as_bytes());
        self.0.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), of, &mut text).ok()?;
        Some(hex(&[nonce.as_slice(), &text].concat()))
    }

    pub fn unseal(&self, about: &str, sealed: &str) -> Option<Vec<u8>> {
        let bytes = unhex(sealed)?;
        let (nonce, text) = bytes.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut text = text.to_vec();
        let plain = self.0.open_in_place(nonce, Aad::from(about.as_bytes()), &mut text).ok()?;
        Some(plain.to_vec())
    }
}

const NO_CHANCE: &str = "この機械は乱数を作れません。鍵ファイルを作れないので、始められません。";

fn read(folder: &Path) -> Result<[u8; BYTES], String> {
    let path = folder.join(FILE);
    match std::fs::read_to_string(&path) {
        Ok(text) => unhex(text.trim()).and_then(|b| b.try_into().ok()).ok_or_else(|| {
            format!(
                "{} は鍵ファイルではありません。控えから戻してください。二段階認証を使う人は、この鍵がないと\
                 ログインできません。",
                path.display()
            )
        }),
        Err(e) if e.kind() == ErrorKind::NotFound => make(folder, &path),
        Err(e) => Err(format!("鍵ファイル {} を読めません: {e}", path.display())),
    }
}

fn make(folder: &Path, path: &PathBuf) -> Result<[u8; BYTES], String> {
    let bytes = random::<BYTES>().ok_or(NO_CHANCE)?;
    let cannot = |e| format!("鍵ファイル {} を作れません: {e}", path.display());
    std::fs::create_dir_all(folder).map_err(cannot)?;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(mut file) => {
            file.write_all(hex(&bytes).as_bytes())
                .and_then(|()| file.sync_all())
                .map_err(cannot)?;
            Ok(bytes)
        }
        // Another server on the same folder was first: its key is the key.
        Err(e) if e.kind() == ErrorKind::AlreadyExists => read(folder),
        Err(e) => Err(cannot(e)),
    }
}

/// Bytes of the operating system's randomness, or nothing.
pub fn random<const N: usize>() -> Option<[u8; N]> {
    let mut bytes = [0_u8; N];
    getrandom::fill(&mut bytes).ok()?;
    Some(bytes)
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|c| c.to_digit(16)).collect();
    let digits = digits.filter(|d| d.len() % 2 == 0)?;
    let byte = |pair: &[u32]| pair.iter().fold(0, |b, d| b * 16 + *d) as u8;
    Some(digits.chunks(2).map(byte).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_the_same_key_for_the_same_account_only() {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open(Some(folder.path())).unwrap();
        let sealed = vault.seal("saeki", b"himitsu").unwrap();
        assert!(!sealed.contains(&hex(b"himitsu")));
        let again = Vault::open(Some(folder.path())).unwrap();
        assert_eq!(again.unseal("saeki", &sealed).unwrap(), b"himitsu");
        assert_eq!(again.unseal("okabe", &sealed), None);
        assert_eq!(Vault::open(None).unwrap().unseal("saeki", &sealed), None);
        let last = sealed.len() - 1;
        let other = if sealed.ends_with('0') { '1' } else { '0' };
        let changed = format!("{}{other}", &sealed[..last]);
        assert_eq!(again.unseal("saeki", &changed), None);
        assert_ne!(vault.seal("saeki", b"himitsu").unwrap(), sealed);
    }

    #[test]
    fn a_broken_key_file_stops_the_start_and_is_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), "not a key").unwrap();
        assert!(Vault::open(Some(folder.path())).is_err_and(|why| why.contains("控え")));
        assert_eq!(std::fs::read_to_string(folder.path().join(FILE)).unwrap(), "not a key");
    }
}
