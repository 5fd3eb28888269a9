//! No programme, report or letter is named in the program: they are data.

use super::finding::{Advice, Findings, Rule};
use super::tree::{File, Tree};

pub const RULE: Rule = Rule { name: "names", check };

const ADVICE: Advice = Advice {
    why: "programmes, reports and letters are data: adding one needs no programmer",
    remedy: "find it by a tag in its front matter",
};
const DATA: &[(&str, &str)] =
    &[("reports", ".sql"), ("programmes", ".toml"), ("paperwork", ".typ")];

fn check(tree: &Tree, findings: &mut Findings) {
    let is_data = |file: &&File| DATA.iter().any(|(folder, ending)| file.is(folder, ending));
    let stems: Vec<&str> = tree.files.iter().filter(is_data).map(File::stem).collect();
    for (file, rust) in tree.program() {
        for (line, text) in rust.strings().filter(|(_, text)| stems.contains(text)) {
            findings.add(file, line, format!("names \"{text}\""), &ADVICE);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::finding::places;

    const PROGRAMME: (&str, &str) = ("programmes/respite_stay.toml", "");

    #[test]
    fn a_programme_named_in_the_program_is_found() {
        let bad = "fn f() {\n  find(\"respite_stay\")\n}";
        assert_eq!(places(&RULE, &[PROGRAMME, ("src/plans/a.rs", bad)]), ["src/plans/a.rs:2"]);
        let files = [("reports/2024/yearly.sql", ""), ("src/a.rs", "const A: &str = \"yearly\";")];
        assert_eq!(places(&RULE, &files), ["src/a.rs:1"]);
    }

    #[test]
    fn tags_and_tests_are_fine() {
        let good = "fn f() { find(\"today:officer\"); find(\"respite_stay of\") }
            #[test] fn g() { find(\"respite_stay\") }";
        assert!(places(&RULE, &[PROGRAMME, ("src/plans/a.rs", good)]).is_empty());
    }
}
