//! `tables.toml`: every table that holds rows about a person, and what becomes of them. Disclosure,
//! merging, disposal, the check and the move read it, so that a table is thought of once.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use super::values::Says;
use crate::access::visible;
use crate::clients::parts;
use crate::codes::Codes;
use crate::store::schema;

/// 本人についての行を持つ表. One table, and how its rows hang on a person.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listed {
    pub name: String,
    pub title: String,
    /// The column that names the person, or with `parent` that table's row.
    #[serde(default = "client_id")]
    pub by: String,
    pub parent: Option<String>,
    #[serde(default)]
    pub third: Vec<String>,
    /// Columns that name a second person without whom the row says nothing.
    #[serde(default)]
    pub either: Vec<String>,
    /// Columns that repeat the words of others, for searching.
    #[serde(default)]
    pub repeats: Vec<String>,
    #[serde(default)]
    pub merge: Merging,
    /// Of a single fact: the rows of which only one is true at a time.
    pub only: Option<String>,
    pub keep: String,
    #[serde(default)]
    pub stays_on_disposal: bool,
    #[serde(default)]
    words: BTreeMap<String, String>,
    #[serde(default)]
    codes: BTreeMap<String, String>,
    #[serde(default)]
    says: BTreeMap<String, Says>,
    #[serde(default)]
    values: BTreeMap<String, BTreeMap<String, String>>,
}

/// 統合のときの扱い.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Merging {
    #[default]
    Move,
    Single,
    Once,
    Sight,
    Version,
    Rebuild,
    Stay,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    words: BTreeMap<String, String>,
    table: Vec<Listed>,
    without: Vec<Without>,
}

/// 本人についての行を持たない表.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Without {
    pub name: String,
    pub why: String,
}

fn client_id() -> String {
    "client_id".into()
}

static FILE: OnceLock<Result<File, String>> = OnceLock::new();

fn file() -> Option<&'static File> {
    FILE.get_or_init(|| load(include_str!("tables.toml"))).as_ref().ok()
}

/// In the order of the file.
pub fn all() -> &'static [Listed] {
    file().map_or(&[], |f| &f.table)
}

pub fn find(name: &str) -> Option<&'static Listed> {
    all().iter().find(|t| t.name == name)
}

fn load(text: &str) -> Result<File, String> {
    let file: File = toml::from_str(text).map_err(|e| format!("tables.toml: {e}"))?;
    for (n, t) in file.table.iter().enumerate() {
        if file.table[..n].iter().any(|other| other.name == t.name) {
            return Err(format!("tables.toml: '{}' stands twice", t.name));
        }
        if let Some(p) = &t.parent
            && !file.table[..n].iter().any(|above| above.name == *p)
        {
            return Err(format!("tables.toml: {}: no table '{p}' to hang on", t.name));
        }
    }
    Ok(file)
}

impl Listed {
    /// The condition that a row of the table `x` is about the person whose id is `person`.
    pub fn about(&self, person: &str) -> String {
        self.of_alias("x", person)
    }

    /// The same of another alias: a row hangs on a row that hangs on a row of the person.
    fn of_alias(&self, alias: &str, person: &str) -> String {
        match self.parent.as_deref().and_then(find) {
            Some(p) => {
                let above = format!("{alias}p");
                let whose = p.of_alias(&above, person);
                format!(
                    "{alias}.\"{}\" in (select {above}.id from {} {above} where {whose})",
                    self.by, p.name
                )
            }
            None => format!("{alias}.\"{}\" {}", self.by, self.is(person)),
        }
    }

    /// What stayed with a record that was merged into the person's is theirs.
    fn is(&self, person: &str) -> String {
        match self.merge {
            Merging::Stay => format!(
                "in (select m.id from clients m where m.id = {person} or m.merged_into = {person})"
            ),
            _ => format!("= {person}"),
        }
    }

    /// As [`Self::about`], and the rows that say nothing without the person.
    pub fn about_either(&self, person: &str) -> String {
        let mut out = self.about(person);
        for column in &self.either {
            out.push_str(&format!(" or x.\"{column}\" = {person}"));
        }
        format!("({out})")
    }

    /// What two people were found to be is told to whoever may see both.
    pub fn beside_seen(&self) -> String {
        let both = |column| format!(" and {}", visible(&format!("x.{column}"), "identity"));
        self.either.iter().map(both).collect()
    }

    /// Whether a row keeps the person's record from being thrown away as made by mistake: what
    /// others have built on it, not the folder itself nor who looked.
    pub fn hangs(&self) -> bool {
        let made = matches!(self.name.as_str(), "merges" | "closures" | "restrictions");
        made || !matches!(self.keep.as_str(), "folder" | "audit")
    }

    /// What a column is called on paper.
    pub fn words<'a>(&'a self, column: &'a str) -> Option<&'a str> {
        let part = parts::all().iter().find(|p| p.table == self.name);
        let field = part.and_then(|p| p.form.field(column)).map(|f| f.label);
        let own = self.words.get(column).map(String::as_str);
        own.or(field).or_else(|| file()?.words.get(column).map(String::as_str))
    }

    /// The code list of a column.
    pub fn codes(&self, column: &str) -> Option<&str> {
        self.codes.get(column).map(String::as_str)
    }

    /// What a value of a column is called, where the file says where to find it.
    pub fn value(&self, column: &str, raw: &str, codes: &Codes) -> Option<String> {
        let list = self.codes(column).map(|list| codes.label(list, raw).to_owned());
        let own = || self.values.get(column)?.get(raw).cloned();
        list.or_else(own).or_else(|| Some(self.says.get(column)?.words(raw, codes)))
    }

    pub fn is_third(&self, column: &str) -> bool {
        self.third.iter().any(|c| c == column)
    }
}

/// What the file and a schema do not agree on, each line with what to write.
pub fn differences(schema: &[schema::Table]) -> Vec<String> {
    let Some(file) = file() else {
        return vec![load(include_str!("tables.toml")).err().unwrap_or_default()];
    };
    let mut out = vec![];
    for table in schema {
        match find(&table.name) {
            Some(listed) => columns(listed, table, &mut out),
            None if file.without.iter().any(|w| w.name == table.name) => {}
            None => out.extend(missing(table)),
        }
    }
    let gone = file.table.iter().map(|t| &t.name).chain(file.without.iter().map(|w| &w.name));
    for name in gone.filter(|n| !schema.iter().any(|t| t.name == **n)) {
        out.push(format!(
            "src/records/tables.toml lists {name}, which is no table: delete its block"
        ));
    }
    out
}

/// A table that names a person, or a row of a listed table, and is not listed.
fn missing(table: &schema::Table) -> Option<String> {
    let person = table.columns.iter().map(|c| c.name.as_str());
    let person = person.clone().find(|c| *c == "client_id" || c.ends_with("_client_id"));
    let direct = table.references.iter().find(|(_, to)| to == "clients").map(|(c, _)| c.as_str());
    let through = table.references.iter().find(|(_, to)| *to != "clients" && find(to).is_some());
    let hangs = match (direct.or(person), through) {
        (Some("client_id"), _) => String::new(),
        (Some(column), _) => format!("by = \"{column}\"\n"),
        (None, Some((column, to))) => format!("parent = \"{to}\"\nby = \"{column}\"\n"),
        (None, None) => return None,
    };
    let common = |c: &str| file().is_some_and(|f| f.words.contains_key(c));
    let words: Vec<_> =
        table.names().into_iter().filter(|c| !common(c)).map(|c| format!("{c} = \"…\"")).collect();
    Some(format!(
        "The table {name} holds rows about a person and is not listed. Add to \
         src/records/tables.toml (its head explains each line):\n\n\
         [[table]]\nname = \"{name}\"\ntitle = \"(日本語の名前)\"\n{hangs}\
         third = [] # columns with other people's names or words\n\
         merge = \"move\" # or single once sight version rebuild stay\n\
         keep = \"folder\" # the kind of record it is kept with\nwords = {{ {} }}\n\n\
         or, if no row is about a person:\n\n\
         [[without]]\nname = \"{name}\"\nwhy = \"(why not)\"\n",
        words.join(", "),
        name = table.name
    ))
}

fn columns(listed: &Listed, table: &schema::Table, out: &mut Vec<String>) {
    let names = table.names();
    let third = listed.third.iter().chain(&listed.repeats).chain(&listed.either);
    let named = third.chain(listed.words.keys()).chain(listed.codes.keys());
    let named = named.chain(listed.says.keys()).chain(listed.values.keys());
    for odd in named.chain([&listed.by]).filter(|c| !names.contains(&c.as_str())) {
        out.push(format!("src/records/tables.toml: {} has no column {odd}", listed.name));
    }
    for c in names.iter().filter(|c| listed.words(c).is_none()) {
        out.push(format!(
            "src/records/tables.toml: {}: say what the column {c} is called on paper: words = {{ \
             {c} = \"…\" }}",
            listed.name
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_loads_and_mistakes_are_named() {
        let text = include_str!("tables.toml");
        assert_eq!(load(text).unwrap().table.len(), all().len());
        assert!(load(&text.replace("\"consultations\"\nby", "\"nothing\"\nby")).is_err());
        let twice = text.replace("name = \"closures\"", "name = \"clients\"");
        assert!(load(&twice).err().unwrap().contains("twice"));
        assert!(load(&text.replace("merge = \"sight\"", "merge = \"mix\"")).is_err());
    }
}
