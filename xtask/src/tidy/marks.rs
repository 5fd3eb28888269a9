//! Nothing is left for later in a comment, and nothing leans on files outside the repository.

use super::finding::{Advice, Findings, Rule};
use super::tree::{File, Tree};

pub const RULE: Rule = Rule { name: "marks", check };

const LATER: Advice = Advice {
    why: "a mark in a comment is read by nobody who plans the work",
    remedy: "do it now, or write it where the work is planned",
};
const OUTSIDE: Advice = Advice {
    why: "who clones the repository does not have that folder",
    remedy: "say here what is to be known",
};
/// Put together here, so that this file may pass its own rule.
const MARKS: &[&str] = &[concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];
const FOLDER: &str = concat!("shar", "ed");
const WRITTEN: &[&str] = &[
    ".rs", ".toml", ".md", ".html", ".css", ".js", ".mjs", ".ts", ".sql", ".typ", ".sh", ".yml",
    ".yaml",
];

fn check(tree: &Tree, findings: &mut Findings) {
    for file in tree.files.iter().filter(|file| is_written(file)) {
        for (index, line) in file.text.lines().enumerate() {
            if let Some(mark) = MARKS.iter().find(|mark| has_word(line, mark)) {
                findings.add(file, index + 1, format!("`{mark}`"), &LATER);
            }
            if leads_outside(line) {
                findings.add(file, index + 1, format!("a path to `{FOLDER}`"), &OUTSIDE);
            }
        }
    }
}

fn is_written(file: &File) -> bool {
    WRITTEN.iter().any(|ending| file.path.ends_with(ending))
}

fn has_word(line: &str, word: &str) -> bool {
    let is_word = |char: char| char.is_ascii_alphanumeric() || char == '_';
    line.match_indices(word).any(|(start, _)| {
        let before = line[..start].chars().next_back();
        let after = line[start + word.len()..].chars().next();
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    })
}

/// The folder beside the repository, or the folder at the beginning of a path.
fn leads_outside(line: &str) -> bool {
    let begins = |char: char| char.is_whitespace() || "\"'`([<".contains(char);
    line.match_indices(FOLDER).any(|(start, _)| {
        let (before, after) = (&line[..start], &line[start + FOLDER.len()..]);
        let starts_path = before.chars().next_back().is_none_or(begins);
        before.ends_with("../")
            || before.ends_with("work/")
            || (after.starts_with('/') && starts_path)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::finding::places;

    fn count(path: &str, text: &str) -> usize {
        places(&RULE, &[(path, text)]).len()
    }

    #[test]
    fn marks_for_later_are_found() {
        for mark in MARKS {
            assert_eq!(count("src/lib.rs", &format!("// {mark}: more")), 1);
            assert_eq!(count("docs/a.md", &format!("a ({mark})")), 1);
        }
    }

    #[test]
    fn paths_that_lead_outside_are_found() {
        for before in ["../", "/work/", "see `", ""] {
            assert_eq!(count("README.md", &format!("{before}{FOLDER}/a.md")), 1, "{before}");
        }
    }

    #[test]
    fn the_folder_itself_is_found() {
        assert_eq!(count("Cargo.toml", &format!("path = \"../{FOLDER}\"")), 1);
    }

    #[test]
    fn other_words_and_other_files_are_fine() {
        let name =
            format!("mktemp {0}{0}; {1}_list; un{FOLDER}/a; is {FOLDER} by", MARKS[2], MARKS[0]);
        assert_eq!(count("ci.sh", &name), 0);
        assert_eq!(count("sample/a.csv", MARKS[0]), 0);
    }
}
