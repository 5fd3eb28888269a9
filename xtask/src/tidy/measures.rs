//! How long files and functions are, how much is comment, how much is test. Printed, not enforced.

use std::fmt;

use super::length::{file_lines, function_lines};
use super::rust::Rust;
use super::tree::{File, Tree};

/// The measures of the Rust files of a repository, in lines that are not blank.
#[derive(Default)]
pub struct Measures {
    files: Vec<usize>,
    functions: Vec<usize>,
    code: usize,
    tests: usize,
    comments: usize,
}

impl Measures {
    /// Measures every Rust file.
    pub fn of(tree: &Tree) -> Measures {
        let mut measures = Measures::default();
        for (file, rust) in tree.rust() {
            measures.count(file, rust);
        }
        measures.files.sort_unstable();
        measures.functions.sort_unstable();
        measures
    }

    fn count(&mut self, file: &File, rust: &Rust) {
        if !rust.all_test {
            self.files.push(file_lines(file, rust));
        }
        let functions = rust.functions.iter().filter(|one| !rust.is_test(one.first));
        self.functions.extend(functions.map(|one| function_lines(file, one)));
        for (index, line) in file.text.lines().enumerate() {
            let (number, line) = (index + 1, line.trim());
            if line.is_empty() {
                continue;
            }
            let part = if rust.is_test(number) { &mut self.tests } else { &mut self.code };
            *part += 1;
            let is_comment = line.starts_with("//") && !rust.is_inside_literal(number);
            self.comments += usize::from(is_comment);
        }
    }
}

impl fmt::Display for Measures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Measures { files, functions, code, tests, comments } = self;
        let comments = 100 * comments / (code + tests).max(1);
        let ratio = 100 * tests / (*code).max(1);
        writeln!(f, "files      {}  (aim: median 75-120)", distribution(files))?;
        writeln!(f, "functions  {}  (aim: median 10, p90 30)", distribution(functions))?;
        writeln!(f, "comments   {comments} % of lines  (aim: 10-15)")?;
        write!(f, "tests:code {}.{:02}  (aim: 1 or more)", ratio / 100, ratio % 100)
    }
}

fn distribution(sorted: &[usize]) -> String {
    let at = |percent: usize| {
        let index = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
        sorted.get(index).copied().unwrap_or_default()
    };
    format!("{:>4}: median {:>3}, p90 {:>3}, max {:>3}", sorted.len(), at(50), at(90), at(100))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_where_they_belong() {
        let text = "//! Top.\n\nfn f() {\n    a() // b\n}\nconst A: &str = \"\n// no\";\n\
                    #[cfg(test)]\nmod tests {\n    // c\n}\n";
        let tree = Tree::of(&[("src/lib.rs", text), ("tests/main.rs", "fn g() {}")]);
        let measures = Measures::of(&tree);
        assert_eq!((measures.code, measures.tests, measures.comments), (6, 5, 2));
        assert_eq!((measures.files, measures.functions), (vec![6], vec![3]));
    }

    #[test]
    fn median_and_p90_are_values_that_occur() {
        assert_eq!(distribution(&[1, 2, 3, 40]), "   4: median   2, p90  40, max  40");
        assert_eq!(distribution(&[]), "   0: median   0, p90   0, max   0");
    }
}
