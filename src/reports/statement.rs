//! From the SELECT of a report to the statement that is asked: named values become placeholders,
//! `{visible ..}` becomes the predicate, and every report's rows get the same shape.

use std::sync::Arc;

use super::front::{Aggregate, Front, Period};
use crate::access;
use crate::store::{FromRow, Sql};

/// Own placeholders start here: the actor's five come first.
const FIRST: usize = 6;
pub const DIMENSIONS: usize = 4;
pub const MEASURES: usize = 4;

/// 問い合わせ文. `asks` are the named values in the order of their placeholders.
#[derive(Clone, Debug)]
pub struct Statement {
    pub sql: Sql,
    pub asks: Vec<&'static str>,
}

/// 数えるもの. A row of any report: keys and words of its dimensions, the one counted once, the numbers.
#[derive(Clone, Debug, Default, FromRow)]
pub struct Fact {
    pub k1: Option<String>,
    pub k2: Option<String>,
    pub k3: Option<String>,
    pub k4: Option<String>,
    pub w1: Option<String>,
    pub w2: Option<String>,
    pub w3: Option<String>,
    pub w4: Option<String>,
    pub subject: Option<String>,
    pub n1: Option<i64>,
    pub n2: Option<i64>,
    pub n3: Option<i64>,
    pub n4: Option<i64>,
}

impl Fact {
    /// (key, words) of a dimension.
    pub fn of(&self, dimension: usize) -> (Option<&str>, Option<&str>) {
        let (key, words) = match dimension {
            0 => (&self.k1, &self.w1),
            1 => (&self.k2, &self.w2),
            2 => (&self.k3, &self.w3),
            _ => (&self.k4, &self.w4),
        };
        (key.as_deref(), words.as_deref())
    }

    pub fn number(&self, measure: usize) -> Option<i64> {
        [self.n1, self.n2, self.n3, self.n4].get(measure).copied().flatten()
    }
}

impl Statement {
    pub fn of(front: &Front, sql: &str) -> Result<Self, String> {
        let (inner, asks) = expand(sql, front.period)?;
        Ok(Self { sql: Sql::built(Arc::from(shaped(front, &inner))), asks })
    }
}

/// The SELECT inside one that always has the same columns.
fn shaped(front: &Front, inner: &str) -> String {
    let dims: Vec<_> = front.dimensions().collect();
    let text = |column: Option<&str>, name: &str| match column {
        Some(c) => format!("cast(facts.{c} as text) as {name}"),
        None => format!("cast(null as text) as {name}"),
    };
    let mut out: Vec<String> = vec![];
    for n in 0..DIMENSIONS {
        out.push(text(dims.get(n).map(|d| d.column.as_str()), &format!("k{}", n + 1)));
        let words = dims.get(n).and_then(|d| d.words.as_deref());
        out.push(text(words, &format!("w{}", n + 1)));
    }
    let distinct = front.measures.iter().find(|m| m.aggregate == Aggregate::Distinct);
    out.push(text(distinct.map(|m| m.column.as_str()), "subject"));
    for n in 0..MEASURES {
        let measure = front.measures.get(n).filter(|m| m.aggregate != Aggregate::Distinct);
        let value = measure.map_or("null".to_owned(), |m| format!("facts.{}", m.column));
        out.push(format!("cast({value} as bigint) as n{}", n + 1));
    }
    format!("select {} from (\n{inner}\n) facts", out.join(", "))
}

/// Replaces `:name` and `{predicate}` outside texts and comments.
fn expand(sql: &str, period: Period) -> Result<(String, Vec<&'static str>), String> {
    let (mut out, mut asks) = (String::new(), vec![]);
    let mut rest = sql;
    while let Some(c) = rest.chars().next() {
        if let Some(quiet) = quiet(rest) {
            out.push_str(rest.get(..quiet).unwrap_or_default());
            rest = rest.get(quiet..).unwrap_or_default();
            continue;
        }
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        match c {
            '{' => {
                let (words, after) = after.split_once('}').ok_or("'{' が閉じていません")?;
                out.push_str(&predicate(words)?);
                rest = after;
            }
            ':' => {
                let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
                let (name, after) = after.split_at(end.unwrap_or(after.len()));
                let name = named(name, period)?;
                let at = asks.iter().position(|a| *a == name).unwrap_or_else(|| {
                    asks.push(name);
                    asks.len() - 1
                });
                out.push_str(&format!("${}", at + FIRST));
                rest = after;
            }
            '$' => return Err("'$' は使えません。:from などの名前で書いてください".into()),
            _ => {
                out.push(c);
                rest = after;
            }
        }
    }
    Ok((out, asks))
}

/// The length of a text literal or a comment that begins here.
pub fn quiet(rest: &str) -> Option<usize> {
    let (skip, end) = match rest {
        r if r.starts_with('\'') => (1, "'"),
        r if r.starts_with("--") => (2, "\n"),
        r if r.starts_with("/*") => (2, "*/"),
        _ => return None,
    };
    let body = rest.get(skip..)?;
    Some(body.find(end).map_or(rest.len(), |at| skip + at + end.len()))
}

fn named(name: &str, period: Period) -> Result<&'static str, String> {
    let known: &[&str] = match period {
        Period::Span => &["from", "until", "known_at"],
        Period::Day => &["on", "known_at"],
    };
    let found = known.iter().find(|k| **k == name);
    found
        .copied()
        .ok_or_else(|| format!("':{name}' は使えません。使えるのは :{}", known.join(" :")))
}

fn predicate(words: &str) -> Result<String, String> {
    let category = |c: &str| access::CATEGORIES.iter().any(|(id, _)| *id == c);
    match words.split_whitespace().collect::<Vec<_>>().as_slice() {
        ["visible_consultation"] => Ok(access::visible_consultation().to_owned()),
        ["countable_consultation"] => Ok(access::countable_consultation().to_owned()),
        ["visible", c, client] if category(c) => Ok(access::visible(client, c)),
        ["countable", c, client] if category(c) => Ok(access::countable(client, c)),
        ["countable_load", client] => Ok(access::countable_load(client)),
        ["not_closed", client] => Ok(access::not_closed(client)),
        _ => Err(format!("{{{words}}} という条件はありません")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_placeholders_after_the_actors() {
        let sql = "select ':from' -- :until\n where a >= :from and a < :until and b = :from";
        let (text, asks) = expand(sql, Period::Span).unwrap();
        assert_eq!(text, "select ':from' -- :until\n where a >= $6 and a < $7 and b = $6");
        assert_eq!(asks, ["from", "until"]);
    }

    #[test]
    fn unknown_names_and_conditions_are_refused() {
        assert!(expand("select :form", Period::Span).unwrap_err().contains("form"));
        assert!(expand("select :from", Period::Day).unwrap_err().contains("from"));
        assert!(expand("select $1", Period::Day).is_err());
        assert!(expand("{visible money c.id}", Period::Day).unwrap_err().contains("money"));
        let (text, _) = expand("{visible care c.id}", Period::Day).unwrap();
        assert!(text.contains("/*see*/") && text.contains("seen.id = c.id"), "{text}");
    }
}
