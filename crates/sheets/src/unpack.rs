//! Bounds an XLSX container before anything parses it. Sizes in a zip directory are claims of the
//! sender, so every entry is also unpacked once under a cap, and nothing of it is kept.

use crate::Limits;
use crate::markup::Markup;
use crate::refusal::{Limit, Lookalike, Refusal};
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// Small entries may compress to anything: an empty theme is mostly repetition.
const RATIO_FLOOR: usize = 1 << 20;

type Archive<'b> = ZipArchive<Cursor<&'b [u8]>>;

/// The size of the largest sheet, unpacked.
pub(crate) fn check(bytes: &[u8], limits: &Limits) -> Result<usize, Refusal> {
    let over_entries = Refusal::TooLarge(Limit::Entries, limits.entries);
    // Counted by signature first: opening the archive allocates for each entry.
    if bytes.windows(4).filter(|w| w == b"PK\x01\x02").count() > limits.entries {
        return Err(over_entries);
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
    if archive.len() > limits.entries {
        return Err(over_entries);
    }
    check_contents(&archive)?;
    check_declared(&mut archive, limits)?;
    let (mut total, mut largest) = (0, 0);
    for index in 0..archive.len() {
        largest = largest.max(check_actual(&mut archive, index, &mut total, limits)?);
    }
    Ok(largest)
}

fn check_contents(archive: &Archive<'_>) -> Result<(), Refusal> {
    let names: Vec<String> = archive
        .file_names_raw()
        .map(|name| String::from_utf8_lossy(name).to_lowercase().replace('\\', "/"))
        .collect();
    let has = |wanted: &dyn Fn(&str) -> bool| names.iter().any(|name| wanted(name));
    if has(&|name| name.ends_with("workbook.xml")) {
        Ok(())
    } else if has(&|name| name.ends_with("workbook.bin")) {
        Err(Refusal::OtherFormat("Excelバイナリ（.xlsb）"))
    } else if has(&|name| name == "encryptedpackage") {
        Err(Refusal::Encrypted)
    } else if has(&|name| name == "mimetype") {
        Err(Refusal::OtherFormat("OpenDocument（.ods）"))
    } else if has(&|name| name.starts_with("word/")) {
        Err(Refusal::NotASpreadsheet(Lookalike::Word))
    } else if has(&|name| name.starts_with("ppt/")) {
        Err(Refusal::NotASpreadsheet(Lookalike::PowerPoint))
    } else {
        Err(Refusal::NotASpreadsheet(Lookalike::Zip))
    }
}

fn check_declared(archive: &mut Archive<'_>, limits: &Limits) -> Result<(), Refusal> {
    let mut total = 0_u64;
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(broken)?;
        if entry.encrypted() {
            return Err(Refusal::Encrypted);
        }
        total = total.saturating_add(entry.size());
    }
    match usize::try_from(total) {
        Ok(total) if total <= limits.unpacked_bytes => Ok(()),
        _ => Err(Refusal::TooLarge(Limit::UnpackedBytes, limits.unpacked_bytes)),
    }
}

fn check_actual(
    archive: &mut Archive<'_>,
    index: usize,
    total: &mut usize,
    limits: &Limits,
) -> Result<usize, Refusal> {
    let mut entry = archive.by_index(index).map_err(broken)?;
    let packed = usize::try_from(entry.compressed_size()).unwrap_or(usize::MAX).max(1);
    let mut size = 0_usize;
    let mut markup = Markup::of(&entry.name().map_err(broken)?);
    let mut chunk = [0; 16 << 10];
    loop {
        let read = entry.read(&mut chunk).map_err(broken)?;
        if read == 0 {
            return Ok(if markup.is_sheet() { size } else { 0 });
        }
        size += read;
        *total += read;
        if *total > limits.unpacked_bytes {
            return Err(Refusal::TooLarge(Limit::UnpackedBytes, limits.unpacked_bytes));
        }
        if size > RATIO_FLOOR && size / packed > limits.ratio {
            return Err(Refusal::TooLarge(Limit::Ratio, limits.ratio));
        }
        markup.feed(chunk.get(..read).unwrap_or_default());
        markup.check(limits)?;
    }
}

pub(crate) fn broken(error: impl std::fmt::Display) -> Refusal {
    Refusal::Broken(error.to_string())
}
