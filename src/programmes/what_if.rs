//! もし: a draft of a programme's file against today's people and this year's uses: who gains, who
//! loses, what it costs whom. Nothing is recorded but that somebody looked.

use std::collections::BTreeMap;
use std::sync::Arc;

use ::programmes::{Catalogue, Held, Known, Outcome, Programme, Refusal, Use};
use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use civil::{Date, FiscalYear, Yen};

use super::facts::{self, Person};
use crate::access::Actor;
use crate::audit::Event;
use crate::store::{FromRow, Read};
use crate::web::{
    App, Entry, Error, Field, Form, FormView, Kind, Options, Page, Problems, Result, Upload, page,
    refused,
};
use crate::{args, visible};

type All = Extension<Arc<Catalogue>>;

pub async fn get(State(app): State<App>, Extension(all): All, actor: Actor) -> Result<Response> {
    page(view(&app, &all, &actor, (&Entry::default(), &Problems::default()), None))
}

pub async fn post(
    State(app): State<App>,
    Extension(all): All,
    actor: Actor,
    sent: Upload,
) -> Result<Response> {
    match compare(&app, &all, &actor, &sent).await {
        Ok(told) => {
            let none = Problems::default();
            page(view(&app, &all, &actor, (&sent.entry, &none), Some(told)))
        }
        Err(e) => refused(view(&app, &all, &actor, (&sent.entry, &e.problems()?), None)),
    }
}

pub fn form() -> Form {
    let fields = vec![
        Field::new("programme", "どの事業の案か", Kind::Record).required(),
        Field::new("on", "いつの規則として試すか", Kind::Date)
            .help("空けておくときょうの規則として試します。"),
    ];
    Form::new("what-if", "規則の案を試す", fields)
}

/// 案の影響.
pub struct Told {
    programme: String,
    day: String,
    people: usize,
    gains: usize,
    loses: usize,
    open: usize,
    now: usize,
    then: usize,
    uses: usize,
    refused: Vec<(String, usize)>,
    payers: Vec<Payer>,
}

/// だれがいくら.
struct Payer {
    name: String,
    now: i64,
    then: i64,
}

impl Payer {
    fn now(&self) -> Yen {
        Yen(self.now)
    }

    fn then(&self) -> Yen {
        Yen(self.then)
    }

    fn change(&self) -> String {
        let change = self.then - self.now;
        if change > 0 { format!("+{}", Yen(change)) } else { Yen(change).to_string() }
    }
}

async fn compare(app: &App, all: &Catalogue, actor: &Actor, sent: &Upload) -> Result<Told> {
    let values = form().read(&sent.entry, &app.codes)?;
    let programme = all.find(values.text("programme")).ok_or_else(|| {
        Error::refused("programme", "事業を、画面にあるものから選び直してください")
    })?;
    let text = std::str::from_utf8(&sent.bytes).ok().filter(|text| !text.trim().is_empty());
    let text =
        text.ok_or_else(|| Error::refused("", "事業のファイル（.toml、UTF-8）を選んでください"))?;
    let draft = all.draft(&programme.id, text);
    let draft = draft.map_err(|problem| Error::refused("", problem.to_string()))?;
    let on = values.date("on").unwrap_or_else(|| actor.today());
    let mut read = app.read(actor).await?;
    let people = facts::of_all(&mut read, all, on).await?;
    let uses = uses(&mut read, &programme.id, on).await?;
    drop(read);
    app.viewed(actor, Event::new("view", "what_if", &programme.id)).await?;
    Ok(told(all, (programme, &draft), &people, &uses, on))
}

/// この年度の利用.
#[derive(FromRow)]
struct Used {
    client_id: String,
    item: String,
    used_on: String,
    quantity: i64,
    venue: Option<String>,
    done_by: Option<String>,
    purpose: Option<String>,
    share_of: Option<String>,
    price: i64,
}

impl Used {
    fn read(&self) -> Option<Use> {
        Some(Use {
            item: self.item.clone(),
            on: self.used_on.parse().ok()?,
            quantity: self.quantity,
            venue: self.venue.clone(),
            by: self.done_by.clone(),
            purpose: self.purpose.clone(),
            of: self.share_of.clone(),
            invoiced: (self.price > 0).then_some(self.price),
            ..Use::default()
        })
    }
}

async fn uses(read: &mut Read, programme: &str, on: Date) -> Result<Vec<Used>> {
    let year = FiscalYear::of(on.min(read.actor.today())).range();
    let rows = read
        .see_all(
            concat!(
                "select d.client_id, e.item, e.used_on, e.quantity, e.venue, e.done_by, e.purpose,
                   e.share_of, e.price
                 from ledger_entries e join decisions d on d.id = e.decision_id
                 where d.controller_id = $2 and d.programme = $6 and e.kind = 'usage'
                   and e.used_on >= $7 and e.used_on < $8
                   and not exists (select 1 from ledger_entries r where r.reverses_id = e.id)
                   and ",
                visible!("d.client_id", "plan"),
                " order by e.used_on, e.id"
            ),
            args![programme, year.start, year.end],
        )
        .await?;
    Ok(rows)
}

fn told(
    all: &Catalogue,
    (now, draft): (&Programme, &Programme),
    people: &BTreeMap<String, Person>,
    uses: &[Used],
    on: Date,
) -> Told {
    let outcome = |p: &Programme, person: &Person| match p.version_on(on) {
        Some(version) => version.outcome(&person.known(all, p)),
        None => Outcome::NotInForce,
    };
    let pairs: Vec<(Outcome, Outcome)> =
        people.values().map(|p| (outcome(now, p), outcome(draft, p))).collect();
    let count =
        |test: &dyn Fn(&(Outcome, Outcome)) -> bool| pairs.iter().filter(|pair| test(pair)).count();
    let yes = Outcome::Eligible;
    let mut out = Told {
        programme: now.short.clone(),
        day: civil::format_both(on),
        people: people.len(),
        gains: count(&|p| p.0 != yes && p.1 == yes),
        loses: count(&|p| p.0 == yes && p.1 != yes),
        open: count(&|p| p.1 == Outcome::Undetermined),
        now: count(&|p| p.0 == yes),
        then: count(&|p| p.1 == yes),
        uses: uses.len(),
        refused: Vec::new(),
        payers: Vec::new(),
    };
    let mut refusals: BTreeMap<String, usize> = BTreeMap::new();
    for used in uses {
        let (Some(person), Some(wanted)) = (people.get(&used.client_id), used.read()) else {
            continue;
        };
        let held = Held { from: FiscalYear::of(wanted.on).range().start, until: None };
        // What today's rules refuse was allowed when it was used: it costs nothing here.
        let _ = add(&mut out, now, &person.known(all, now), &wanted, held, false);
        let told = add(&mut out, draft, &person.known(all, draft), &wanted, held, true);
        if let Err(refusal) = told {
            *refusals.entry(refusal.message).or_default() += 1;
        }
    }
    out.refused = refusals.into_iter().collect();
    out
}

/// Adds who pays what of one use, under the rules of now or of the draft.
fn add(
    out: &mut Told,
    programme: &Programme,
    known: &Known,
    wanted: &Use,
    held: Held,
    then: bool,
) -> std::result::Result<(), Refusal> {
    let priced = programme.price(known, wanted, held)?;
    for payment in priced.charge.payments {
        let name = programme.word(&payment.payer).to_owned();
        let at = out.payers.iter().position(|p| p.name == name).unwrap_or(out.payers.len());
        if at == out.payers.len() {
            out.payers.push(Payer { name, now: 0, then: 0 });
        }
        let payer = &mut out.payers[at];
        *(if then { &mut payer.then } else { &mut payer.now }) += payment.yen;
    }
    Ok(())
}

fn view(
    app: &App,
    all: &Catalogue,
    actor: &Actor,
    (entry, bad): (&Entry, &Problems),
    told: Option<Told>,
) -> WhatIfPage {
    let choices = all.programmes.iter().map(|p| (p.id.clone(), p.name.clone())).collect();
    let title =
        if bad.is_empty() { "規則の案を試す" } else { "エラー：規則の案を試す" };
    WhatIfPage {
        page: app.page(actor, title, "/applications"),
        form: form().view(entry, bad, &app.codes, &Options::from([("programme", choices)])),
        told,
    }
}

#[derive(Template)]
#[template(path = "programmes/what_if.html")]
struct WhatIfPage {
    page: Page,
    form: FormView,
    told: Option<Told>,
}
