//! A noun uses the nouns above it in `lib.rs` and the ground floor; the ground floor uses no noun.

use super::finding::{Advice, Findings, Rule};
use super::modules::{MARKER, Modules};
use super::rust::{Rust, Token, branches, branches_at};
use super::tree::{File, Tree};

pub const RULE: Rule = Rule { name: "order", check };

const BELOW: Advice = Advice {
    why: "a noun uses only nouns above it in lib.rs, so that the list can be read from the top",
    remedy: "move what is needed up, or let the lower noun do the work",
};
const GROUND: Advice = Advice {
    why: "the ground floor (access above all) knows no domain noun",
    remedy: "pass what is needed as a parameter, or read the table by SQL",
};
const UNMARKED: Advice = Advice {
    why: "the order of modules is checked, and the marker divides nouns from the ground floor",
    remedy: "put the comment line `// ground floor` above staff, access, web, store ...",
};

fn check(tree: &Tree, findings: &mut Findings) {
    let modules = Modules::of(tree);
    if let (Some(lib), Some((_, line)), None) =
        (modules.lib, modules.listed.first(), modules.marker)
    {
        findings.add(lib, *line, format!("no line `{MARKER}`"), &UNMARKED);
        return;
    }
    for (file, rust) in tree.program() {
        let Some(from) = file.module() else { continue };
        let Some(own) = modules.line(from) else { continue };
        for name in uses(file, rust) {
            let to = name.text.as_str();
            let Some(other) = modules.line(to).filter(|_| to != from) else { continue };
            match (modules.is_ground(from), modules.is_ground(to)) {
                (true, false) => report(findings, file, name, from, &GROUND),
                (false, false) if other > own => report(findings, file, name, from, &BELOW),
                _ => {}
            }
        }
    }
}

fn report(findings: &mut Findings, file: &File, to: &Token, from: &str, advice: &'static Advice) {
    findings.add(file, to.line, format!("`{from}` uses `{}`", to.text), advice);
}

/// The modules of `lib.rs` a file names: by `crate::`, or by as many `super::` as lead there.
fn uses<'rust>(file: &File, rust: &'rust Rust) -> Vec<&'rust Token> {
    let code = rust.code();
    let depth = file.path.matches('/').count() - usize::from(file.stem() == "mod");
    let last_super = branches_after_supers(&code, depth);
    branches(&code, "crate").into_iter().chain(last_super).collect()
}

/// The names behind exactly `depth` times `super::`.
fn branches_after_supers<'rust>(code: &[&'rust Token], depth: usize) -> Vec<&'rust Token> {
    let mut found = Vec::new();
    let mut supers = 0;
    for (index, token) in code.iter().enumerate() {
        match token.text.as_str() {
            "super" => supers += 1,
            ":" => {}
            _ => supers = 0,
        }
        if supers == depth && token.text == "super" {
            found.extend(branches_at(&code[index..]));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::finding::places;

    const LIB: &str = "pub mod clients;\npub mod plans;\npub mod routes;\n// ground floor\n\
                       pub mod access;\npub mod store;\n";

    fn check(path: &str, text: &str) -> Vec<String> {
        places(&RULE, &[("src/lib.rs", LIB), (path, text)])
    }

    #[test]
    fn a_noun_that_uses_one_below_is_found() {
        let bad = "use crate::store::Tx;\nuse crate::{access, plans::Plan};";
        assert_eq!(check("src/clients/show.rs", bad), ["src/clients/show.rs:2"]);
        assert_eq!(check("src/clients/a.rs", "fn f() { go!(crate::plans::g()) }").len(), 1);
        assert_eq!(check("src/plans/a.rs", "use crate::routes::URL;").len(), 1);
    }

    #[test]
    fn a_noun_below_reached_by_super_is_found() {
        assert_eq!(check("src/clients/a.rs", "use super::super::plans::Plan;").len(), 1);
        assert_eq!(check("src/clients/mod.rs", "use super::{plans, access};").len(), 1);
        assert!(check("src/clients/a.rs", "use super::plans::Plan;").is_empty());
    }

    #[test]
    fn the_ground_floor_that_uses_a_noun_is_found() {
        assert_eq!(check("src/access/a.rs", "use crate::clients::Client;").len(), 1);
        assert_eq!(check("src/store.rs", "use crate::clients::Client;").len(), 1);
    }

    #[test]
    fn a_list_without_marker_is_found() {
        let places = places(&RULE, &[("src/lib.rs", "//! Text.\npub mod clients;")]);
        assert_eq!(places, ["src/lib.rs:2"]);
    }

    #[test]
    fn what_stands_above_and_the_ground_floor_may_be_used() {
        let good = "use crate::{clients::Client, store, plans::Own, Unknown};
            /// crate::routes\n#[cfg(test)] mod tests { use crate::routes; }";
        assert!(check("src/plans/draw.rs", good).is_empty());
        assert!(check("src/routes.rs", "use crate::{clients, plans, store};").is_empty());
        assert!(check("src/store/a.rs", "use crate::access::Actor;").is_empty());
        assert!(check("src/main.rs", "use kakehashi::{clients, routes};").is_empty());
        assert!(places(&RULE, &[("src/lib.rs", "//! Nothing yet.")]).is_empty());
    }
}
