//! Every event has its words: families and auditors read what was done, not codes.

use super::finding::{Advice, Findings, Rule};
use super::rust::Token;
use super::tree::Tree;

pub const RULE: Rule = Rule { name: "words", check };

const ADVICE: Advice = Advice {
    why: "families and auditors read what was done",
    remedy: "give it a word in src/audit/words.rs",
};
const WORDS: &str = "src/audit/words.rs";
/// What follows `Event`, until the verb.
const NEW: [&str; 4] = [":", ":", "new", "("];

fn check(tree: &Tree, findings: &mut Findings) {
    // Without the list nothing has words.
    let (verbs, nouns) = known(tree).unwrap_or_default();
    for (file, rust) in tree.program() {
        for event in rust.code().windows(3 + NEW.len() + 1) {
            let Some([verb, noun]) = named(event) else { continue };
            for (code, words) in [(verb, &verbs), (noun, &nouns)] {
                if let Some(code) = code.string.as_ref().filter(|code| !words.contains(code)) {
                    findings.add(file, event[0].line, format!("`{code}` has no word"), &ADVICE);
                }
            }
        }
    }
}

/// `Event::new("verb", "noun"`: either may be a name instead, which nothing is said about.
fn named<'t>(code: &[&'t Token]) -> Option<[&'t Token; 2]> {
    let (begins, rest) = (code[0].text == "Event", &code[1..=NEW.len()]);
    let is_new = rest.iter().zip(NEW).all(|(token, text)| token.text == text);
    let [verb, comma, noun] = code[NEW.len() + 1..] else { return None };
    (begins && is_new && comma.text == ",").then_some([verb, noun])
}

/// The codes of verbs and those of nouns.
fn known(tree: &Tree) -> Option<(Vec<String>, Vec<String>)> {
    let (_, rust) = tree.program().find(|(file, _)| file.path == WORDS)?;
    let code = rust.code();
    let nouns = code.iter().position(|token| token.text == "NOUNS")?;
    let strings = |tokens: &[&Token]| tokens.iter().filter_map(|t| t.string.clone()).collect();
    Some((strings(&code[..nouns]), strings(&code[nouns..])))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::finding::places;

    const KNOWN: (&str, &str) = (
        WORDS,
        "pub const VERBS: &[(&str, &str)] = &[(\"view\", \"見た\")];
         const NOUNS: &[(&str, &str)] = &[(\"client\", \"利用者の記録\")];",
    );

    #[test]
    fn a_verb_or_a_noun_without_a_word_is_found() {
        let bad = "fn f() { Event::new(\"juggle\", \"client\", id);\n Event::new(\n\"view\",
            \"ball\", id); Event::new(\"client\", \"view\", \"\") }";
        let places = places(&RULE, &[KNOWN, ("src/plans/draw.rs", bad)]);
        let at = |line: usize| format!("src/plans/draw.rs:{line}");
        assert_eq!(places, [at(1), at(2), at(4), at(4)]);
    }

    #[test]
    fn without_the_list_nothing_passes() {
        let event = "fn f() { Event::new(\"view\", part.table, id) }";
        assert_eq!(places(&RULE, &[("src/plans/draw.rs", event)]).len(), 1);
    }

    #[test]
    fn what_has_words_and_what_is_named_elsewhere_is_fine() {
        let good =
            "fn f() { Event::new(\"view\", \"client\", id); Event::new(verb, part.table, id);
            Event::new(\"view\", part.table, \"ball\") }
            #[cfg(test)] mod tests { fn g() { Event::new(\"juggle\", \"ball\", \"\") } }";
        assert!(places(&RULE, &[KNOWN, ("src/plans/draw.rs", good)]).is_empty());
    }
}
