//! 開示: everything that is held about a person, on paper or for a program, with what other people
//! said or are called marked for redaction. The office decides on each mark; nothing is left out.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use serde_json::json;

use super::drafts;
use super::held::{Held, held};
use super::tables;
use crate::args;
use crate::audit::Event;
use crate::clients::{Summary, see};
use crate::codes::Codes;
use crate::store::schema::Column;
use crate::store::{Arg, Read, is_null, words};
use crate::web::{App, Result, said};
use crate::{access::Actor, clients::parts};

/// 開示する文書.
#[derive(Debug, Template)]
#[template(path = "records/disclosure.html")]
pub struct Disclosure {
    pub client: Summary,
    pub place: String,
    pub made_on: String,
    pub sections: Vec<Section>,
    /// Nobody has decided on the marks yet: the copy is not for whoever asked.
    pub undecided: bool,
}

/// 一つの表の記録.
#[derive(Debug)]
pub struct Section {
    pub table: String,
    pub title: String,
    pub rows: Vec<Vec<Answer>>,
}

/// 一つの項目. `third`: other people's names or words, to be looked at before it is handed over.
#[derive(Debug, Default)]
pub struct Answer {
    pub column: String,
    pub label: String,
    pub value: String,
    pub third: bool,
    /// table:key:column, by which a decision about it is kept.
    pub place: String,
    /// 墨塗り: decided not to be shown.
    pub redacted: bool,
}

/// Collects the document and records that it was made, on disk before it leaves.
pub async fn disclose(app: &App, actor: &Actor, number: &str) -> Result<Disclosure> {
    let mut read = app.read(actor).await?;
    let client = see(&mut read, number).await?;
    let document = draw(app, &mut read, client).await?;
    drop(read);
    let id = &document.client.id;
    app.viewed(actor, Event::new("export", "disclosure", id).about(id)).await?;
    Ok(document)
}

/// Everything that is held, what is still being typed included. Whoever calls records it.
pub async fn draw(app: &App, read: &mut Read, client: Summary) -> Result<Disclosure> {
    let held = held(read, &client.id).await?;
    let names = names(read).await?;
    let mut sections: Vec<_> = held.iter().map(|h| section(h, &app.codes, &names)).collect();
    let drafts = drafts::rows(read, app, &client).await?;
    if !drafts.is_empty() {
        let (table, title) = ("drafts".to_owned(), "書きかけの下書き".to_owned());
        sections.push(Section { table, title, rows: drafts });
    }
    Ok(Disclosure {
        place: app.config.place.clone(),
        made_on: civil::format_both(read.actor.today()),
        client,
        sections,
        undecided: true,
    })
}

type Names = BTreeMap<String, String>;

/// Who an id stands for: colleagues and organisations.
async fn names(read: &mut Read) -> Result<Names> {
    let all: Vec<(String, String)> = read
        .all(
            "select id, name from accounts union all select id, name from organisations
             union all select id, name from controllers",
            args![],
        )
        .await?;
    Ok(all.into_iter().collect())
}

fn section(held: &Held, codes: &Codes, names: &Names) -> Section {
    let row = |cells: &crate::store::Cells| {
        let key: Vec<_> = held.table.key.iter().map(|k| cells.text(&held.table, k)).collect();
        let key = format!("{}:{}", held.table.name, key.join(","));
        let columns = held.table.columns.iter().zip(&cells.0);
        let known = columns.filter(|(_, value)| !is_null(value) && !words(value).is_empty());
        let answer =
            |(c, v): (&Column, &Arg<'_>)| answer(held, &c.name, words(v), codes, names).at(&key);
        known.map(answer).collect()
    };
    Section {
        table: held.table.name.clone(),
        title: held.listed.title.clone(),
        rows: held.rows.iter().map(row).collect(),
    }
}

fn answer(held: &Held, column: &str, raw: String, codes: &Codes, names: &Names) -> Answer {
    let part = parts::all().iter().find(|p| p.table == held.table.name);
    let value = match held.listed.value(column, &raw, codes) {
        Some(words) => words,
        None => match part.and_then(|p| p.form.field(column)) {
            Some(field) => parts::words(field, &raw, codes),
            None => plain(column, raw, names),
        },
    };
    Answer {
        label: held.listed.words(column).unwrap_or(column).to_owned(),
        column: column.to_owned(),
        value,
        third: held.listed.is_third(column),
        ..Answer::default()
    }
}

fn plain(column: &str, raw: String, names: &Names) -> String {
    if let Some(name) = names.get(&raw) {
        return name.clone();
    }
    if column.ends_with("_at") || column == "at" {
        let moment = said::moment(&raw);
        return if moment.is_empty() { raw } else { moment };
    }
    raw.parse().map_or(raw, civil::format_both)
}

impl Answer {
    pub(super) fn at(mut self, row: &str) -> Self {
        self.place = format!("{row}:{}", self.column);
        self
    }
}

impl Disclosure {
    /// The places that may be covered: those marked as somebody else's.
    pub fn marks(&self) -> impl Iterator<Item = &Answer> {
        let rows = self.sections.iter().flat_map(|s| s.rows.iter().flatten());
        rows.filter(|a| a.third)
    }

    /// Covers what was decided; the rest is shown.
    pub fn cover(&mut self, places: &BTreeSet<String>) {
        self.undecided = false;
        for section in &mut self.sections {
            let repeats = tables::find(&section.table).map_or(&[][..], |t| &t.repeats);
            for row in &mut section.rows {
                let covered = |a: &Answer| a.third && places.contains(&a.place);
                let some = row.iter().any(covered);
                for a in row {
                    a.redacted = covered(a) || (some && repeats.contains(&a.column));
                }
            }
        }
    }

    pub fn json(&self) -> serde_json::Value {
        let answer = |a: &Answer| {
            let (column, label, value) = (&a.column, &a.label, &a.value);
            json!({ "column": column, "label": label, "value": value, "third": a.third })
        };
        let section = |s: &Section| {
            let rows: Vec<Vec<_>> = s.rows.iter().map(|r| r.iter().map(answer).collect()).collect();
            json!({ "table": s.table, "title": s.title, "rows": rows })
        };
        json!({
            "client": self.client.number.to_string(),
            "made_on": self.made_on,
            "tables": self.sections.iter().map(section).collect::<Vec<_>>(),
        })
    }

    pub fn text(&self) -> String {
        let mut out = format!(
            "{}　保有個人情報の写し\n{}　{}（{}）\n作成 {}\n\n【】の中は、ほかの人の名前やことばです。\
             渡す前に、墨塗りにするかを決めてください。\n",
            self.place, self.client.number, self.client.name, self.client.kana, self.made_on
        );
        for s in &self.sections {
            out.push_str(&format!("\n■ {}　{}件\n", s.title, s.rows.len()));
            for row in &s.rows {
                for a in row {
                    let (open, shut) = if a.third { ("【", "】") } else { ("", "") };
                    out.push_str(&format!("  {}：{open}{}{shut}\n", a.label, a.value));
                }
                out.push_str("  ―\n");
            }
        }
        out
    }
}
