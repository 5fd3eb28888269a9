//! Crates can be explained without naming a municipality, and do no I/O.

use super::finding::{Advice, Findings, Rule};
use super::rust::branches;
use super::tree::Tree;

pub const RULE: Rule = Rule { name: "io", check };

const ADVICE: Advice = Advice {
    why: "crates/* do no I/O, so that they can be tested and reused without a world around them",
    remedy: "take the data as a parameter and read it in src/",
};
const OF_STD: &[&str] = &["fs", "net", "env", "process"];

fn check(tree: &Tree, findings: &mut Findings) {
    for (file, rust) in tree.crates() {
        let code = rust.code();
        for name in branches(&code, "std").iter().filter(|name| OF_STD.contains(&&*name.text)) {
            findings.add(file, name.line, format!("uses `std::{}`", name.text), &ADVICE);
        }
        for library in ["tokio", "sqlx"] {
            for name in branches(&code, library) {
                findings.add(file, name.line, format!("uses `{library}`"), &ADVICE);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::finding::places;

    #[test]
    fn a_crate_that_reads_a_file_is_found() {
        let bad = "use std::{fmt, fs::File};\nfn f() { std::env::var(\"A\"); }\nuse tokio::fs;";
        let places = places(&RULE, &[("crates/kana/src/lib.rs", bad)]);
        assert_eq!(
            places,
            ["crates/kana/src/lib.rs:1", "crates/kana/src/lib.rs:2", "crates/kana/src/lib.rs:3"]
        );
    }

    #[test]
    fn computing_and_testing_are_fine() {
        let good = "use std::fmt; /// std::fs\nfn f() { \"std::fs\" }
            #[cfg(test)] mod tests { use std::fs; }";
        let files = [("crates/kana/src/lib.rs", good), ("crates/kana/tests/a.rs", "use std::fs;")];
        assert!(places(&RULE, &files).is_empty());
        assert!(places(&RULE, &[("src/store/open.rs", "use std::fs;")]).is_empty());
    }
}
