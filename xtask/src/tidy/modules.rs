//! The modules of `src/lib.rs` in reading order: nouns, then, after a marker, the ground floor.

use super::tree::{File, Tree};

/// The comment line in `lib.rs` after which the ground floor is listed.
pub const MARKER: &str = "// ground floor";
/// They stand on all nouns, so they are listed after them, but they are none.
const NO_NOUNS: &[&str] = &["main", "lib", "routes", "commands"];

/// What `lib.rs` says.
pub struct Modules<'tree> {
    pub lib: Option<&'tree File>,
    /// Name and line of every module, from top to bottom.
    pub listed: Vec<(String, usize)>,
    /// The line of the marker.
    pub marker: Option<usize>,
}

impl<'tree> Modules<'tree> {
    /// Reads `lib.rs`; without one there are no modules.
    pub fn of(tree: &'tree Tree) -> Modules<'tree> {
        let lib = tree.files.iter().find(|file| file.path == "src/lib.rs");
        let (mut listed, mut marker) = (Vec::new(), None);
        for (index, line) in lib.iter().flat_map(|lib| lib.text.lines()).enumerate() {
            let line = line.trim();
            let visible = line.trim_start_matches("pub ").trim_start_matches("pub(crate) ");
            let module = visible.strip_prefix("mod ");
            if let Some(name) = module.and_then(|rest| rest.strip_suffix(';')) {
                listed.push((name.to_owned(), index + 1));
            } else if line.to_lowercase().starts_with(MARKER) {
                marker = marker.or(Some(index + 1));
            }
        }
        Modules { lib, listed, marker }
    }

    /// The line on which a module is listed.
    pub fn line(&self, module: &str) -> Option<usize> {
        self.listed.iter().find(|(name, _)| name == module).map(|(_, line)| *line)
    }

    /// Whether a module is listed below the marker.
    pub fn is_ground(&self, module: &str) -> bool {
        self.line(module).is_some_and(|line| self.marker.is_some_and(|marker| line > marker))
    }

    /// Whether a module is a noun of the domain.
    pub fn is_noun(&self, module: &str) -> bool {
        self.line(module).is_some() && !self.is_ground(module) && !NO_NOUNS.contains(&module)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nouns_stand_above_the_marker() {
        let lib = "//! Sentence.\npub mod clients;\npub(crate) mod routes;\n// ground floor: all\n\
                   pub mod store;\n";
        let tree = Tree::of(&[("src/lib.rs", lib)]);
        let modules = Modules::of(&tree);
        assert!(modules.is_noun("clients") && !modules.is_noun("routes"));
        assert!(modules.is_ground("store") && !modules.is_ground("clients"));
        assert!(!modules.is_noun("store") && !modules.is_noun("unheard_of"));
    }
}
