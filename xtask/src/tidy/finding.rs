//! What a rule says: where, what, why, and what to do about it.

use std::fmt;

use super::tree::{File, Tree};

/// A rule of the style guide that a machine can check.
pub struct Rule {
    /// Its name, as the list of exceptions uses it.
    pub name: &'static str,
    /// Looks at the whole repository.
    pub check: fn(&Tree, &mut Findings),
}

/// Why something is refused and what to do instead.
#[derive(Debug, PartialEq, Eq)]
pub struct Advice {
    pub why: &'static str,
    pub remedy: &'static str,
}

/// One place that breaks a rule.
#[derive(Debug, PartialEq, Eq)]
pub struct Finding {
    pub rule: &'static str,
    pub file: String,
    pub line: usize,
    pub what: String,
    pub advice: &'static Advice,
}

/// Where a rule puts what it finds.
pub struct Findings {
    rule: &'static str,
    found: Vec<Finding>,
}

impl Rule {
    /// Everything this rule finds in the repository.
    pub fn run(&self, tree: &Tree) -> Vec<Finding> {
        let mut findings = Findings { rule: self.name, found: Vec::new() };
        (self.check)(tree, &mut findings);
        findings.found
    }
}

impl Findings {
    /// Reports a line, counted from 1.
    pub fn add(&mut self, file: &File, line: usize, what: String, advice: &'static Advice) {
        let file = file.path.clone();
        self.found.push(Finding { rule: self.rule, file, line, what, advice });
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Advice { why, remedy } = self.advice;
        write!(f, "{}:{}: {}; {why}; {remedy} [{}]", self.file, self.line, self.what, self.rule)
    }
}

/// What a rule finds in a few invented files, as `file:line`.
#[cfg(test)]
pub fn places(rule: &Rule, files: &[(&str, &str)]) -> Vec<String> {
    let found = rule.run(&Tree::of(files));
    found.iter().map(|finding| format!("{}:{}", finding.file, finding.line)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_says_where_what_why_and_what_to_do() {
        const ADVICE: Advice = Advice { why: "it is long", remedy: "split it" };
        let check = |tree: &Tree, findings: &mut Findings| {
            findings.add(&tree.files[0], 3, "`f` has 80 lines".into(), &ADVICE);
        };
        let found = Rule { name: "length", check }.run(&Tree::of(&[("a.rs", "")]));
        assert_eq!(found[0].to_string(), "a.rs:3: `f` has 80 lines; it is long; split it [length]");
    }
}
