//! The repository, read once for all rules.

use std::fs;
use std::io;
use std::path::Path;

use super::finding::{Advice, Finding};
use super::rust::Rust;

/// Built, fetched or running, but not written by us; `data` only at the root.
const SKIPPED: &[&str] = &["target", "node_modules", ".git", "data"];
/// Larger files are data, and no rule is about data.
const LARGEST: u64 = 1 << 20;

const FAULT: Advice = Advice {
    why: "a file that does not parse escapes every rule",
    remedy: "run `cargo check` and repair it",
};

/// All text files, sorted by path.
pub struct Tree {
    pub files: Vec<File>,
}

/// A text file with its path from the root, written with `/`.
pub struct File {
    pub path: String,
    pub text: String,
    /// What the parser made of a `.rs` file.
    pub rust: Option<Rust>,
    fault: Option<String>,
}

impl Tree {
    /// Reads the repository at `root`.
    pub fn read(root: &Path) -> io::Result<Tree> {
        let mut files = Vec::new();
        walk(root, "", &mut files)?;
        files.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(Tree { files }.with_test_modules())
    }

    /// A few invented files, for the tests of the rules.
    #[cfg(test)]
    pub fn of(files: &[(&str, &str)]) -> Tree {
        let file = |(path, text): &(&str, &str)| File::new(path.to_string(), text.to_string());
        Tree { files: files.iter().map(file).collect() }.with_test_modules()
    }

    /// Files that are Rust by name but not by content.
    pub fn faults(&self) -> impl Iterator<Item = Finding> {
        self.files.iter().filter_map(|file| {
            let (file, what) = (file.path.clone(), file.fault.clone()?);
            Some(Finding { rule: "parse", file, line: 1, what, advice: &FAULT })
        })
    }

    /// The Rust files of the program itself: `src/**/*.rs`.
    pub fn program(&self) -> impl Iterator<Item = (&File, &Rust)> {
        self.rust().filter(|(file, _)| file.path.starts_with("src/"))
    }

    /// The Rust files of the independent crates, without their integration tests.
    pub fn crates(&self) -> impl Iterator<Item = (&File, &Rust)> {
        self.rust().filter(|(file, _)| {
            let mut folders = file.path.split('/');
            folders.next() == Some("crates") && folders.nth(1) == Some("src")
        })
    }

    /// Every Rust file.
    pub fn rust(&self) -> impl Iterator<Item = (&File, &Rust)> {
        self.files.iter().filter_map(|file| Some((file, file.rust.as_ref()?)))
    }

    /// `#[cfg(test)] mod harness;` makes the file `harness.rs` a test.
    fn with_test_modules(mut self) -> Tree {
        let modules = self.rust().flat_map(|(file, rust)| {
            let folder = file.submodules();
            rust.test_modules.iter().map(move |name| format!("{folder}{name}"))
        });
        for module in modules.collect::<Vec<_>>() {
            for file in &mut self.files {
                let rest = file.path.strip_prefix(&module);
                if let (Some(rest), Some(rust)) = (rest, file.rust.as_mut())
                    && (rest == ".rs" || rest.starts_with('/'))
                {
                    rust.all_test = true;
                }
            }
        }
        self
    }
}

impl File {
    fn new(path: String, text: String) -> File {
        let mut file = File { path, text, rust: None, fault: None };
        if file.path.ends_with(".rs") {
            match Rust::parse(&file.text) {
                Ok(rust) => file.rust = Some(rust),
                Err(error) => file.fault = Some(format!("not Rust: {error}")),
            }
        }
        let is_test = file.path.split('/').any(|part| part == "tests" || part == "tests.rs");
        if let Some(rust) = file.rust.as_mut() {
            rust.all_test = is_test;
        }
        file
    }

    /// The module of `lib.rs` a file of the program belongs to.
    pub fn module(&self) -> Option<&str> {
        let rest = self.path.strip_prefix("src/")?;
        Some(rest.split_once('/').map_or(rest.trim_end_matches(".rs"), |(folder, _)| folder))
    }

    /// The name without folders and without what follows its last dot.
    pub fn stem(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        name.rsplit_once('.').map_or(name, |(stem, _)| stem)
    }

    /// Whether the file is directly or deeper under `folder` and its name ends like this.
    pub fn is(&self, folder: &str, ending: &str) -> bool {
        let rest = self.path.strip_prefix(folder);
        rest.is_some_and(|rest| rest.starts_with('/')) && self.path.ends_with(ending)
    }

    /// The folder, with its slash, that holds the modules declared in this file.
    fn submodules(&self) -> String {
        let folder = self.path.len() - self.path.rsplit('/').next().unwrap_or_default().len();
        match self.stem() {
            "lib" | "main" | "mod" => self.path[..folder].to_owned(),
            stem => format!("{}{stem}/", &self.path[..folder]),
        }
    }
}

fn walk(folder: &Path, prefix: &str, files: &mut Vec<File>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let skipped = SKIPPED.contains(&name.as_str()) && (name != "data" || prefix.is_empty());
        let kind = entry.file_type()?;
        if skipped {
            continue;
        }
        if kind.is_dir() {
            walk(&entry.path(), &format!("{prefix}{name}/"), files)?;
        } else if kind.is_file() && entry.metadata()?.len() <= LARGEST {
            // What is not UTF-8 is not text: fonts, images, spreadsheets.
            if let Ok(text) = String::from_utf8(fs::read(entry.path())?) {
                files.push(File::new(format!("{prefix}{name}"), text));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_test(tree: &Tree, index: usize) -> bool {
        tree.files[index].rust.as_ref().is_some_and(|rust| rust.is_test(1))
    }

    #[test]
    fn a_module_is_the_folder_or_the_file() {
        let tree = Tree::of(&[("src/plans/show.rs", ""), ("src/clock.rs", ""), ("a.rs", "")]);
        let modules: Vec<_> = tree.files.iter().map(File::module).collect();
        assert_eq!(modules, [Some("plans"), Some("clock"), None]);
        assert_eq!(tree.files[0].stem(), "show");
    }

    #[test]
    fn files_of_tests_are_known_by_name_or_by_declaration() {
        let tree = Tree::of(&[
            ("src/lib.rs", "#[cfg(test)] mod harness; mod plans;"),
            ("src/harness/world.rs", "fn f() {}"),
            ("src/harness.rs", "fn f() {}"),
            ("tests/main.rs", "fn f() {}"),
            ("src/plans/tests.rs", "fn f() {}"),
            ("src/plans.rs", "fn f() {}"),
        ]);
        let tests: Vec<_> = (1..6).map(|index| is_test(&tree, index)).collect();
        assert_eq!(tests, [true, true, true, true, false]);
    }
}
