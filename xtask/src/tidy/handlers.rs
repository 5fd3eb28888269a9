//! A handler has at most 15 lines: it reads the request, calls the operation, and answers.

use super::finding::{Advice, Findings, Rule};
use super::length::function_lines;
use super::tree::Tree;

pub const RULE: Rule = Rule { name: "handlers", check };

const LIMIT: usize = 15;
const ADVICE: Advice = Advice {
    why: "what a handler decides is missed by the CLI, the imports and the API (limit 15)",
    remedy: "move the rules into the operation and the words into the view",
};

fn check(tree: &Tree, findings: &mut Findings) {
    for (file, rust) in tree.program() {
        for handler in rust.handlers() {
            let lines = function_lines(file, handler);
            if lines > LIMIT {
                let what = format!("handler `{}` has {lines} lines", handler.name);
                findings.add(file, handler.first, what, &ADVICE);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::finding::places;

    fn count(signature: &str, lines: usize) -> usize {
        let text = format!("{signature} {{\n{}}}", "    a();\n".repeat(lines - 2));
        places(&RULE, &[("src/plans/draw.rs", &text)]).len()
    }

    #[test]
    fn a_long_handler_is_found() {
        assert_eq!(count("pub async fn post(form: Form)", 16), 1);
        assert_eq!(count("pub async fn list(State(app): State<App>)", 16), 1);
    }

    #[test]
    fn short_handlers_and_long_operations_are_fine() {
        assert_eq!(count("pub async fn post(form: Form)", 15), 0);
        assert_eq!(count("pub async fn draw(tx: &mut Tx)", 40), 0);
    }
}
