//! Puts something in front of every text that people wrote: every value of every column that is not
//! plain ASCII, which are names, words and sentences, never ids, codes or dates.

use crate::moving::base::Base;

const COLUMNS: &str = "select m.name, c.name from sqlite_master m join pragma_table_info(m.name) c
    where m.type = 'table' and m.name not like 'sqlite_%' and lower(c.type) = 'text'";

/// How many columns of how many rows were changed. What may only be added to stays as it is.
pub fn spoil(url: &str, with: &[&str]) -> Result<(u64, u64), String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|e| e.to_string())?.block_on(async {
        let mut base = Base::open(url).await?;
        let (mut columns, mut rows) = (0, 0);
        for [table, column] in base.texts::<2>(COLUMNS.into()).await? {
            // The words of a choice are stored as JSON, which would be no JSON any more.
            let sql = format!(
                "update \"{table}\" set \"{column}\" = {} || \"{column}\"
                 where \"{column}\" glob '*[^ -~]*'
                   and substr(\"{column}\", 1, 1) not in ('{{', '[')",
                one_of(with, &column)
            );
            match base.change(sql).await {
                Ok(0) => {}
                Ok(n) => (columns, rows) = (columns + 1, rows + n),
                // What may only be added to, or only be one of some words.
                Err(e) if e.contains("append-only") || e.contains("constraint failed") => {}
                Err(e) => return Err(format!("{table}.{column}: {e}")),
            }
        }
        Ok((columns, rows))
    })
}

/// Now this, now that, by the text itself: not every table numbers its rows.
fn one_of(with: &[&str], column: &str) -> String {
    let when = |(n, text): (usize, &&str)| format!("when {n} then '{}'", text.replace('\'', "''"));
    let all: Vec<String> = with.iter().enumerate().map(when).collect();
    let by = format!("(unicode(\"{column}\") + length(\"{column}\"))");
    format!("(case {by} % {} {} end)", with.len(), all.join(" "))
}
