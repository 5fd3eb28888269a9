//! Functions of at most 70 lines, files of at most 400, lines of at most 100 columns.

use super::finding::{Advice, Findings, Rule};
use super::rust::{Function, Rust};
use super::tree::{File, Tree};

pub const RULE: Rule = Rule { name: "length", check };

const FUNCTION: usize = 70;
const FILE: usize = 400;
const COLUMNS: usize = 100;

const LONG_FUNCTION: Advice = Advice {
    why: "what does not fit a screen is not understood in one look (limit 70)",
    remedy: "shorten the path, then split off what has a name of its own",
};
const LONG_FILE: Advice = Advice {
    why: "a file is one use case (limit 400 without tests and blank lines)",
    remedy: "split it along its nouns",
};
const LONG_LINE: Advice =
    Advice { why: "two files should fit side by side (limit 100)", remedy: "break the line" };

fn check(tree: &Tree, findings: &mut Findings) {
    for (file, rust) in tree.rust() {
        for function in &rust.functions {
            let lines = function_lines(file, function);
            if lines > FUNCTION {
                let what = format!("`{}` has {lines} lines", function.name);
                findings.add(file, function.first, what, &LONG_FUNCTION);
            }
        }
        let lines = file_lines(file, rust);
        if lines > FILE {
            findings.add(file, 1, format!("{lines} lines"), &LONG_FILE);
        }
        for (index, line) in file.text.lines().enumerate() {
            let columns = line.chars().count();
            if columns > COLUMNS {
                findings.add(file, index + 1, format!("{columns} columns"), &LONG_LINE);
            }
        }
    }
}

/// From the signature to the closing brace, without blank lines.
pub fn function_lines(file: &File, function: &Function) -> usize {
    let length = function.last + 1 - function.first;
    let lines = file.text.lines().skip(function.first - 1).take(length);
    lines.filter(|line| !line.trim().is_empty()).count()
}

/// Without blank lines and test modules; a file that is a test counts in full.
pub fn file_lines(file: &File, rust: &Rust) -> usize {
    let counts = |(index, line): &(usize, &str)| {
        !line.trim().is_empty() && (rust.all_test || !rust.is_test(index + 1))
    };
    file.text.lines().enumerate().filter(counts).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::finding::places;

    fn function(lines: usize) -> String {
        format!("const A: u8 = 1;\n\nfn f() {{\n{}}}\n", "\n    a();\n".repeat(lines - 2))
    }

    fn count(text: &str) -> usize {
        places(&RULE, &[("crates/kana/src/lib.rs", text)]).len()
    }

    #[test]
    fn a_long_function_is_found_where_it_begins() {
        let places = places(&RULE, &[("src/plans/a.rs", &function(71))]);
        assert_eq!(places, ["src/plans/a.rs:3"]);
        let method = format!("impl A {{ {} }}", function(71).replace("const A: u8 = 1;", ""));
        assert_eq!(count(&method), 1);
        assert_eq!(count(&function(70)), 0);
    }

    #[test]
    fn a_long_file_is_found_but_tests_and_blank_lines_do_not_count() {
        let line = "const A: u8 = 1;\n\n";
        assert_eq!(count(&line.repeat(401)), 1);
        let tests = format!("#[cfg(test)] mod tests {{\n{}}}", line.repeat(100));
        assert_eq!(count(&format!("{}{tests}", line.repeat(400))), 0);
        assert_eq!(places(&RULE, &[("tests/a.rs", &line.repeat(401))]).len(), 1);
    }

    #[test]
    fn columns_are_characters() {
        assert_eq!(count(&format!("// {}", "あ".repeat(97))), 0);
        assert_eq!(count(&format!("// {}", "あ".repeat(98))), 1);
    }
}
