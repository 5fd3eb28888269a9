//! 医療的ケア判定スコア: the judgement that counts on a day, line by line with its reason, and the
//! judgements before it.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use care_score::{Answers, Day, Judge, Judgement, Score, Table, Watch};
use civil::Date;
use serde::Deserialize;

use super::who::{Who, era, who};
use crate::access::Actor;
use crate::audit::Event;
use crate::store::{FromRow, Read};
use crate::visible;
use crate::web::{App, Page, Result, page};

pub async fn get(
    State(app): State<App>,
    actor: Actor,
    Path(number): Path<String>,
    Query(asked): Query<AsOf>,
) -> Result<Response> {
    let shown = look(&app, &actor, &number, &asked).await?;
    let client = &shown.who.summary.id;
    app.viewed(&actor, Event::new("view", "care_score", client).about(client)).await?;
    page(shown)
}

/// 基準日. `?on=` in any notation; what cannot be read is today.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct AsOf {
    pub on: String,
    /// The number that led here, of a record that was merged into this one.
    pub was: String,
}

impl AsOf {
    pub fn day(&self, today: Date) -> Date {
        civil::parse_date(self.on.trim()).unwrap_or(today)
    }
}

/// 判定. One stored judgement, scored again by the table so that every line has its reason.
#[derive(Clone, Debug)]
pub struct Judged {
    pub row: Stored,
    pub score: Option<Score>,
    /// (code of the row, level of the watch)
    pub chosen: Vec<(String, Option<String>)>,
}

/// 判定の行.
#[derive(Clone, Debug, FromRow)]
pub struct Stored {
    pub id: String,
    pub base_judged_by: String,
    pub base_judged_on: String,
    pub base_judge: String,
    pub watch_judged_on: Option<String>,
    pub watch_judge: Option<String>,
    pub base_points: i64,
    pub watch_points: i64,
    pub band: Option<i64>,
    pub valid_from: String,
    pub valid_until: Option<String>,
    pub recorded_at: String,
    pub recorded_by: Option<String>,
    pub voided_at: Option<String>,
    pub void_reason: Option<String>,
    /// `code:watch,code:watch`
    chosen: Option<String>,
}

macro_rules! columns {
    () => {
        "s.id, s.base_judged_by, s.base_judged_on, s.base_judge, s.watch_judged_on, s.watch_judge, \
         s.base_points, s.watch_points, s.band, s.valid_from, s.valid_until, s.recorded_at, \
         (select a.name from accounts a where a.id = s.recorded_by) as recorded_by, s.voided_at, \
         s.void_reason, (select string_agg(r.code || ':' || coalesce(r.watch, ''), ',') \
          from care_score_rows r where r.care_score_id = s.id) as chosen"
    };
}

/// As many columns as `branch` has.
pub(super) const WIDTH: usize = 16;

/// The judgement that counts on `$7` as text, for the statement that reads the whole folder and
/// says itself who may see care; one counts at a time, and the last of several is taken.
pub(super) fn branch() -> (Vec<String>, &'static str) {
    let columns = [
        "s.id",
        "s.valid_from",
        "s.valid_until",
        "s.recorded_at",
        "s.base_judged_by",
        "s.base_judged_on",
        "s.base_judge",
        "s.watch_judged_on",
        "s.watch_judge",
        "cast(s.base_points as text)",
        "cast(s.watch_points as text)",
        "cast(s.band as text)",
        "(select a.name from accounts a where a.id = s.recorded_by)",
        "s.voided_at",
        "s.void_reason",
        "(select string_agg(r.code || ':' || coalesce(r.watch, ''), ',') \
          from care_score_rows r where r.care_score_id = s.id)",
    ];
    let from = "from care_scores s where s.client_id = $6 and s.voided_at is null
           and s.valid_from <= $7 and (s.valid_until is null or s.valid_until > $7)";
    (columns.map(str::to_owned).into(), from)
}

/// The judgement that counts on a day, where the actor may see care.
pub async fn judged_on(read: &mut Read, client_id: &str, on: Date) -> Result<Option<Judged>> {
    let row: Option<Stored> = read
        .see_maybe(
            concat!(
                "select ",
                columns!(),
                " from care_scores s where s.client_id = $6 and s.voided_at is null
                   and s.valid_from <= $7 and (s.valid_until is null or s.valid_until > $7) and ",
                visible!("s.client_id", "care"),
                " order by s.valid_from desc limit 1"
            ),
            crate::args![client_id, on],
        )
        .await?;
    Ok(row.map(scored))
}

/// One judgement of a person, to be corrected.
pub async fn one(read: &mut Read, client_id: &str, id: &str) -> Result<Option<Judged>> {
    let row: Option<Stored> = read
        .see_maybe(
            concat!(
                "select ",
                columns!(),
                " from care_scores s where s.client_id = $6 and s.id = $7
                   and s.voided_at is null and ",
                visible!("s.client_id", "care")
            ),
            crate::args![client_id, id],
        )
        .await?;
    Ok(row.map(scored))
}

/// All judgements, the newest first, with those that were corrected.
pub async fn history(read: &mut Read, client_id: &str) -> Result<Vec<Stored>> {
    let rows = read
        .see_all(
            concat!(
                "select ",
                columns!(),
                " from care_scores s where s.client_id = $6 and ",
                visible!("s.client_id", "care"),
                " order by s.valid_from desc, s.recorded_at desc"
            ),
            crate::args![client_id],
        )
        .await?;
    Ok(rows)
}

pub(super) fn scored(row: Stored) -> Judged {
    let chosen = row.chosen();
    let score = row.base().and_then(|base| {
        let answers = Answers::new(base, row.watch());
        let answers = chosen.iter().fold(answers, |answers, (code, watch)| {
            answers.with(code, watch.as_deref().and_then(watch_of))
        });
        care_score::score(Table::official().ok()?, &answers).ok()
    });
    Judged { row, score, chosen }
}

pub(super) fn watch_of(code: &str) -> Option<Watch> {
    Some(match code {
        "high" => Watch::High,
        "mid" => Watch::Mid,
        "yes" => Watch::Yes,
        "low" => Watch::Low,
        _ => return None,
    })
}

pub(super) fn watch_code(watch: Watch) -> &'static str {
    match watch {
        Watch::High => "high",
        Watch::Mid => "mid",
        Watch::Yes => "yes",
        Watch::Low => "low",
    }
}

impl Stored {
    /// From the values of [`branch`].
    pub(super) fn from_texts(values: Vec<Option<String>>) -> Self {
        let mut values = values.into_iter();
        let mut next = move || values.next().flatten();
        let number = |text: Option<String>| text.and_then(|t| t.parse::<i64>().ok());
        Self {
            id: next().unwrap_or_default(),
            valid_from: next().unwrap_or_default(),
            valid_until: next(),
            recorded_at: next().unwrap_or_default(),
            base_judged_by: next().unwrap_or_default(),
            base_judged_on: next().unwrap_or_default(),
            base_judge: next().unwrap_or_default(),
            watch_judged_on: next(),
            watch_judge: next(),
            base_points: number(next()).unwrap_or_default(),
            watch_points: number(next()).unwrap_or_default(),
            band: number(next()),
            recorded_by: next(),
            voided_at: next(),
            void_reason: next(),
            chosen: next(),
        }
    }

    fn chosen(&self) -> Vec<(String, Option<String>)> {
        let all = self.chosen.as_deref().unwrap_or_default().split(',');
        let one = |row: &str| {
            let (code, watch) = row.split_once(':')?;
            Some((code.to_owned(), (!watch.is_empty()).then(|| watch.to_owned())))
        };
        all.filter_map(one).collect()
    }

    fn base(&self) -> Option<Judgement> {
        let judged_by = match self.base_judged_by.as_str() {
            "physician" => Judge::Physician,
            _ => Judge::Facility,
        };
        judgement(judged_by, &self.base_judged_on, &self.base_judge)
    }

    fn watch(&self) -> Option<Judgement> {
        let on = self.watch_judged_on.as_deref()?;
        judgement(Judge::Physician, on, self.watch_judge.as_deref().unwrap_or_default())
    }

    pub fn total(&self) -> i64 {
        self.base_points + self.watch_points
    }

    pub fn band(&self) -> String {
        self.band.map_or_else(|| "区分なし".to_owned(), |b| format!("区分{b}"))
    }

    pub fn period(&self) -> String {
        let until = self.valid_until.as_deref().map(|d| format!("{}の前日まで", era(d)));
        format!("{}から{}", era(&self.valid_from), until.unwrap_or_default())
    }

    /// 「基本 医師 山川（令和8年4月10日）・見守り ...」.
    pub fn judges(&self) -> String {
        let by = if self.base_judged_by == "physician" { "医師" } else { "事業所" };
        let base = format!("基本 {by} {}（{}）", self.base_judge, era(&self.base_judged_on));
        match (&self.watch_judge, &self.watch_judged_on) {
            (Some(who), Some(on)) => format!("{base}、見守り 医師 {who}（{}）", era(on)),
            _ => format!("{base}、見守りは未判定"),
        }
    }
}

/// A stored day always reads; without one there is nothing to score again.
fn judgement(judged_by: Judge, on: &str, name: &str) -> Option<Judgement> {
    Some(Judgement { judged_by, judged_on: Day::read(on)?, name: name.to_owned() })
}

impl Judged {
    /// The bands of the table say how many nurses.
    pub fn nurses(&self) -> String {
        let band = self.score.as_ref().and_then(|s| s.band.clone());
        band.map_or_else(String::new, |b| format!("看護職員 {}", b.nurses))
    }
}

async fn look(app: &App, actor: &Actor, number: &str, asked: &AsOf) -> Result<CareScore> {
    let mut read = app.read(actor).await?;
    let who = who(app, &mut read, number, "/clients/{number}/care-score").await?;
    let on = asked.day(actor.today());
    let judged = judged_on(&mut read, &who.summary.id, on).await?;
    let history = history(&mut read, &who.summary.id).await?;
    Ok(view(app, actor, who, on, judged, history))
}

fn view(
    app: &App,
    actor: &Actor,
    who: Who,
    on: Date,
    judged: Option<Judged>,
    history: Vec<Stored>,
) -> CareScore {
    let may_judge = app.access.allows(actor.role, "POST", "/clients/{number}/care-score/new");
    CareScore {
        page: app.page(actor, format!("医療的ケアとスコア {}", who.number), "/clients"),
        who,
        on: civil::format_era(on),
        past: on != actor.today(),
        judged,
        history,
        may_judge,
    }
}

#[derive(Template)]
#[template(path = "clients/care_score.html")]
struct CareScore {
    page: Page,
    who: Who,
    on: String,
    past: bool,
    judged: Option<Judged>,
    history: Vec<Stored>,
    may_judge: bool,
}
