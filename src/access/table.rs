//! The access table: one row a route, the roles that may use it, and why. A file people review.

use std::collections::HashMap;

use super::Role;

/// One reviewed row.
#[derive(Clone, Debug)]
pub struct Row {
    pub method: String,
    pub path: String,
    /// Anyone, without signing in.
    pub public: bool,
    pub roles: Vec<Role>,
    /// An emergency opens this page for one person (the word `emergency` among the roles).
    pub emergency: bool,
    /// Exports and changes of rights: the password is typed again when it was long ago.
    pub confirmed: bool,
    /// As long as there are people: it is done beside the desk (the word `long`).
    pub long: bool,
    pub reason: String,
}

/// 権限表. `METHOD  PATH  ROLES  REASON`, columns parted by two or more spaces; after the roles may
/// stand the words `confirmed` and `long`.
#[derive(Clone, Debug)]
pub struct AccessTable {
    rows: Vec<Row>,
    /// By path, then by method: a page asks for each of its links.
    index: HashMap<String, Vec<usize>>,
}

impl AccessTable {
    pub fn official() -> Result<Self, String> {
        Self::read(include_str!("routes.txt"))
    }

    pub fn read(text: &str) -> Result<Self, String> {
        let mut rows = vec![];
        for (n, line) in text.lines().enumerate() {
            let line = line.trim_end();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            rows.push(row(line).map_err(|why| format!("routes.txt:{}: {why}", n + 1))?);
        }
        let mut table = Self { rows: vec![], index: HashMap::new() };
        for r in rows {
            if table.find(&r.method, &r.path).is_some() {
                return Err(format!("routes.txt: {} {} stands twice", r.method, r.path));
            }
            table.index.entry(r.path.clone()).or_default().push(table.rows.len());
            table.rows.push(r);
        }
        Ok(table)
    }

    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    pub fn find(&self, method: &str, path: &str) -> Option<&Row> {
        let mut rows = self.index.get(path)?.iter().filter_map(|at| self.rows.get(*at));
        rows.find(|r| r.method == method)
    }

    /// May the role use the route? A route without a row is open to nobody.
    pub fn allows(&self, role: Role, method: &str, path: &str) -> bool {
        self.find(method, path).is_some_and(|r| r.public || r.roles.contains(&role))
    }
}

fn row(line: &str) -> Result<Row, String> {
    let mut columns = line.split("  ").map(str::trim).filter(|c| !c.is_empty());
    let mut next =
        |what: &str| columns.next().ok_or(format!("{what} is missing")).map(str::to_owned);
    let (method, path) = (next("method")?, next("path")?);
    let (who, reason) = (next("roles")?, next("reason")?);
    let public = who == "public";
    let (mut roles, mut emergency, mut confirmed, mut long) = (vec![], false, false, false);
    for name in who.split_whitespace().filter(|_| !public) {
        match name {
            "emergency" if method == "GET" => emergency = true,
            "all" => roles.extend(Role::ALL),
            "confirmed" => confirmed = true,
            "long" => long = true,
            _ => roles.push(Role::from_code(name).ok_or(format!("unknown role '{name}'"))?),
        }
    }
    Ok(Row { method, path, public, roles, emergency, confirmed, long, reason })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_names_who_and_why() {
        let t = AccessTable::read("GET  /x/{id}  officer nurse  because").unwrap();
        assert!(t.allows(Role::Officer, "GET", "/x/{id}"));
        assert!(!t.allows(Role::School, "GET", "/x/{id}"));
        assert!(!t.allows(Role::Officer, "POST", "/x/{id}"));
        assert!(!t.rows()[0].confirmed && !t.rows()[0].long);
        let t = AccessTable::read("GET  /x  officer confirmed  because").unwrap();
        assert!(t.rows()[0].confirmed && t.rows()[0].roles == [Role::Officer]);
        let t = AccessTable::read("GET  /x  officer confirmed long  because").unwrap();
        assert!(t.rows()[0].confirmed && t.rows()[0].long);
    }

    #[test]
    fn mistakes_are_found_at_load() {
        assert!(AccessTable::read("GET  /x  chief  because").unwrap_err().contains("chief"));
        assert!(AccessTable::read("GET  /x  officer").unwrap_err().contains("reason"));
        assert!(AccessTable::read("GET  /x  all  a\nGET  /x  all  b").is_err());
    }

    #[test]
    fn an_emergency_opens_pages_and_changes_nothing() {
        let t = AccessTable::read("GET  /x  officer emergency  because").unwrap();
        let row = t.find("GET", "/x").unwrap();
        assert!(row.emergency && row.roles == [Role::Officer]);
        assert!(AccessTable::read("POST  /x  officer emergency  because").is_err());
    }

    #[test]
    fn the_official_table_loads() {
        AccessTable::official().unwrap();
    }
}
