//! No `unsafe`, no panic, no clock, and no client loaded past what the actor may see.

use super::finding::{Advice, Findings, Rule};
use super::rust::occurrences;
use super::tree::Tree;

pub const RULE: Rule = Rule { name: "panics", check };

const PANIC: Advice = Advice {
    why: "a panic loses what somebody has typed, and says nothing they understand",
    remedy: "return an error or an outcome",
};
const CLOCK: Advice = Advice {
    why: "time enters at main, so that every decision can be computed again",
    remedy: "take the instant as a parameter",
};
const UNSAFE: Advice =
    Advice { why: "nothing here is worth undefined behaviour", remedy: "write it safely" };
const UNSEEN: Advice = Advice {
    why: "a client is loaded only through what the actor may see",
    remedy: "load it through the access module",
};

/// What is shown, the tokens looked for, and the advice.
const REFUSED: &[(&str, &str, &Advice)] = &[
    ("unsafe", "unsafe", &UNSAFE),
    (".unwrap()", ". unwrap ( )", &PANIC),
    (".expect()", ". expect (", &PANIC),
    ("panic!", "panic !", &PANIC),
    ("todo!", "todo !", &PANIC),
    ("unimplemented!", "unimplemented !", &PANIC),
    ("Client::find()", "Client : : find (", &UNSEEN),
    ("Timestamp::now", "Timestamp : : now", &CLOCK),
    ("Zoned::now", "Zoned : : now", &CLOCK),
    ("SystemTime::now", "SystemTime : : now", &CLOCK),
    ("Utc::now", "Utc : : now", &CLOCK),
    ("Instant::now", "Instant : : now", &CLOCK),
];

fn check(tree: &Tree, findings: &mut Findings) {
    let xtask = tree.rust().filter(|(file, _)| file.is("xtask/src", ".rs"));
    for (file, rust) in tree.program().chain(tree.crates()).chain(xtask) {
        let code = rust.code();
        for (name, tokens, advice) in REFUSED {
            let is_clock = **advice == CLOCK;
            // xtask measures, and main is where time enters; a stopwatch enters nowhere else.
            let may_read = file.path.starts_with("xtask/")
                || (file.path == "src/main.rs" && *name != "Instant::now");
            if is_clock && may_read {
                continue;
            }
            for line in occurrences(&code, tokens) {
                findings.add(file, line, format!("`{name}`"), advice);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::finding::places;

    fn count(path: &str, text: &str) -> usize {
        places(&RULE, &[(path, text)]).len()
    }

    #[test]
    fn each_of_them_is_found() {
        for bad in [
            "unsafe { a }",
            "a\n  .unwrap()",
            "a.expect(\"b\")",
            "panic!(\"b\")",
            "todo!()",
            "unimplemented!()",
            "Client::find(7)",
            "jiff::Timestamp::now()",
            "Zoned::now()",
            "SystemTime::now()",
            "chrono::Utc::now()",
            "std::time::Instant::now()",
            "format!(\"{}\", a.unwrap())",
        ] {
            let text = format!("fn f() {{ {bad} }}");
            assert_eq!(count("src/clients/show.rs", &text), 1, "{bad}");
            assert_eq!(count("crates/civil/src/lib.rs", &text), 1, "{bad}");
        }
        assert_eq!(count("src/main.rs", "fn f() { Instant::now() }"), 1);
        assert_eq!(count("xtask/src/main.rs", "fn f() { a.unwrap() }"), 1);
    }

    #[test]
    fn tests_and_likenesses_are_fine() {
        let good = "#![forbid(unsafe_code)] fn f() { a.unwrap_or(b); \"a.unwrap()\"; // todo!()
            } #[expect(dead_code)] fn g() {} #[cfg(test)] mod tests { fn f() { a.unwrap() } }";
        assert_eq!(count("src/clients/show.rs", good), 0);
        assert_eq!(count("src/main.rs", "fn f() { Timestamp::now() }"), 0);
        assert_eq!(count("xtask/src/bench.rs", "fn f() { Instant::now() }"), 0);
        assert_eq!(count("tests/main.rs", "fn f() { a.unwrap() }"), 0);
    }
}
