//! 設定の画面: every number the region decides for itself, what counts today, what is to come, and
//! who changed what and why. `settings.toml` describes them; nothing is ever overwritten.

use std::sync::OnceLock;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use civil::Date;
use serde::Deserialize;

use super::settings;
use crate::access::Actor;
use crate::args;
use crate::store::{FromRow, Read, Tx};
use crate::web::{
    App, Entry, Error, Field, Form, FormView, Kind, Options, Page, Problems, Result, Submitted,
    Values, page, refused, said,
};

pub async fn get(State(app): State<App>, actor: Actor) -> Result<Response> {
    let mut read = app.read(&actor).await?;
    let mut all = vec![];
    for about in known() {
        all.push(Shown { about, rows: history(&mut read, about).await? });
    }
    page(Settings { page: app.page(&actor, "設定", "/accounts"), all, today: actor.today() })
}

pub async fn one(
    State(app): State<App>,
    actor: Actor,
    Path(key): Path<String>,
) -> Result<Response> {
    page(view(&app, &actor, &key, &Entry::default(), &Problems::default()).await?)
}

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path(key): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match save(&app, &actor, &key, &entry).await {
        Ok(()) => Ok(Redirect::to(&format!("/settings/{key}")).into_response()),
        Err(Error::Refused(bad)) => refused(view(&app, &actor, &key, &entry, &bad).await?),
        Err(e) => Err(e),
    }
}

/// 設定の説明. A block of `settings.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    pub key: String,
    pub title: String,
    pub unit: String,
    pub min: i64,
    pub max: i64,
    pub default: i64,
    pub about: String,
    pub source: String,
}

#[derive(Deserialize)]
struct File {
    setting: Vec<About>,
}

static KNOWN: OnceLock<Vec<About>> = OnceLock::new();

/// In the order of the file.
pub fn known() -> &'static [About] {
    let read = || toml::from_str::<File>(include_str!("settings.toml")).map(|f| f.setting);
    KNOWN.get_or_init(|| read().unwrap_or_default())
}

fn find(key: &str) -> Result<&'static About> {
    known().iter().find(|a| a.key == key).ok_or(Error::NotFound)
}

/// The limits and the unit are the setting's own.
pub fn form(about: &'static About) -> Form {
    let value = Kind::Number { min: about.min, max: about.max, unit: &about.unit };
    let fields = vec![
        Field::new("value", "新しい値", value).required(),
        Field::new("from", "いつから", Kind::Date)
            .help("空けておくときょうからになります。先の日付も入れられます。"),
        Field::new("why", "変える理由", Kind::Text(200))
            .required()
            .help("例：令和8年度第2回協議会で決めた"),
    ];
    Form::new("setting", "設定を変える", fields)
}

/// From the day on the new value counts; what was decided by the old one stays as it was.
pub async fn change(tx: &mut Tx, key: &str, v: &Values) -> Result<()> {
    let today = tx.actor.today();
    let from = v.date("from").unwrap_or(today);
    if from < today {
        let why = "過ぎた日からは変えられません。きょうか、先の日付にしてください";
        return Err(Error::refused("from", why));
    }
    let value = v.int("value").ok_or(Error::NotFound)?;
    settings::set_from(tx, key, value, (from, v.text("why"))).await
}

async fn save(app: &App, actor: &Actor, key: &str, entry: &Entry) -> Result<()> {
    let v = form(find(key)?).read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    change(&mut tx, key, &v).await?;
    Ok(tx.commit().await?)
}

/// 設定の履歴の一行.
#[derive(Debug, FromRow)]
struct Row {
    value: String,
    valid_from: Option<String>,
    reason: String,
    recorded_at: String,
    by: Option<String>,
}

impl Row {
    fn day(&self) -> Option<Date> {
        self.valid_from.as_deref()?.parse().ok()
    }

    fn from(&self) -> String {
        self.day().map_or_else(|| "はじめから".to_owned(), civil::format_era)
    }

    fn set(&self) -> String {
        format!("{}　{}", said::moment(&self.recorded_at), self.by.as_deref().unwrap_or_default())
    }
}

/// The order in which they count: the first whose day has come is today's.
async fn history(read: &mut Read, about: &About) -> Result<Vec<Row>> {
    Ok(read
        .all(
            "select s.value, s.valid_from, s.reason, s.recorded_at, a.name as by from settings s
             left join accounts a on a.id = s.recorded_by where s.key = $1
             order by coalesce(s.valid_from, '') desc, s.recorded_at desc, s.id desc",
            args![about.key],
        )
        .await?)
}

/// 設定の一件と、その履歴.
struct Shown {
    about: &'static About,
    rows: Vec<Row>,
}

impl Shown {
    fn said(&self, value: &str) -> String {
        format!("{value}{}", self.about.unit)
    }

    fn current(&self, today: &Date) -> Option<&Row> {
        self.rows.iter().find(|r| r.day().is_none_or(|d| d <= *today))
    }

    fn now(&self, today: &Date) -> String {
        let value = self.current(today).map(|r| r.value.clone());
        self.said(&value.unwrap_or_else(|| self.about.default.to_string()))
    }

    /// What will count from a later day.
    fn coming(&self, today: &Date) -> Vec<String> {
        let later = self.rows.iter().filter(|r| r.day().is_some_and(|d| d > *today));
        later.map(|r| format!("{}から {}", r.from(), self.said(&r.value))).collect()
    }
}

async fn view(
    app: &App,
    actor: &Actor,
    key: &str,
    entry: &Entry,
    bad: &Problems,
) -> Result<SettingPage> {
    let about = find(key)?;
    let rows = history(&mut app.read(actor).await?, about).await?;
    let form = form(about).view(entry, bad, &app.codes, &Options::new());
    let error = if bad.is_empty() { "" } else { "エラー：" };
    let page = app.page(actor, format!("{error}設定：{}", about.title), "/accounts");
    Ok(SettingPage { page, s: Shown { about, rows }, form, today: actor.today() })
}

#[derive(Template)]
#[template(path = "staff/settings.html")]
struct Settings {
    page: Page,
    all: Vec<Shown>,
    today: Date,
}

#[derive(Template)]
#[template(path = "staff/setting.html")]
struct SettingPage {
    page: Page,
    s: Shown,
    form: FormView,
    today: Date,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_described_and_its_default_is_allowed() {
        let file: File = toml::from_str(include_str!("settings.toml")).unwrap();
        assert!(file.setting.len() > 4);
        for a in &file.setting {
            assert!(a.min <= a.default && a.default <= a.max, "{}", a.key);
            assert!(!a.about.is_empty() && !a.source.is_empty(), "{}", a.key);
        }
    }
}
