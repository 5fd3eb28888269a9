//! コード表: the municipality's own words, order and ends of the choices, and choices of its own
//! in lists that grow. Codes are never deleted: what is no longer offered is still read where it
//! stands. Every change keeps who, when and why.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use civil::Date;
use uuid::Uuid;

use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::codes::Change;
use crate::store::{FromRow, Read, Tx};
use crate::web::{
    App, Entry, Error, Field, Form, FormView, Kind, Options, Page, Problems, Result, Submitted,
    Values, page, refused, said,
};

/// `GET /codes`: all lists.
pub async fn get(State(app): State<App>, actor: Actor) -> Result<Response> {
    let of = |id: &str| (id.to_owned(), app.codes.title(id).to_owned(), app.codes.list(id).len());
    let lists = app.codes.ids().map(of).collect();
    page(Lists { page: app.page(&actor, "コード表", "/accounts"), lists })
}

/// `GET /codes/{list}`: its choices in their order.
pub async fn list(
    State(app): State<App>,
    actor: Actor,
    Path(list): Path<String>,
) -> Result<Response> {
    page(list_view(&app, &actor, &list, None)?)
}

/// `POST /codes/{list}`: one more choice.
pub async fn add(
    State(app): State<App>,
    actor: Actor,
    Path(list): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match save_new(&app, &actor, &list, &entry).await {
        Ok(()) => Ok(Redirect::to(&format!("/codes/{list}")).into_response()),
        Err(Error::Refused(bad)) => refused(list_view(&app, &actor, &list, Some((&entry, &bad)))?),
        Err(e) => Err(e),
    }
}

pub async fn one(
    State(app): State<App>,
    actor: Actor,
    Path((list, code)): Path<(String, String)>,
) -> Result<Response> {
    page(view(&app, &actor, (&list, &code), None).await?)
}

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path((list, code)): Path<(String, String)>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match save(&app, &actor, (&list, &code), &entry).await {
        Ok(()) => Ok(Redirect::to(&format!("/codes/{list}")).into_response()),
        Err(Error::Refused(bad)) => {
            refused(view(&app, &actor, (&list, &code), Some((&entry, &bad))).await?)
        }
        Err(e) => Err(e),
    }
}

pub fn form() -> Form {
    let place = Kind::Number { min: 1, max: 999, unit: "番目" };
    let fields = vec![
        Field::new("label", "画面に出す言葉", Kind::Text(80)).required(),
        Field::new("position", "並ぶ順", place).required().help("小さいものから並びます。"),
        Field::new("retired_on", "いつから選べなくするか", Kind::Date)
            .help("空けておくと選べます。選べなくしても、これまでの記録ではこの言葉で読めます。"),
        Field::new("why", "変える理由", Kind::Text(200)).required(),
    ];
    Form::new("code", "選択肢を変える", fields)
}

/// 選択肢を足す.
pub fn new_form() -> Form {
    let place = Kind::Number { min: 1, max: 999, unit: "番目" };
    let fields = vec![
        Field::new("label", "画面に出す言葉", Kind::Text(80)).required(),
        Field::new("code", "コード", Kind::Text(40)).required().help(
            "ファイルに書き出すときの名前です。英小文字・数字・_ で。あとから変えられません。",
        ),
        Field::new("position", "並ぶ順", place).required().help("小さいものから並びます。"),
        Field::new("why", "足す理由", Kind::Text(200)).required(),
    ];
    Form::new("code-new", "選択肢を足す", fields)
}

pub async fn change(tx: &mut Tx, list: &str, code: &str, v: &Values) -> Result<()> {
    let (id, a) = (Uuid::now_v7().to_string(), tx.actor.clone());
    tx.exec(
        "insert into code_changes (id, list, code, label, position, retired_on, reason,
           recorded_at, recorded_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        args![
            id,
            list,
            code,
            v.text("label"),
            v.int("position"),
            v.date("retired_on"),
            v.text("why"),
            a.at,
            a.account_id
        ],
    )
    .await?;
    Ok(tx.record(Event::new("change", "code", &format!("{list}/{code}"))).await?)
}

/// The newest change of each code: what the lists of the files are read with.
pub async fn load(app: &App) -> Result<()> {
    let actor = Actor::system(app.clock.now(), "");
    let rows: Vec<(String, String, String, i64, Option<String>)> = app
        .read(&actor)
        .await?
        .all(
            "select list, code, label, position, retired_on from code_changes
             order by recorded_at, id",
            args![],
        )
        .await?;
    let change = |(list, code, label, position, retired): (_, _, _, i64, Option<String>)| Change {
        list,
        code,
        label,
        position,
        retired_on: retired.and_then(|d| d.parse().ok()),
    };
    app.lists.change(rows.into_iter().map(change).collect());
    Ok(())
}

async fn save(app: &App, actor: &Actor, (list, code): (&str, &str), entry: &Entry) -> Result<()> {
    if !app.codes.has(list, code) {
        return Err(Error::NotFound);
    }
    let v = form().read(entry, &app.codes)?;
    let others = app.codes.list(list).iter().filter(|c| c.id != code);
    if others.clone().any(|c| c.label == v.text("label")) {
        return Err(Error::refused("label", "同じ言葉の選択肢がもうあります"));
    }
    if v.date("retired_on").is_some() && others.clone().all(|c| c.retired) {
        return Err(Error::refused("retired_on", "最後の一つは、選べなくできません"));
    }
    let mut tx = app.write(actor).await?;
    change(&mut tx, list, code, &v).await?;
    tx.commit().await?;
    load(app).await
}

async fn save_new(app: &App, actor: &Actor, list: &str, entry: &Entry) -> Result<()> {
    if !app.codes.grows(list) {
        return Err(Error::NotFound);
    }
    let v = new_form().read(entry, &app.codes)?;
    let code = v.text("code");
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    if !code.bytes().all(plain) {
        return Err(Error::refused("code", "英小文字・数字・_ だけで入力してください"));
    }
    if app.codes.has(list, code) {
        return Err(Error::refused("code", "同じコードがもうあります"));
    }
    if app.codes.list(list).iter().any(|c| c.label == v.text("label")) {
        return Err(Error::refused("label", "同じ言葉の選択肢がもうあります"));
    }
    let mut tx = app.write(actor).await?;
    change(&mut tx, list, code, &v).await?;
    tx.commit().await?;
    load(app).await
}

/// 選択肢の変更の一件.
#[derive(Debug, FromRow)]
struct Row {
    label: String,
    position: i64,
    retired_on: Option<String>,
    reason: String,
    recorded_at: String,
    by: Option<String>,
}

impl Row {
    fn set(&self) -> String {
        format!("{}　{}", said::moment(&self.recorded_at), self.by.as_deref().unwrap_or_default())
    }

    fn what(&self) -> String {
        let until: Option<Date> = self.retired_on.as_deref().and_then(|d| d.parse().ok());
        let until = until.map(|d| format!("　{}から選べない", civil::format_era(d)));
        format!("「{}」{}番目{}", self.label, self.position, until.unwrap_or_default())
    }
}

async fn history(read: &mut Read, list: &str, code: &str) -> Result<Vec<Row>> {
    Ok(read
        .all(
            "select c.label, c.position, c.retired_on, c.reason, c.recorded_at, a.name as by
             from code_changes c left join accounts a on a.id = c.recorded_by
             where c.list = $1 and c.code = $2 order by c.recorded_at desc, c.id desc",
            args![list, code],
        )
        .await?)
}

async fn view(
    app: &App,
    actor: &Actor,
    (list, code): (&str, &str),
    sent: Option<(&Entry, &Problems)>,
) -> Result<One> {
    let at = app.codes.list(list).iter().position(|c| c.id == code).ok_or(Error::NotFound)?;
    let now = app.codes.list(list).get(at).cloned().ok_or(Error::NotFound)?;
    let history = history(&mut app.read(actor).await?, list, code).await?;
    let mut entry = Entry::default();
    let position = history.first().map_or(at as i64 + 1, |r| r.position);
    entry.set("label", now.label.clone());
    entry.set("position", position.to_string());
    entry.set("retired_on", history.first().and_then(|r| r.retired_on.clone()).unwrap_or_default());
    let none = Problems::default();
    let (entry, bad) = sent.unwrap_or((&entry, &none));
    let form = form().view(entry, bad, &app.codes, &Options::new());
    let error = if bad.is_empty() { "" } else { "エラー：" };
    let page = app.page(actor, format!("{error}選択肢：{}", now.label), "/accounts");
    let title = app.codes.title(list).to_owned();
    Ok(One { page, list: list.to_owned(), title, code: now, history, form })
}

fn list_view(
    app: &App,
    actor: &Actor,
    list: &str,
    sent: Option<(&Entry, &Problems)>,
) -> Result<List> {
    let codes = app.codes.list(list).to_vec();
    if codes.is_empty() {
        return Err(Error::NotFound);
    }
    let mut entry = Entry::default();
    entry.set("position", (codes.len() + 1).to_string());
    let none = Problems::default();
    let (entry, bad) = sent.unwrap_or((&entry, &none));
    let form = new_form().view(entry, bad, &app.codes, &Options::new());
    let title = app.codes.title(list).to_owned();
    let error = if bad.is_empty() { "" } else { "エラー：" };
    let page = app.page(actor, format!("{error}コード表：{title}"), "/accounts");
    Ok(List { page, list: list.to_owned(), title, codes, grows: app.codes.grows(list), form })
}

#[derive(Template)]
#[template(path = "staff/codes.html")]
struct Lists {
    page: Page,
    /// (id, title, how many choices)
    lists: Vec<(String, String, usize)>,
}

#[derive(Template)]
#[template(path = "staff/code_list.html")]
struct List {
    page: Page,
    list: String,
    title: String,
    codes: Vec<crate::codes::Code>,
    grows: bool,
    form: FormView,
}

#[derive(Template)]
#[template(path = "staff/code.html")]
struct One {
    page: Page,
    list: String,
    title: String,
    code: crate::codes::Code,
    history: Vec<Row>,
    form: FormView,
}
