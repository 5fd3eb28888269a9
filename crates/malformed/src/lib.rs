//! Files that nobody should send, for tests and campaigns: malformed CSV and XLSX of every family
//! below, each the same again for the same number and seed.

mod bombs;
mod book;
mod containers;
mod dice;
mod markup;
mod texts;

pub use texts::{DATES, FORMULAS, KANA};

use dice::Dice;

/// 壊れたファイル.
#[derive(Debug, Clone)]
pub struct File {
    /// Which family it is of.
    pub family: &'static str,
    /// What the sender calls it.
    pub name: String,
    /// What the sender says it is.
    pub kind: &'static str,
    /// The file.
    pub bytes: Vec<u8>,
}

/// What a table would look like: the headers that the reader asks for, and one good row.
#[derive(Debug, Clone)]
pub struct Model {
    /// As on the template.
    pub headers: Vec<String>,
    /// A row that would be taken.
    pub row: Vec<String>,
}

/// One way to be malformed.
type Family = (&'static str, &'static str, fn(&Model, &mut Dice) -> Vec<u8>);

/// Name, ending of the file, how it is made.
fn families() -> Vec<Family> {
    [texts::FAMILIES, containers::FAMILIES, markup::FAMILIES, bombs::FAMILIES].concat()
}

/// How many families there are: so many numbers in a row show each once.
pub fn count() -> usize {
    families().len()
}

/// The file of this number.
pub fn file(model: &Model, seed: u64, number: usize) -> File {
    let all = families();
    let mut dice = Dice::new(seed, number);
    let (family, ending, make) = all[number % all.len()];
    let bytes = make(model, &mut dice);
    let right = !(number / all.len()).is_multiple_of(4);
    let name = if right { format!("file.{ending}") } else { odd_name(&mut dice) };
    let kind = match ending {
        _ if !right => KINDS[dice.roll(KINDS.len())],
        "csv" => "text/csv",
        _ => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    };
    File { family, name, kind, bytes }
}

const KINDS: &[&str] =
    &["text/html", "application/zip", "image/svg+xml", "application/octet-stream", "x", ""];

fn odd_name(dice: &mut Dice) -> String {
    let names = [
        "../../../etc/passwd.csv",
        "<img src=x onerror=alert(1)>.csv",
        "=cmd.csv",
        "C:\\\\windows\\\\file.xlsx",
        "令和\u{202E}vsc.exe",
        ".csv",
        "no ending",
        "a.csv.xlsx.pdf",
    ];
    match dice.roll(names.len() + 1) {
        n if n < names.len() => names[n].to_owned(),
        _ => format!("{}.csv", "長".repeat(2_000)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_number_and_seed_are_the_same_file_and_others_are_not() {
        let words = |all: &[&str]| all.iter().map(|w| (*w).to_owned()).collect();
        let model = Model {
            headers: words(&["氏名", "生年月日"]),
            row: words(&["山 花", "R6.4.1"]),
        };
        assert!(count() > 30, "{}", count());
        for number in [1, 5, count() - 1] {
            let [a, b] = [1, 1].map(|seed| file(&model, seed, number));
            assert_eq!((a.bytes, a.name), (b.bytes, b.name));
        }
        let (a, b) = (file(&model, 1, 0), file(&model, 2, 0));
        assert!(a.bytes != b.bytes, "another seed");
    }
}
