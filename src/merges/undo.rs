//! 結合を取り消す: every row goes back to the record it came from, as it was. What was written since
//! stays with the record it was written in, except what took the place of a row that goes back.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};

use super::journal::{self, Change};
use super::spans;
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::clients::who::{Who, who};
use crate::clients::{search, see};
use crate::records::tables::{self, Merging};
use crate::store::schema::{Table, schema};
use crate::store::{FromRow, Read, Sql, Tx};
use crate::web::{
    App, Entry, Error, Field, Form, FormView, Kind, Options, Page, Problems, Result, Submitted,
    page, refused, said,
};

pub async fn get(
    State(app): State<App>,
    actor: Actor,
    Path(number): Path<String>,
) -> Result<Response> {
    let view = view(&app, &actor, &number, (&Entry::default(), &Problems::default())).await?;
    let id = &view.who.summary.id;
    app.viewed(&actor, Event::new("view", "merges", id).about(id)).await?;
    page(view)
}

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path((number, merge)): Path<(String, String)>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match save(&app, &actor, (&number, &merge), &entry).await {
        Ok(()) => Ok(Redirect::to(&format!("/clients/{number}/merges")).into_response()),
        Err(Error::Refused(bad)) => refused(view(&app, &actor, &number, (&entry, &bad)).await?),
        Err(e) => Err(e),
    }
}

pub fn form() -> Form {
    let why = Field::new("why", "結合を取り消す理由", Kind::Text(200)).required();
    Form::new("merge-undo", "結合を取り消す", vec![why.help("例：別の人だとわかった")])
}

/// 結合. As the page tells it.
#[derive(Clone, Debug, FromRow)]
pub struct Merge {
    pub id: String,
    pub client_id: String,
    pub lost_id: String,
    pub lost_number: i64,
    pub reason: String,
    pub recorded_at: String,
    pub by: String,
    pub undone_at: Option<String>,
    pub undone_by: Option<String>,
    pub undo_reason: Option<String>,
    /// The record it was merged into, today: another, if that was merged on.
    pub now_in: Option<String>,
}

impl Merge {
    pub fn number(&self) -> kana::ClientNumber {
        kana::ClientNumber::from_row(self.lost_number)
    }

    pub fn stands(&self) -> bool {
        self.undone_at.is_none()
    }
}

/// What was merged into a record, also what had been merged into those before.
async fn merges(read: &mut Read, client_id: &str) -> Result<Vec<Merge>> {
    Ok(read
        .all(
            "select m.id, m.client_id, m.lost_id, l.number as lost_number, m.reason, m.recorded_at,
               a.name as by, m.undone_at, u.name as undone_by, m.undo_reason,
               l.merged_into as now_in
             from merges m join clients l on l.id = m.lost_id
             join clients s on s.id = m.client_id
             join accounts a on a.id = m.recorded_by left join accounts u on u.id = m.undone_by
             where s.id = $1 or s.merged_into = $1 order by m.recorded_at desc, m.id desc",
            args![client_id],
        )
        .await?)
}

/// Parts the two records again.
pub async fn undo(tx: &mut Tx, client_id: &str, merge: &str, why: &str) -> Result<()> {
    let all = merges(tx, client_id).await?;
    let m = all.into_iter().find(Merge::stands).ok_or(Error::NotFound)?;
    if m.id != merge {
        return Err(Error::refused("", "新しい結合から順に取り消してください"));
    }
    let schema = schema(tx).await?;
    let mut changed = vec![];
    for change in journal::read(tx, merge).await? {
        put_back(tx, &schema, &change, &mut changed).await?;
    }
    if !changed.is_empty() {
        return Err(Error::Refused(later(&changed)));
    }
    followed(tx, &m, &schema).await?;
    for person in [&m.client_id, &m.lost_id] {
        if let Some(listed) = spans::doubled(tx, person).await? {
            return Err(Error::Refused(later(std::slice::from_ref(&listed.title))));
        }
        search::index(tx, person).await?;
    }
    let (at, by) = (tx.actor.at, tx.actor.account_id.clone());
    let sql = "update merges set undone_at = $2, undone_by = $3, undo_reason = $4
               where id = $1 and undone_at is null";
    if tx.exec(sql, args![m.id, at, by, why]).await? != 1 {
        return Err(Error::NotFound);
    }
    tx.record(Event::new("unmerge", "client", &m.client_id).about(&m.client_id)).await?;
    tx.record(Event::new("unmerge", "client", &m.lost_id).about(&m.lost_id)).await?;
    Ok(())
}

async fn put_back(
    tx: &mut Tx,
    schema: &[Table],
    change: &Change,
    changed: &mut Vec<String>,
) -> Result<()> {
    let table = schema.iter().find(|t| t.name == change.table);
    let (Some(table), Some(listed)) = (table, tables::find(&change.table)) else {
        return Err(Error::NotFound);
    };
    let done = journal::restore(tx, table, change).await?;
    // A counter that has gone on stays where it is.
    if !done && listed.merge != Merging::Version && !changed.contains(&listed.title) {
        changed.push(listed.title.clone());
    }
    Ok(())
}

fn later(titles: &[String]) -> Problems {
    let mut bad = Problems::default();
    for title in titles {
        bad.add(
            "",
            format!(
                "結合を取り消していません。結合のあとに「{title}」が変わっていて、元のとおりに戻せません。\
                 「{title}」の結合のあとの行を、先に取り消すか終えてください"
            ),
        );
    }
    bad
}

/// A correction written since belongs to whoever the corrected row belongs to.
async fn followed(tx: &mut Tx, m: &Merge, schema: &[Table]) -> Result<()> {
    for t in schema {
        let names = t.names();
        if !names.contains(&"replaces_id") || !names.contains(&"client_id") {
            continue;
        }
        let sql = format!(
            "update {0} set client_id = $1 where client_id = $2 and recorded_at >= $3
               and replaces_id in (select o.id from {0} o where o.client_id = $1)",
            t.name
        );
        let again = args![m.lost_id, m.client_id, m.recorded_at];
        while tx.exec(Sql::built(sql.clone()), again).await? > 0 {}
    }
    Ok(())
}

/// How many rows were written since a merge, by table: they stay with the record.
async fn since(read: &mut Read, m: &Merge) -> Result<Vec<(String, i64)>> {
    let mut out = vec![];
    for (listed, table, _) in journal::tables(read).await? {
        let told = matches!(listed.merge, Merging::Stay | Merging::Version);
        if told || !table.columns.iter().any(|c| c.name == "recorded_at") {
            continue;
        }
        let sql = format!(
            "select count(*) from {} where \"{}\" = $1 and recorded_at > $2",
            listed.name, listed.by
        );
        let (n,): (i64,) = read.one(Sql::built(sql), args![m.client_id, m.recorded_at]).await?;
        if n > 0 {
            out.push((listed.title.clone(), n));
        }
    }
    Ok(out)
}

async fn save(
    app: &App,
    actor: &Actor,
    (number, merge): (&str, &str),
    entry: &Entry,
) -> Result<()> {
    let client = see(&mut app.read(actor).await?, number).await?;
    let values = form().read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    undo(&mut tx, &client.id, merge, values.text("why")).await?;
    tx.leads_to(format!("/clients/{}/merges", client.number));
    Ok(tx.commit().await?)
}

async fn view(
    app: &App,
    actor: &Actor,
    number: &str,
    (entry, bad): (&Entry, &Problems),
) -> Result<Merges> {
    let mut read = app.read(actor).await?;
    let who = who(app, &mut read, number, "/clients/{number}/merges").await?;
    let all = merges(&mut read, &who.summary.id).await?;
    let last = all.iter().find(|m| m.stands()).cloned();
    let since = match &last {
        Some(m) => since(&mut read, m).await?,
        None => vec![],
    };
    let form = form().view(entry, bad, &app.codes, &Options::new());
    let title = if bad.is_empty() { "結合" } else { "エラー：結合" };
    let page = app.page(actor, format!("{title}：{}", who.number), "/clients");
    Ok(Merges { page, who, all, last, since, form })
}

#[derive(Template)]
#[template(path = "merges/undo.html")]
struct Merges {
    page: Page,
    who: Who,
    all: Vec<Merge>,
    /// The one that can be undone.
    last: Option<Merge>,
    since: Vec<(String, i64)>,
    form: FormView,
}
