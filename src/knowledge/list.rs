//! The notes that are shared, by words and by field; those that wait for a second reader on top.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use crate::access::Actor;
use crate::args;
use crate::codes::Codes;
use crate::store::{FromRow, Read};
use crate::web::{App, Page, Result, page, said};

pub async fn get(
    State(app): State<App>,
    actor: Actor,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let mut read = app.read(&actor).await?;
    let waiting = waiting(&mut read, &app.codes).await?;
    let found = shared(&mut read, &app.codes, &asked).await?;
    let fields = app.codes.pairs("adviser_field");
    page(List {
        page: app.page(&actor, "知識メモ", "/questions"), asked, waiting, found, fields
    })
}

/// さがす言葉と分野.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    pub q: String,
    pub field: String,
}

/// 知識メモ.
#[derive(Clone, Debug, FromRow)]
pub struct Note {
    pub id: String,
    pub field: String,
    pub title: String,
    pub text: String,
    tags: String,
    recorded_at: String,
    pub recorded_by: String,
    pub writer: String,
    pub shared_at: Option<String>,
    reader: Option<String>,
    pub refused_at: Option<String>,
    pub refuse_reason: Option<String>,
}

macro_rules! notes {
    ($rest:literal) => {
        concat!(
            "select n.id, n.field, n.title, n.text, n.tags, n.recorded_at, n.recorded_by,
               a.name as writer, n.shared_at, b.name as reader, n.refused_at, n.refuse_reason
             from knowledge_notes n join accounts a on a.id = n.recorded_by
             left join accounts b on b.id = coalesce(n.shared_by, n.refused_by)
             where n.controller_id = $1 and ",
            $rest
        )
    };
}

/// Those a second person has to read; one's own too, to see where they are.
async fn waiting(read: &mut Read, codes: &Codes) -> Result<Vec<Note>> {
    let controller = read.actor.controller_id.clone();
    const SQL: &str =
        notes!("n.shared_at is null and n.refused_at is null order by n.recorded_at, n.id");
    Ok(worded(codes, read.all(SQL, args![controller]).await?))
}

/// All words must stand somewhere in the note.
async fn shared(read: &mut Read, codes: &Codes, asked: &Asked) -> Result<Vec<Note>> {
    let controller = read.actor.controller_id.clone();
    const SQL: &str = notes!(
        "n.shared_at is not null and ($2 = '' or n.field = $2)
           order by n.shared_at desc, n.id limit 500"
    );
    let rows: Vec<Note> = read.all(SQL, args![controller, asked.field]).await?;
    let words: Vec<String> = asked.q.split_whitespace().map(kana::search_key).collect();
    let fits = |n: &Note| {
        let all = kana::search_key(&format!("{}{}{}", n.title, n.text, n.tags));
        words.iter().all(|w| all.contains(w.as_str()))
    };
    Ok(worded(codes, rows.into_iter().filter(fits).collect()))
}

pub async fn one(read: &mut Read, codes: &Codes, id: &str) -> Result<Option<Note>> {
    let controller = read.actor.controller_id.clone();
    const SQL: &str = notes!("n.id = $2");
    let row: Option<Note> = read.maybe(SQL, args![controller, id]).await?;
    Ok(worded(codes, row.into_iter().collect()).pop())
}

fn worded(codes: &Codes, mut rows: Vec<Note>) -> Vec<Note> {
    for n in &mut rows {
        n.field = codes.label("adviser_field", &n.field).to_owned();
    }
    rows
}

impl Note {
    pub fn tags(&self) -> Vec<&str> {
        self.tags.split_whitespace().collect()
    }

    pub fn written(&self) -> String {
        format!("{}　{}", said::moment(&self.recorded_at), self.writer)
    }

    /// Who read it, and when.
    pub fn read(&self) -> String {
        let at = self.shared_at.as_deref().or(self.refused_at.as_deref());
        let at = at.map(said::moment).unwrap_or_default();
        format!("{at}　{}", self.reader.as_deref().unwrap_or_default())
    }

    pub fn is_open(&self) -> bool {
        self.shared_at.is_none() && self.refused_at.is_none()
    }
}

#[derive(Template)]
#[template(path = "knowledge/list.html")]
struct List {
    page: Page,
    asked: Asked,
    waiting: Vec<Note>,
    found: Vec<Note>,
    fields: Vec<(String, String)>,
}
