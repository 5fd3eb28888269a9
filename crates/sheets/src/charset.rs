//! Characters: which encoding a CSV file is in, and both directions of conversion.

use encoding_rs::{Encoding as Codec, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE};
use std::borrow::Cow;

/// The encodings that spreadsheets in Japan write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8 without byte order mark.
    Utf8,
    /// UTF-8 with byte order mark: what Excel calls "CSV UTF-8".
    Utf8Bom,
    /// Windows-31J, the "Shift_JIS" of Excel.
    Cp932,
    /// UTF-16, little endian, with byte order mark: what Excel calls "Unicode text".
    Utf16Le,
    /// UTF-16, big endian, with byte order mark.
    Utf16Be,
}

/// Text, with U+FFFD wherever bytes were no character.
pub(crate) struct Decoded<'b> {
    pub encoding: Encoding,
    pub text: Cow<'b, str>,
    pub damaged: bool,
}

pub(crate) fn decode(bytes: &[u8]) -> Decoded<'_> {
    let (encoding, body) = detect(bytes);
    let (text, damaged) = encoding.codec().decode_without_bom_handling(body);
    Decoded { encoding, text, damaged }
}

fn detect(bytes: &[u8]) -> (Encoding, &[u8]) {
    match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => (Encoding::Utf8Bom, rest),
        [0xFF, 0xFE, rest @ ..] => (Encoding::Utf16Le, rest),
        [0xFE, 0xFF, rest @ ..] => (Encoding::Utf16Be, rest),
        _ if mostly_utf8(bytes) => (Encoding::Utf8, bytes),
        _ => (Encoding::Cp932, bytes),
    }
}

/// A damaged UTF-8 file can decode as CP932 without error into nonsense, so a few errors among many
/// good characters still mean UTF-8. Real CP932 text fails at nearly every character.
fn mostly_utf8(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    bad == 0 || bad.saturating_mul(10) < good
}

/// The first character of `text` that `encoding` cannot write, or the bytes.
pub(crate) fn encode(text: &str, encoding: Encoding) -> Result<Vec<u8>, char> {
    match encoding {
        Encoding::Utf8 | Encoding::Utf8Bom => Ok(text.as_bytes().to_vec()),
        Encoding::Utf16Le => Ok(text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        Encoding::Utf16Be => Ok(text.encode_utf16().flat_map(u16::to_be_bytes).collect()),
        Encoding::Cp932 => encode_cp932(text),
    }
}

fn encode_cp932(text: &str) -> Result<Vec<u8>, char> {
    let mut out = Vec::with_capacity(text.len());
    let mut utf8 = [0; 4];
    for original in text.chars() {
        let (bytes, _, unmappable) =
            SHIFT_JIS.encode(windows_twin(original).encode_utf8(&mut utf8));
        if unmappable {
            return Err(original);
        }
        out.extend_from_slice(&bytes);
    }
    Ok(out)
}

/// macOS and JIS tables decode some signs to other code points than Windows does; they look alike.
fn windows_twin(c: char) -> char {
    match c {
        '\u{301C}' => '\u{FF5E}',
        '\u{2212}' => '\u{FF0D}',
        '\u{2014}' => '\u{2015}',
        '\u{2016}' => '\u{2225}',
        '\u{00A2}' => '\u{FFE0}',
        '\u{00A3}' => '\u{FFE1}',
        '\u{00AC}' => '\u{FFE2}',
        other => other,
    }
}

impl Encoding {
    fn codec(self) -> &'static Codec {
        match self {
            Self::Utf8 | Self::Utf8Bom => UTF_8,
            Self::Cp932 => SHIFT_JIS,
            Self::Utf16Le => UTF_16LE,
            Self::Utf16Be => UTF_16BE,
        }
    }

    pub(crate) fn byte_order_mark(self) -> &'static [u8] {
        match self {
            Self::Utf8Bom => b"\xEF\xBB\xBF",
            Self::Utf16Le => b"\xFF\xFE",
            Self::Utf16Be => b"\xFE\xFF",
            Self::Utf8 | Self::Cp932 => b"",
        }
    }

    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 | Self::Utf8Bom => "UTF-8",
            Self::Cp932 => "Shift_JIS（CP932）",
            Self::Utf16Le | Self::Utf16Be => "UTF-16",
        }
    }
}
