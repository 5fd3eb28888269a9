//! 引継ぎ票: what crosses, in words, as it stood when it was proposed. Both wards read the same.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};

use super::record::{self, Move};
use crate::access::Actor;
use crate::audit::Event;
use crate::clients::{Summary, parts};
use crate::codes::Codes;
use crate::store::Read;
use crate::web::{App, Page, Result, page};

pub async fn get(State(app): State<App>, actor: Actor, Path(id): Path<String>) -> Result<Response> {
    let m = record::see(&mut app.read(&actor).await?, &id).await?;
    app.viewed(&actor, Event::new("print", "move", &id).about(&m.client_id)).await?;
    let sheet = Sheet::read(&m.sheet);
    let codes = app.codes.clone();
    page(SheetPage { page: app.page(&actor, "引継ぎ票", "/moves"), m, sheet, codes })
}

/// 引継ぎ票.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Sheet {
    pub name: String,
    pub kana: String,
    pub born: String,
    pub hidden: bool,
    pub sections: Vec<Section>,
}

/// 引継ぎ票の一区切り: its title, and a line a row of pairs (label, words).
pub type Section = (String, Vec<Vec<(String, String)>>);

impl Sheet {
    pub fn read(json: &str) -> Self {
        serde_json::from_str(json).unwrap_or_default()
    }

    pub fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// What the consent covers, without the old address; a hidden one also hides the telephones.
pub async fn draw(
    read: &mut Read,
    codes: &Codes,
    client: &Summary,
    categories: &[String],
) -> Result<Sheet> {
    let today = read.actor.today();
    let mut sections = vec![];
    for part in parts::all().iter().filter(|p| crosses(p, categories)) {
        if client.address_hidden && part.hidden_by.is_some() {
            continue;
        }
        let hidden = |label: &str| {
            let mut fields = part.form.fields.iter();
            let field = fields.find(|f| f.label == label);
            client.address_hidden && field.is_some_and(|f| part.hidden.contains(&f.name))
        };
        let rows = parts::rows(read, codes, &client.id, part, today, None).await?;
        let line = |r: &parts::PartRow| {
            let shown = r.shown.iter().filter(|(label, _)| !hidden(label));
            shown.map(|(label, text)| ((*label).to_owned(), text.clone())).collect()
        };
        let lines: Vec<Vec<(String, String)>> = rows.iter().map(line).collect();
        if !lines.is_empty() {
            sections.push((part.title.to_owned(), lines));
        }
    }
    Ok(Sheet {
        name: client.name.clone(),
        kana: client.kana.clone(),
        born: client.born_words(),
        hidden: client.address_hidden,
        sections,
    })
}

/// Where somebody lived is not needed where they live now.
pub(super) fn crosses(part: &parts::Part, categories: &[String]) -> bool {
    let agreed = part.category == "identity" || categories.iter().any(|c| c == part.category);
    agreed && part.id != "residence"
}

#[derive(Template)]
#[template(path = "moves/sheet.html")]
struct SheetPage {
    page: Page,
    m: Move,
    sheet: Sheet,
    codes: std::sync::Arc<Codes>,
}
