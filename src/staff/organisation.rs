//! 一つの機関: renamed, put under another as its branch, closed and opened again. What was is kept
//! beside what is, with the day and the reason.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use civil::Date;
use uuid::Uuid;

use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::store::{FromRow, Read, Tx};
use crate::web::{
    App, Entry, Error, Field, Form, FormView, Kind, Options, Page, Problems, Result, Submitted,
    Values, page, refused, said,
};

pub async fn get(State(app): State<App>, actor: Actor, Path(id): Path<String>) -> Result<Response> {
    page(view(&app, &actor, &id, None).await?)
}

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    let done = save(&app, &actor, &id, &entry).await;
    answer(&app, &actor, (&id, CHANGE), &entry, done).await
}

/// `POST /organisations/{id}/close`: closes it, or opens a closed one again.
pub async fn close(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    let done = shut(&app, &actor, &id, &entry).await;
    answer(&app, &actor, (&id, CLOSE), &entry, done).await
}

const CHANGE: &str = "organisation-change";
const CLOSE: &str = "organisation-close";

pub fn form() -> Form {
    let fields = vec![
        Field::new("name", "名前", Kind::Text(80)).required(),
        Field::new("kana", "ふりがな", Kind::Kana(120)),
        Field::new("phone", "電話番号", Kind::Phone),
        Field::new("area", "地区", Kind::Select("area")),
        Field::new("parent", "上の機関（本所）", Kind::Record)
            .help("支所・分室・出張所のときに選びます。"),
        Field::new("from", "いつから", Kind::Date).help("空けておくときょうからになります。"),
        Field::new("why", "変える理由", Kind::Text(200)).required(),
    ];
    Form::new("organisation-change", "機関を変える", fields)
}

pub fn close_form() -> Form {
    let fields = vec![
        Field::new("on", "いつから", Kind::Date).help("空けておくときょうからになります。"),
        Field::new("reason", "理由", Kind::Text(200)).required(),
    ];
    Form::new("organisation-close", "機関を閉じる・開く", fields)
}

/// 機関.
#[derive(Clone, Debug, FromRow)]
pub struct Organisation {
    id: String,
    kind: String,
    name: String,
    kana: String,
    phone: String,
    area: Option<String>,
    parent_id: Option<String>,
    parent: Option<String>,
    closed_on: Option<String>,
}

async fn find(read: &mut Read, id: &str) -> Result<Organisation> {
    let controller = read.actor.controller_id.clone();
    let row: Option<Organisation> = read
        .maybe(
            "select o.id, o.kind, o.name, o.kana, o.phone, o.area, o.parent_id, p.name as parent,
               o.closed_on
             from organisations o left join organisations p on p.id = o.parent_id
             where o.id = $1 and o.controller_id = $2",
            args![id, controller],
        )
        .await?;
    row.ok_or(Error::NotFound)
}

/// Name, reading, telephone, area and the body above, in one step; each change keeps what was.
pub async fn change(tx: &mut Tx, id: &str, v: &Values) -> Result<()> {
    let was = find(tx, id).await?;
    let from = day(tx, v.date("from"), "from")?;
    let parent = v.opt("parent").filter(|p| !p.is_empty());
    parent_fits(tx, id, parent.as_deref()).await?;
    let controller = tx.actor.controller_id.clone();
    let (same,): (i64,) = tx
        .one(
            "select count(*) from organisations where controller_id = $1 and name = $2
               and closed_on is null and id <> $3",
            args![controller, v.text("name"), id],
        )
        .await?;
    if same > 0 {
        return Err(Error::refused("name", "同じ名前の機関がもうあります。一覧を確かめてください"));
    }
    tx.exec(
        "update organisations set name = $2, kana = $3, phone = $4, area = $5, parent_id = $6
         where id = $1",
        args![id, v.text("name"), v.text("kana"), v.text("phone"), v.opt("area"), parent],
    )
    .await?;
    let now = find(tx, id).await?;
    let name = |o: &Organisation| o.parent.clone().unwrap_or_default();
    for (kind, before, after) in
        [("rename", was.name.clone(), now.name.clone()), ("parent", name(&was), name(&now))]
    {
        if before != after {
            keep(tx, id, (kind, &before, &after), (from, v.text("why"))).await?;
        }
    }
    Ok(tx.record(Event::new("change", "organisation", id)).await?)
}

/// A branch stands under one that is open and no branch itself.
async fn parent_fits(tx: &mut Tx, id: &str, parent: Option<&str>) -> Result<()> {
    let Some(parent) = parent else { return Ok(()) };
    let above = find(tx, parent).await;
    let (own,): (i64,) =
        tx.one("select count(*) from organisations where parent_id = $1", args![id]).await?;
    match above {
        Ok(a) if a.id != id && a.parent_id.is_none() && a.closed_on.is_none() && own == 0 => Ok(()),
        Ok(_) => Err(Error::refused(
            "parent",
            "支所の下に支所は置けません。閉じていない本所を選んでください",
        )),
        Err(_) => Err(Error::refused("parent", "上の機関は、画面にあるものから選び直してください")),
    }
}

/// From a day on nobody is offered it; opening it again keeps the time in between.
pub async fn turn(tx: &mut Tx, id: &str, v: &Values) -> Result<()> {
    let o = find(tx, id).await?;
    let on = day(tx, v.date("on"), "on")?;
    if o.closed_on.is_none() {
        nobody_left(tx, id, on).await?;
        let sql = "update organisations set closed_on = $2 where id = $1";
        tx.exec(sql, args![id, on]).await?;
        keep(tx, id, ("close", "", ""), (on, v.text("reason"))).await?;
        return Ok(tx.record(Event::new("end", "organisation", id)).await?);
    }
    tx.exec("update organisations set closed_on = null where id = $1", args![id]).await?;
    keep(tx, id, ("reopen", "", ""), (on, v.text("reason"))).await?;
    Ok(tx.record(Event::new("reopen", "organisation", id)).await?)
}

/// Whose work and whose cases would hang in the air.
async fn nobody_left(tx: &mut Tx, id: &str, on: Date) -> Result<()> {
    let (posts, cases, branches): (i64, i64, i64) = tx
        .one(
            "select
               (select count(*) from posts p where p.organisation_id = $1 and p.voided_at is null
                 and (p.valid_until is null or p.valid_until > $2)),
               (select count(*) from assignments g where g.organisation_id = $1
                 and g.voided_at is null and (g.valid_until is null or g.valid_until > $2)),
               (select count(*) from organisations b where b.parent_id = $1
                 and b.closed_on is null)",
            args![id, on],
        )
        .await?;
    let left: Vec<String> =
        [(posts, "終わっていない職"), (cases, "続いている担当"), (branches, "開いている支所")]
            .iter()
            .filter(|(n, _)| *n > 0)
            .map(|(n, what)| format!("{what}が{n}件"))
            .collect();
    if left.is_empty() {
        return Ok(());
    }
    let why = format!("{}あります。人事異動や引継ぎで終えてから閉じてください", left.join("、"));
    Err(Error::refused("", why))
}

fn day(tx: &Tx, asked: Option<Date>, field: &str) -> Result<Date> {
    let today = tx.actor.today();
    match asked {
        Some(on) if on > today => Err(Error::refused(field, "先の日付は入れられません")),
        on => Ok(on.unwrap_or(today)),
    }
}

async fn keep(
    tx: &mut Tx,
    id: &str,
    (kind, before, after): (&str, &str, &str),
    (from, why): (Date, &str),
) -> Result<()> {
    let (row, a) = (Uuid::now_v7().to_string(), tx.actor.clone());
    tx.exec(
        "insert into organisation_changes (id, organisation_id, kind, from_on, before, after,
           reason, recorded_at, recorded_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        args![row, id, kind, from, before, after, why, a.at, a.account_id],
    )
    .await?;
    Ok(())
}

/// 機関の変更の一件.
#[derive(Debug, FromRow)]
struct Change {
    kind: String,
    from_on: String,
    before: String,
    after: String,
    reason: String,
    recorded_at: String,
    by: Option<String>,
}

impl Change {
    fn what(&self) -> String {
        let from = self.from_on.parse().map_or_else(|_| self.from_on.clone(), civil::format_era);
        let shown = |t: &str| if t.is_empty() { "なし".to_owned() } else { t.to_owned() };
        let (before, after) = (shown(&self.before), shown(&self.after));
        match self.kind.as_str() {
            "rename" => format!("{from}から名前が「{before}」から「{after}」に"),
            "parent" => format!("{from}から上の機関が「{before}」から「{after}」に"),
            "close" => format!("{from}に閉じた"),
            _ => format!("{from}にまた開いた"),
        }
    }

    fn set(&self) -> String {
        format!("{}　{}", said::moment(&self.recorded_at), self.by.as_deref().unwrap_or_default())
    }
}

async fn changes(read: &mut Read, id: &str) -> Result<Vec<Change>> {
    Ok(read
        .all(
            "select c.kind, c.from_on, c.before, c.after, c.reason, c.recorded_at, a.name as by
             from organisation_changes c left join accounts a on a.id = c.recorded_by
             where c.organisation_id = $1 order by c.recorded_at desc, c.id desc",
            args![id],
        )
        .await?)
}

async fn save(app: &App, actor: &Actor, id: &str, entry: &Entry) -> Result<()> {
    let v = form().read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    change(&mut tx, id, &v).await?;
    Ok(tx.commit().await?)
}

async fn shut(app: &App, actor: &Actor, id: &str, entry: &Entry) -> Result<()> {
    let v = close_form().read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    turn(&mut tx, id, &v).await?;
    Ok(tx.commit().await?)
}

async fn answer(
    app: &App,
    actor: &Actor,
    (id, which): (&str, &str),
    entry: &Entry,
    done: Result<()>,
) -> Result<Response> {
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/organisations/{id}")).into_response()),
        Err(Error::Refused(bad)) => {
            refused(view(app, actor, id, Some((which, entry, &bad))).await?)
        }
        Err(e) => Err(e),
    }
}

async fn view(
    app: &App,
    actor: &Actor,
    id: &str,
    sent: Option<(&str, &Entry, &Problems)>,
) -> Result<OrganisationPage> {
    let mut read = app.read(actor).await?;
    let o = find(&mut read, id).await?;
    let changes = changes(&mut read, id).await?;
    let others = super::organisations::offered(&mut read).await?;
    let others: Vec<_> = others.into_iter().filter(|(other, _)| other != id).collect();
    let offers: Options = [("parent", others)].into();
    let draw = |form: Form, now: &Entry| match sent {
        Some((which, entry, bad)) if which == form.id => form.view(entry, bad, &app.codes, &offers),
        _ => form.view(now, &Problems::default(), &app.codes, &offers),
    };
    let mut now = Entry::default();
    for (name, value) in [("name", &o.name), ("kana", &o.kana), ("phone", &o.phone)] {
        now.set(name, value.clone());
    }
    now.set("area", o.area.clone().unwrap_or_default());
    now.set("parent", o.parent_id.clone().unwrap_or_default());
    let (change, close) = (draw(form(), &now), draw(close_form(), &Entry::default()));
    let wrong = sent.is_some_and(|(_, _, bad)| !bad.is_empty());
    let error = if wrong { "エラー：" } else { "" };
    let page = app.page(actor, format!("{error}機関：{}", o.name), "/accounts");
    let kind = app.codes.label("organisation_kind", &o.kind).to_owned();
    Ok(OrganisationPage { page, o, kind, changes, change, close })
}

#[derive(Template)]
#[template(path = "staff/organisation.html")]
struct OrganisationPage {
    page: Page,
    o: Organisation,
    kind: String,
    changes: Vec<Change>,
    change: FormView,
    close: FormView,
}
