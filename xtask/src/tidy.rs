//! The style guide as a test: `cargo xtask tidy`, and the test `tidy` inside `cargo test`.
//!
//! One file a rule, registered on one line of `RULES`, tested beside itself with a snippet it must
//! refuse. Rules look at the whole repository; folders that do not exist yet are empty.

mod exceptions;
mod finding;
mod handlers;
mod html;
mod io;
mod length;
mod marks;
mod measures;
mod modules;
mod names;
mod order;
mod pages;
mod panics;
mod rust;
mod sql;
mod terms;
mod tree;
mod words;

use std::path::Path;
use std::process::ExitCode;

use exceptions::EXCEPTIONS;
use finding::{Finding, Rule};
use tree::Tree;

const RULES: &[Rule] = &[
    io::RULE,
    sql::RULE,
    order::RULE,
    names::RULE,
    panics::RULE,
    pages::RULE,
    length::RULE,
    terms::RULE,
    handlers::RULE,
    marks::RULE,
    words::RULE,
];

/// Prints what breaks the style guide, then the measures.
pub fn command(_arguments: &[String]) -> ExitCode {
    let tree = match repository() {
        Ok(tree) => tree,
        Err(error) => {
            eprintln!("tidy: the repository cannot be read: {error}");
            return ExitCode::FAILURE;
        }
    };
    let findings = check(&tree);
    for finding in &findings {
        eprintln!("{finding}");
    }
    println!("{}", measures::Measures::of(&tree));
    if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Everything that breaks the style guide, in the order of the rules, then of the files.
fn check(tree: &Tree) -> Vec<Finding> {
    let faults = tree.faults();
    let found = RULES.iter().flat_map(|rule| rule.run(tree));
    exceptions::apply(faults.chain(found).collect(), EXCEPTIONS)
}

fn repository() -> std::io::Result<Tree> {
    Tree::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tidy() {
        let findings = check(&repository().unwrap());
        let lines: Vec<String> = findings.iter().map(Finding::to_string).collect();
        assert!(lines.is_empty(), "\n{}\n", lines.join("\n"));
    }

    /// A walk that finds nothing would make every rule pass.
    #[test]
    fn the_repository_is_really_read() {
        let tree = repository().unwrap();
        for path in ["src/lib.rs", "xtask/src/tidy.rs", "crates/matching/src/lib.rs"] {
            assert!(tree.files.iter().any(|file| file.path == path), "{path} is missing");
        }
        assert!(tree.files.iter().all(|file| !file.path.starts_with("target/")));
    }

    #[test]
    fn a_file_that_does_not_parse_is_found() {
        let tree = Tree::of(&[("src/lib.rs", "fn broken( {")]);
        assert_eq!(check(&tree).len(), 1);
    }

    #[test]
    fn the_rules_have_different_names() {
        let mut names: Vec<_> = RULES.iter().map(|rule| rule.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), RULES.len());
    }
}
