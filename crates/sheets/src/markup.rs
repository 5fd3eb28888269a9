//! What the parser builds from a part of the container can be far larger than the part: a few bytes
//! of markup become a structure, a number is believed and room made for it, a text is copied into
//! everything that refers to it. So each part is looked through before it is parsed.

use crate::Limits;
use crate::refusal::{Limit, Refusal};
use crate::unpack::broken;

/// Excel itself has 65,490 cell formats, each with a base style at most.
const FORMATS: usize = 131_072;
/// What one of them takes at least, and all of them may take together: each has copies of the names
/// of its font and of its number format.
const FORMAT: usize = 400;
const FORMATS_BYTES: usize = 96 << 20;
/// Each has a copy of the path of its part.
const SHEETS: usize = 1_000;
/// The longest address that Excel takes has 2,079 characters, each of up to six bytes.
const RELATION: usize = 16 << 10;
/// As written in XML, with `&#x1F600;` for a single one.
const CHARACTER: usize = 10;
/// Tags have many attributes, some of them long.
const TAG: usize = 64 << 10;
const ANNOUNCEMENT: &[u8] = b"uniqueCount";

/// Counted over one part, piece by piece.
#[derive(Default)]
pub(crate) struct Markup {
    relations: bool,
    begin: Vec<u8>,
    run: usize,
    /// The longest tag, or text between tags.
    longest: usize,
    name: Name,
    formats: usize,
    strings: usize,
    sheets: usize,
    data: usize,
    announced: Announced,
}

/// The name of the tag being read, without its prefix.
#[derive(Default)]
struct Name {
    open: bool,
    letters: [u8; 9],
    length: usize,
}

/// For how many strings the parser is told to make room.
#[derive(Default)]
struct Announced {
    matched: usize,
    number: usize,
    most: usize,
}

impl Markup {
    pub(crate) fn of(part: &str) -> Self {
        let relations = part.to_lowercase().ends_with(".rels");
        Self { relations, ..Self::default() }
    }

    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        let missing = 64_usize.saturating_sub(self.begin.len());
        self.begin.extend(bytes.iter().take(missing));
        for &byte in bytes {
            self.run = if byte == b'<' || byte == b'>' { 0 } else { self.run + 1 };
            self.longest = self.longest.max(self.run);
            self.announced.feed(byte);
            if self.name.feed(byte) {
                match self.name.letters.get(..self.name.length) {
                    Some(b"xf") => self.formats += 1,
                    Some(b"si") => self.strings += 1,
                    Some(b"sheet") => self.sheets += 1,
                    Some(b"sheetData") => self.data += 1,
                    _ => {}
                }
            }
        }
    }

    pub(crate) fn check(&self, limits: &Limits) -> Result<(), Refusal> {
        let over =
            |n, max, limit| if n > max { Err(Refusal::TooLarge(limit, max)) } else { Ok(()) };
        if self.is_utf16() {
            return Err(broken("a part in an encoding that no program writes"));
        }
        let formats = self.formats.saturating_mul(FORMAT + 2 * self.longest);
        if self.formats > FORMATS || formats > FORMATS_BYTES {
            return Err(Refusal::TooLarge(Limit::UnpackedBytes, limits.unpacked_bytes));
        }
        over(self.strings.max(self.announced.most), limits.cells, Limit::Cells)?;
        over(self.sheets, SHEETS, Limit::Entries)?;
        if self.relations && self.longest > RELATION {
            return Err(broken("a relation longer than any address"));
        }
        match self.is_xml() && self.longest > TAG.max(CHARACTER * limits.cell_chars) {
            true => Err(Refusal::TooLarge(Limit::CellChars, limits.cell_chars)),
            false => Ok(()),
        }
    }

    /// Whether a tab may be made of it.
    pub(crate) fn is_sheet(&self) -> bool {
        self.data > 0
    }

    /// Pictures have no tags.
    fn is_xml(&self) -> bool {
        let text = self.begin.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&self.begin);
        text.trim_ascii_start().starts_with(b"<")
    }

    /// The same markup in two bytes a character would not be counted here.
    fn is_utf16(&self) -> bool {
        let starts = [b"\xFF\xFE", b"\xFE\xFF", b"<\0", b"\0<"];
        starts.iter().any(|start| self.begin.starts_with(*start))
    }
}

impl Name {
    /// Whether the name ends before this byte.
    fn feed(&mut self, byte: u8) -> bool {
        if byte == b'<' || byte == b':' {
            self.open |= byte == b'<';
            self.length = 0;
        } else if byte.is_ascii_alphanumeric() {
            if let Some(slot) = self.letters.get_mut(self.length) {
                *slot = byte;
            }
            self.length += 1;
        } else {
            return std::mem::take(&mut self.open);
        }
        false
    }
}

impl Announced {
    fn feed(&mut self, byte: u8) {
        if self.matched < ANNOUNCEMENT.len() {
            let goes_on = ANNOUNCEMENT.get(self.matched) == Some(&byte);
            self.matched = if goes_on { self.matched + 1 } else { 0 };
            self.number = 0;
        } else if byte.is_ascii_digit() {
            self.number = self.number.saturating_mul(10).saturating_add(usize::from(byte - b'0'));
            self.most = self.most.max(self.number);
        } else if self.number > 0 || !b" \t\r\n='\"+".contains(&byte) {
            self.matched = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fed(pieces: &[&str]) -> Markup {
        let mut markup = Markup::of("xl/a.xml");
        pieces.iter().for_each(|p| markup.feed(p.as_bytes()));
        markup
    }

    #[test]
    fn tags_are_counted_across_pieces_and_prefixes() {
        let styles = fed(&["<styleSheet><xfs/><x", "f a='1'/></xf><x:xf>", "<axf/><xf:a/>"]);
        assert_eq!((styles.formats, styles.longest), (2, 10));
        let other = fed(&["<si><t>si</t></si><x:si/><sis/>", "<sheets><sheet name='a'/><sheet/>"]);
        assert_eq!((other.strings, other.sheets, other.is_sheet()), (2, 2, false));
        assert!(fed(&["<x:sheet", "Data/>"]).is_sheet() && !fed(&["sheetData"]).is_sheet());
    }

    #[test]
    fn what_is_announced_is_found_however_it_is_written() {
        for written in ["uniqueCount=\"77\"", "uniqueCount = '77'", "count='9' uniqueCount=\n'+77'"]
        {
            assert_eq!(fed(&["<sst ", written, ">12"]).announced.most, 77, "{written}");
        }
        assert_eq!(fed(&["<sst unique", "Count='0", "077'/>"]).announced.most, 77);
        assert_eq!(fed(&["<sst uniqueCount='' count='77'>"]).announced.most, 0);
    }

    #[test]
    fn each_bound_refuses_just_above_it() {
        let limits = Limits { cells: 3, cell_chars: 2, ..Limits::default() };
        let long = "x".repeat(TAG);
        for (good, more) in [
            ("<si/><si/><si/>", "<si/>"),
            ("<sst uniqueCount='3", "1"),
            (&*format!("<t>{long}"), "x"),
            (&"<sheet/>".repeat(SHEETS), "<sheet/>"),
            (&"<xf/>".repeat(FORMATS), "<xf/>"),
            ("\u{feff}<t", " "),
        ] {
            let mut markup = fed(&[good]);
            assert_eq!(markup.check(&limits), Ok(()));
            markup.feed(more.repeat(TAG).as_bytes());
            assert!(markup.check(&limits).is_err(), "{more}");
        }
        let mut relations = Markup::of("xl/_rels/workbook.xml.rels");
        relations.feed(&[b'x'; RELATION]);
        assert!(relations.check(&limits).is_ok());
        relations.feed(b"x");
        assert!(relations.check(&limits).is_err() && fed(&["<\0a\0"]).check(&limits).is_err());
        let costly = format!("<numFmt a='{}'/>", "0".repeat(1_000));
        assert!(fed(&[&costly, &"<xf/>".repeat(50_000)]).check(&Limits::default()).is_err());
    }
}
