//! 開示: everything that is held about a person, on paper or for a program, with what other people
//! said or are called marked for redaction. The office decides on each mark; nothing is left out.

use std::collections::BTreeMap;

use askama::Template;
use serde_json::json;

use super::held::{Held, held};
use crate::args;
use crate::audit::Event;
use crate::clients::{Summary, see};
use crate::codes::Codes;
use crate::store::{Read, is_null, words};
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
}

/// 一つの表の記録.
#[derive(Debug)]
pub struct Section {
    pub table: String,
    pub title: String,
    pub rows: Vec<Vec<Answer>>,
}

/// 一つの項目. `third`: other people's names or words, to be looked at before it is handed over.
#[derive(Debug)]
pub struct Answer {
    pub column: String,
    pub label: String,
    pub value: String,
    pub third: bool,
}

/// Collects the document and records that it was made, on disk before it leaves.
pub async fn disclose(app: &App, actor: &Actor, number: &str) -> Result<Disclosure> {
    let mut read = app.read(actor).await?;
    let client = see(&mut read, number).await?;
    let held = held(&mut read, &client.id).await?;
    let names = names(&mut read).await?;
    drop(read);
    let sections = held.iter().map(|h| section(h, &app.codes, &names)).collect();
    app.viewed(actor, Event::new("export", "disclosure", &client.id).about(&client.id)).await?;
    Ok(Disclosure {
        place: app.config.place.clone(),
        made_on: civil::format_both(actor.today()),
        client,
        sections,
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
        let columns = held.table.columns.iter().zip(&cells.0);
        let known = columns.filter(|(_, value)| !is_null(value) && !words(value).is_empty());
        known.map(|(c, value)| answer(held, &c.name, words(value), codes, names)).collect()
    };
    Section {
        table: held.table.name.clone(),
        title: held.listed.title.clone(),
        rows: held.rows.iter().map(row).collect(),
    }
}

fn answer(held: &Held, column: &str, raw: String, codes: &Codes, names: &Names) -> Answer {
    let part = parts::all().iter().find(|p| p.table == held.table.name);
    let value = match held.listed.codes(column) {
        Some(list) => codes.label(list, &raw).to_owned(),
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

impl Disclosure {
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
