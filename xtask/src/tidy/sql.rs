//! SQL stands in the nouns, the store and the access module; handlers have none.

use super::finding::{Advice, Findings, Rule};
use super::tree::Tree;

pub const RULE: Rule = Rule { name: "sql", check };

const PLACE: Advice = Advice {
    why: "SQL occurs only in src/<noun>/ and the ground floor, where access is checked",
    remedy: "move it into an operation of the noun it is about",
};
const HANDLER: Advice = Advice {
    why: "the CLI, imports and the API call the same operations, and would miss this",
    remedy: "move it into the operation below the handler",
};
const LIMIT: Advice = Advice {
    why: "SQLite prepares a statement anew each time a bare LIMIT is bound, which costs more than \
          the rows",
    remedy: "write `limit cast($n as bigint)`",
};
const WITHOUT: &[&str] = &["main", "lib", "routes", "web", "commands"];

fn check(tree: &Tree, findings: &mut Findings) {
    for (file, rust) in tree.program().chain(tree.crates()) {
        let elsewhere = file.module().is_none_or(|module| WITHOUT.contains(&module));
        // In pieces of statements, too.
        for (line, _) in rust.strings().filter(|(_, text)| text.contains(" limit $")) {
            findings.add(file, line, "bare LIMIT".into(), &LIMIT);
        }
        for (line, _) in rust.strings().filter(|(_, text)| is_sql(text)) {
            let handler = rust.handlers().find(|one| (one.first..=one.last).contains(&line));
            if let Some(handler) = handler {
                findings.add(file, line, format!("SQL in handler `{}`", handler.name), &HANDLER);
            } else if elsewhere {
                findings.add(file, line, "SQL".into(), &PLACE);
            }
        }
    }
}

/// A first word is not enough: "with" and "update" also begin English sentences.
fn is_sql(text: &str) -> bool {
    let text = text.to_lowercase();
    let mut words = text.split_whitespace();
    let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let rest: Vec<&str> = words.collect();
    match first {
        "select" => !second.is_empty(),
        "insert" => ["into", "or"].contains(&second),
        "delete" => second == "from",
        "update" => rest.contains(&"set"),
        "with" => second == "recursive" || rest.first() == Some(&"as"),
        "create" => CREATED.contains(&second),
        _ => false,
    }
}

const CREATED: &[&str] = &["table", "index", "unique", "view", "trigger", "temp", "virtual"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::finding::places;

    const READ: &str = "pub async fn read(tx: &mut Tx) {\n tx.all(\"\n select id from client\") }";

    #[test]
    fn sql_outside_its_places_is_found() {
        assert_eq!(places(&RULE, &[("src/web/page.rs", READ)]), ["src/web/page.rs:2"]);
        assert_eq!(places(&RULE, &[("src/routes.rs", READ)]), ["src/routes.rs:2"]);
        let raw = "const A: &str = r#\"With t as (select 1) select * from t\"#;";
        assert_eq!(places(&RULE, &[("crates/civil/src/lib.rs", raw)]).len(), 1);
    }

    #[test]
    fn sql_in_a_handler_is_found() {
        let bad = "pub async fn get(a: State<App>) {\n sql!(\"delete from client\") }";
        assert_eq!(places(&RULE, &[("src/clients/show.rs", bad)]), ["src/clients/show.rs:2"]);
    }

    #[test]
    fn a_limit_that_is_bound_bare_is_found() {
        let bad = "const A: &str = \" order by a limit $2\";";
        assert_eq!(places(&RULE, &[("src/clients/show.rs", bad)]), ["src/clients/show.rs:1"]);
        let good = "const A: &str = \" order by a limit cast($2 as bigint)\";";
        assert!(places(&RULE, &[("src/clients/show.rs", good)]).is_empty());
    }

    #[test]
    fn sql_of_an_operation_and_english_are_fine() {
        let english = "const A: &[&str] = &[\"with a cane\", \"Update the list\", \"select\"];";
        let files = [("src/clients/show.rs", READ), ("src/store/tx.rs", READ)];
        assert!(places(&RULE, &files).is_empty());
        assert!(places(&RULE, &[("src/web/page.rs", english)]).is_empty());
    }
}
