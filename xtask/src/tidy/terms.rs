//! A domain type's doc comment begins with its Japanese term.

use super::finding::{Advice, Findings, Rule};
use super::modules::Modules;
use super::tree::Tree;

pub const RULE: Rule = Rule { name: "terms", check };

const ADVICE: Advice = Advice {
    why: "the people who know the field must recognise what a type means",
    remedy: "begin its doc comment with the Japanese term, as in the glossary",
};

fn check(tree: &Tree, findings: &mut Findings) {
    let modules = Modules::of(tree);
    for (file, rust) in tree.program() {
        if !file.module().is_some_and(|module| modules.is_noun(module)) {
            continue;
        }
        for one in rust.types.iter().filter(|one| !rust.is_test(one.line)) {
            if !one.doc.chars().any(is_japanese) {
                findings.add(file, one.line, format!("`{}` has no term", one.name), &ADVICE);
            }
        }
    }
}

/// Kana, the iteration mark and kanji.
fn is_japanese(char: char) -> bool {
    matches!(char, '々' | 'ぁ'..='ヿ' | '㐀'..='䶿' | '一'..='鿿' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::finding::places;

    const LIB: (&str, &str) = ("src/lib.rs", "pub mod plans;\n// ground floor\npub mod store;");

    #[test]
    fn a_type_without_a_japanese_term_is_found() {
        let bad = "/// A plan.\npub struct Plan;\npub enum Kind {}";
        let places = places(&RULE, &[LIB, ("src/plans/draw.rs", bad)]);
        assert_eq!(places, ["src/plans/draw.rs:2", "src/plans/draw.rs:3"]);
    }

    #[test]
    fn terms_private_types_and_the_ground_floor_are_fine() {
        let good = "/// 計画: what is agreed.\n#[derive(Debug)]\npub struct Plan;
            struct Form; pub(crate) struct Row; #[cfg(test)] mod tests { pub struct T; }";
        let files = [LIB, ("src/plans/draw.rs", good), ("src/store/tx.rs", "pub struct Tx;")];
        assert!(places(&RULE, &files).is_empty());
    }
}
