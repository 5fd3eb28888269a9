//! 目安: the numbers the region decides for itself.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};

use super::form::{Around, answer};
use super::settings::{self, FELT_LIMIT, STALLED_DAYS};
use crate::access::Actor;
use crate::store::Tx;
use crate::web::form::{Field, Form, Kind, Options, Problems};
use crate::web::{App, Entry, Error, Result, Submitted, Values};

pub async fn get(State(app): State<App>, actor: Actor) -> Result<Response> {
    let mut read = app.read(&actor).await?;
    let mut entry = Entry::default();
    for setting in [FELT_LIMIT, STALLED_DAYS] {
        entry.set(setting.key, settings::number(&mut read, setting).await?.to_string());
    }
    show(&app, &actor, (&entry, &Problems::default()))
}

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match save(&app, &actor, &entry).await {
        Ok(()) => Ok(Redirect::to("/assignments?done=set").into_response()),
        Err(Error::Refused(bad)) => show(&app, &actor, (&entry, &bad)),
        Err(e) => Err(e),
    }
}

pub fn form() -> Form {
    let cases = Kind::Number { min: 1, max: 50, unit: "件" };
    let days = Kind::Number { min: 7, max: 730, unit: "日" };
    Form::new(
        "assignment-settings",
        "担当の目安",
        vec![
            Field::new("felt_limit", "一人が担当できる件数の目安", cases)
                .required()
                .help("人ごとに別の目安を登録しているときは、そちらを使います。"),
            Field::new("stalled_days", "動きがないと知らせるまでの日数", days)
                .required()
                .help("相談も支援経過もないまま、この日数がたった担当を「きょう」に出します。"),
        ],
    )
}

pub async fn limits(tx: &mut Tx, v: &Values) -> Result<()> {
    for setting in [FELT_LIMIT, STALLED_DAYS] {
        if let Some(value) = v.int(setting.key) {
            settings::set(tx, setting, value).await?;
        }
    }
    Ok(())
}

async fn save(app: &App, actor: &Actor, entry: &Entry) -> Result<()> {
    let v = form().read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    limits(&mut tx, &v).await?;
    Ok(tx.commit().await?)
}

fn show(app: &App, actor: &Actor, (entry, bad): (&Entry, &Problems)) -> Result<Response> {
    let form = form().view(entry, bad, &app.codes, &Options::new());
    let around = Around {
        crumbs: vec![("/assignments".into(), "担当".into())],
        lines: vec![
            "目安の初めの値は一人3件です（品川区 子ども支援部会 令和7年5月「相談員１人で３人くらいが限界」）。".into(),
        ],
        action: "/assignments/settings".into(),
        button: "目安を変える",
        ..Around::default()
    };
    answer(app, actor, form, around)
}
