//! Every row of a database as text, read without the program, the same words from both engines.

use std::hash::{DefaultHasher, Hash, Hasher};

use sqlx::{AssertSqlSafe, Connection, PgConnection, Row, SqliteConnection};

/// データベース.
pub enum Base {
    Lite(SqliteConnection),
    Pg(PgConnection),
}

/// What was compared.
#[derive(Default)]
pub struct Export {
    pub tables: usize,
    pub rows: usize,
    /// Over every column that holds numbers.
    pub sum: i128,
}

/// Says where a copy came from; the source of a copy may be a copy itself.
const OWN: &[&str] = &["copied_from", "_sqlx_migrations"];

const SQLITE: &str = "select m.name, c.name, lower(c.type) from sqlite_master m
    join pragma_table_info(m.name) c where m.type = 'table' and m.name not like 'sqlite_%'
    order by m.name, c.name";
const POSTGRES: &str = "select table_name::text, column_name::text, data_type::text
    from information_schema.columns where table_schema = 'public'
    order by table_name::text collate \"C\", column_name::text collate \"C\"";

impl Base {
    pub async fn open(url: &str) -> Result<Self, String> {
        let lite = url.starts_with("sqlite:");
        let opened = match lite {
            true => SqliteConnection::connect(url).await.map(Self::Lite),
            false => PgConnection::connect(url).await.map(Self::Pg),
        };
        opened.map_err(|e| format!("{url}: {e}"))
    }

    /// Changes rows there are.
    pub async fn exec(&mut self, sql: &str) -> Result<(), String> {
        match self.change(sql.to_owned()).await? {
            0 => Err(format!("nothing to alter: {sql}")),
            _ => Ok(()),
        }
    }

    pub async fn change(&mut self, sql: String) -> Result<u64, String> {
        let query = AssertSqlSafe(sql.as_str());
        let rows = match self {
            Self::Lite(c) => sqlx::query(query).execute(c).await.map(|d| d.rows_affected()),
            Self::Pg(c) => sqlx::query(query).execute(c).await.map(|d| d.rows_affected()),
        };
        rows.map_err(|e| format!("{e}: {sql}"))
    }

    /// The columns of a statement as texts.
    pub async fn texts<const N: usize>(&mut self, sql: String) -> Result<Vec<[String; N]>, String> {
        let rows: Result<Vec<[String; N]>, sqlx::Error> = match self {
            Self::Lite(c) => {
                let rows = sqlx::query(AssertSqlSafe(sql.as_str())).fetch_all(c).await;
                rows.map(|all| all.iter().map(|r| std::array::from_fn(|n| r.get(n))).collect())
            }
            Self::Pg(c) => {
                let rows = sqlx::query(AssertSqlSafe(sql.as_str())).fetch_all(c).await;
                rows.map(|all| all.iter().map(|r| std::array::from_fn(|n| r.get(n))).collect())
            }
        };
        rows.map_err(|e| format!("{e}: {sql}"))
    }

    /// Every table with (column, type).
    async fn tables(&mut self) -> Result<Vec<(String, Vec<(String, String)>)>, String> {
        let sql = if matches!(self, Self::Lite(_)) { SQLITE } else { POSTGRES };
        let mut out: Vec<(String, Vec<(String, String)>)> = vec![];
        for [table, column, kind] in self.texts(sql.to_owned()).await? {
            match out.last_mut() {
                Some((name, columns)) if *name == table => columns.push((column, kind)),
                _ => out.push((table, vec![(column, kind)])),
            }
        }
        out.retain(|(name, _)| !OWN.contains(&name.as_str()));
        Ok(out)
    }

    /// The rows, in the order of their bytes.
    async fn rows(
        &mut self,
        table: &str,
        columns: &[(String, String)],
    ) -> Result<Vec<String>, String> {
        let cell = |(c, _): &(String, String)| format!("coalesce(cast(\"{c}\" as text), '␀')");
        let line: Vec<String> = columns.iter().map(cell).collect();
        let sql = format!("select {} as line from {table} order by line", line.join(" || '␟' || "));
        Ok(self.texts(sql).await?.into_iter().map(|[line]| line).collect())
    }

    /// Over all rows of all tables but these.
    pub async fn fingerprint(&mut self, but: &[&str]) -> Result<String, String> {
        let mut hasher = DefaultHasher::new();
        for (table, columns) in self.tables().await? {
            if !but.contains(&table.as_str()) {
                (&table, self.rows(&table, &columns).await?).hash(&mut hasher);
            }
        }
        Ok(format!("{:016x}", hasher.finish()))
    }

    /// Of every column that holds numbers: how many there are, and their sum.
    async fn sums(
        &mut self,
        table: &str,
        columns: &[(String, String)],
    ) -> Result<Vec<String>, String> {
        let mut out = vec![];
        for (column, _) in columns.iter().filter(|(_, k)| k == "bigint" || k == "integer") {
            let sql = format!(
                "select cast(count(\"{column}\") as text) || ' ' ||
                 cast(coalesce(sum(\"{column}\"), 0) as text) from {table}"
            );
            let said = self.texts::<1>(sql).await?.concat().concat();
            out.push(format!("{column} {said}"));
        }
        Ok(out)
    }
}

/// One line a difference: tables, counts, sums, rows.
pub async fn differences(a: &mut Base, b: &mut Base) -> Result<(Export, Vec<String>), String> {
    let (here, there) = (a.tables().await?, b.tables().await?);
    let (mut export, mut out) = (Export { tables: here.len(), ..Export::default() }, vec![]);
    let names = |all: &[(String, Vec<(String, String)>)]| -> Vec<String> {
        let columns = |c: &[(String, String)]| c.iter().map(|c| c.0.clone()).collect::<Vec<_>>();
        all.iter().map(|(t, c)| format!("{t} {}", columns(c).join(" "))).collect()
    };
    out.extend(unlike("tables", &names(&here), &names(&there)));
    for (table, columns) in &here {
        let Some((_, others)) = there.iter().find(|(name, _)| name == table) else { continue };
        let (mine, theirs) = (a.sums(table, columns).await?, b.sums(table, others).await?);
        out.extend(unlike(&format!("sums of {table}"), &mine, &theirs));
        export.sum +=
            mine.iter().filter_map(|s| s.rsplit(' ').next()?.parse::<i128>().ok()).sum::<i128>();
        let (mine, theirs) = (a.rows(table, columns).await?, b.rows(table, others).await?);
        out.extend(unlike(table, &mine, &theirs));
        export.rows += mine.len();
    }
    Ok((export, out))
}

/// Never what a row says: how many lines, and which is the first that differs.
fn unlike(what: &str, mine: &[String], theirs: &[String]) -> Option<String> {
    let lines = mine.len().max(theirs.len());
    let first = (0..lines).find(|n| mine.get(*n) != theirs.get(*n))?;
    Some(format!("{what}: {} and {} lines, the {}th differs", mine.len(), theirs.len(), first + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_that_differs_is_named() {
        let lines = |all: &[&str]| all.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
        assert_eq!(unlike("t", &lines(&["a", "b"]), &lines(&["a", "b"])), None);
        let said = unlike("t", &lines(&["a", "b"]), &lines(&["a", "c", "d"])).unwrap();
        assert_eq!(said, "t: 2 and 3 lines, the 2th differs");
    }
}
