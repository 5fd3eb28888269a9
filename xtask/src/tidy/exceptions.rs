//! What may break a rule, and why. Short is good; an entry that is not needed any more fails.

use super::finding::{Advice, Finding};

/// One finding that is accepted.
pub struct Exception {
    pub rule: &'static str,
    pub file: &'static str,
    /// Part of what the finding says, so that a second finding in the file is not hidden.
    pub what: &'static str,
    pub reason: &'static str,
}

/// The accepted findings of this repository.
pub const EXCEPTIONS: &[Exception] = &[];

const HERE: &str = "xtask/src/tidy/exceptions.rs";
const UNUSED: Advice = Advice {
    why: "a list of exceptions that outlives its reasons hides the next mistake",
    remedy: "delete the entry",
};
const UNEXPLAINED: Advice =
    Advice { why: "an exception is a decision", remedy: "write the reason beside it" };

/// Removes the accepted findings, and reports exceptions that are unused or unexplained.
pub fn apply(findings: Vec<Finding>, exceptions: &[Exception]) -> Vec<Finding> {
    let accepts = |exception: &&Exception, finding: &Finding| {
        exception.rule == finding.rule
            && exception.file == finding.file
            && finding.what.contains(exception.what)
    };
    let unused = exceptions.iter().filter(|entry| !findings.iter().any(|one| accepts(entry, one)));
    let unused = unused.map(|entry| complain(entry, "is not needed", &UNUSED));
    let unexplained = exceptions.iter().filter(|entry| entry.reason.trim().is_empty());
    let unexplained = unexplained.map(|entry| complain(entry, "has no reason", &UNEXPLAINED));
    let complaints: Vec<Finding> = unused.chain(unexplained).collect();
    let refused = |finding: &Finding| !exceptions.iter().any(|entry| accepts(&entry, finding));
    findings.into_iter().filter(refused).chain(complaints).collect()
}

fn complain(exception: &Exception, what: &str, advice: &'static Advice) -> Finding {
    let Exception { rule, file, what: part, .. } = exception;
    let what = format!("the exception ({rule}, {file}, {part}) {what}");
    Finding { rule: "exceptions", file: HERE.into(), line: 1, what, advice }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(what: &str) -> Finding {
        Finding { rule: "sql", file: "a.rs".into(), line: 1, what: what.into(), advice: &UNUSED }
    }

    fn exception(what: &'static str, reason: &'static str) -> Exception {
        Exception { rule: "sql", file: "a.rs", what, reason }
    }

    #[test]
    fn an_exception_takes_away_its_own_finding_only() {
        let left = apply(vec![finding("one"), finding("two")], &[exception("one", "because")]);
        assert_eq!(left, [finding("two")]);
    }

    #[test]
    fn an_exception_without_use_or_without_reason_is_a_finding() {
        let left = apply(vec![finding("one")], &[exception("three", "because")]);
        assert_eq!(left.len(), 2);
        assert!(left[1].what.contains("is not needed"));
        let left = apply(vec![finding("one")], &[exception("one", " ")]);
        assert!(left[0].what.contains("has no reason"));
    }
}
