//! The office that keeps the records behind the figures: each by its operation, on its day.

use std::sync::Arc;

use ::programmes::Catalogue;
use kakehashi::access::{Actor, Role};
use kakehashi::applications::{approve, assess, decide, paper, receive, route, see};
use kakehashi::grants::{self, apply, figures, steps};
use kakehashi::indicators::{Figure, bodies, enter, of, report};
use kakehashi::ledger::{award, record};
use kakehashi::programmes::{answers, load};
use kakehashi::staff::account_new;
use kakehashi::store::Tx;
use kakehashi::web::{Config, Entry, Form, Values};
use kakehashi::{args, awards};

use crate::support::{Seat, World};

/// What the papers do not state, as a ward might have set it.
const SETTINGS: &str = "
[backup_power]
ceiling = 200000
devices_a_person = 1
[hospital_short_stay]
days_a_year = 14
yen_a_day = 20000
[day_service_operating_subsidy]
ceiling = 3000000
";

pub const WATCHED: &[(&str, &str)] =
    &[("resident", "yes"), ("at_home", "yes"), ("constant_watch", "yes"), ("medical_care", "no")];

/// The tables and whoever fills them.
pub struct Office {
    pub w: World,
    pub all: Arc<Catalogue>,
    routes: route::Routes,
    papers: paper::Papers,
}

impl Office {
    pub fn new(w: &World) -> Self {
        let city = tempfile::tempdir().unwrap();
        std::fs::create_dir(city.path().join("programmes")).unwrap();
        std::fs::write(city.path().join("programmes/settings.toml"), SETTINGS).unwrap();
        let config = Config { city: Some(city.path().to_owned()), ..(*w.app.config).clone() };
        let (routes, papers) = (route::Routes::of(&w.app), paper::Papers::of(&w.app));
        let (w, all) = (w.clone(), load(&config).unwrap());
        Self { w, all, routes: routes.unwrap(), papers: papers.unwrap() }
    }

    /// An officer on a day.
    fn seated(&self, seat: Seat, on: &str) -> Actor {
        let at = format!("{on}T03:00:00.000Z").parse().unwrap();
        Actor { at, ..self.w.seated(Role::Officer, seat) }
    }

    pub async fn write(&self, on: &str) -> Tx {
        self.w.write(&self.seated(Seat::First, on)).await
    }

    pub fn read(&self, form: &Form, fields: &[(&str, &str)]) -> Values {
        let mut entry = Entry::default();
        for (name, value) in fields {
            entry.set(name, *value);
        }
        form.read(&entry, &self.w.app.codes).unwrap()
    }

    /// The indicator of a programme on a day, if the programme has it.
    pub async fn found(&self, programme: &str, indicator: &str, on: &str) -> Option<Figure> {
        let mut read = self.w.read(&self.seated(Seat::First, "2026-11-20")).await;
        let all = of(&mut read, self.all.find(programme)?, on.parse().unwrap()).await.unwrap();
        all.into_iter().find(|f| f.indicator.id == indicator)
    }

    pub async fn figure(&self, programme: &str, indicator: &str, on: &str) -> Option<i64> {
        let found = self.found(programme, indicator, on).await;
        found.unwrap_or_else(|| panic!("{programme} has no {indicator}")).value
    }

    pub async fn body(&self, programme: &str, kind: &str, on: &str, places: &str) -> String {
        let mut tx = self.write(on).await;
        let v = [("kind", kind), ("name", "どこか"), ("valid_from", on), ("capacity", places)];
        let v = self.read(&bodies::form(), &v);
        let id = bodies::register(&mut tx, &self.all, programme, &v).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    pub async fn count(&self, programme: &str, item: &str, amount: i64, on: &str) {
        let (mut tx, amount) = (self.write(on).await, amount.to_string());
        let v = [("item", item), ("amount", &amount), ("counted_on", on), ("source", "運営事業者")];
        let v = self.read(&report::form(), &v);
        report::report(&mut tx, &self.all, programme, &v).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub async fn enter(&self, programme: &str, fields: &[(&str, &str)], on: &str) {
        let mut tx = self.write(on).await;
        let v = self.read(&enter::form(), fields);
        enter::enter(&mut tx, &self.all, programme, &v).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// One person with what the programme asks confirmed, applied, checked, approved, awarded.
    pub async fn award(&self, programme: &str, facts: &[(&str, &str)], on: &str) -> String {
        let person = self.w.person("実績", "一人").await;
        let known = "update client_names set valid_from = '2020-01-01' where client_id = $1";
        self.w.exec(known, args![person.id]).await;
        let mut tx = self.write(on).await;
        for (fact, value) in facts {
            let asked = answers::asked(&self.all, fact).unwrap();
            let v = self.read(&answers::form(asked.info), &[("value", value), ("from", on)]);
            answers::confirm(&mut tx, &person.id, &asked, &v).await.unwrap();
        }
        let wanted = [("programme", programme), ("applied_by", "母"), ("applied_on", on)];
        let v = self.read(&receive::form(), &wanted);
        let programme = self.all.find(programme).unwrap();
        let asking = receive::Asking { programme, kind: "new", renews: None };
        let id = receive::receive(&mut tx, &person.id, &asking, &v).await.unwrap();
        let a = see(&mut tx, &id).await.unwrap();
        let v = self.read(&assess::form(), &[("proposal", "award")]);
        assess::assess(&mut tx, &self.all, &a, &v).await.unwrap();
        let paper = [("answer", "approved"), ("how", "paper"), ("approver", "課長")];
        let v = self.read(&approve::form(), &paper);
        approve::approve(&mut tx, &self.routes, &programme.office, &id, &v).await.unwrap();
        let v = self.read(&decide::form(), &[("addressee", "母"), ("decided_on", on)]);
        let desk = decide::Desk { all: &self.all, routes: &self.routes, papers: &self.papers };
        let decision = decide::decide(&mut tx, &desk, &id, &v).await.unwrap();
        tx.commit().await.unwrap();
        decision
    }

    pub async fn end(&self, award: &str, on: &str) {
        let mut tx = self.write(on).await;
        let v = self.read(&awards::end::form(), &[("ended_on", on), ("end_reason", "転居")]);
        awards::end::end(&mut tx, award, &v).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// A use of an award, in the ledger.
    pub async fn used(&self, decision: &str, fields: &[(&str, &str)], on: &str) -> String {
        let mut tx = self.write(on).await;
        let award = award::see(&mut tx, decision).await.unwrap();
        let v = self.read(&record::form(), &[fields, &[("on", on)]].concat());
        let id = record::record(&mut tx, &self.all, &award, &v).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// A body asks for money; somebody else decides.
    pub async fn granted(&self, programme: &str, body: &str, answers: &[(&str, &str)], on: &str) {
        let mut tx = self.write(on).await;
        let asked = [("programme", programme), ("body", body), ("year_of", on)];
        let asked = [&asked[..], &[("applied_on", on), ("requested", "500000")]].concat();
        let v = self.read(&apply::form(), &asked);
        let id = apply::apply(&mut tx, &self.all, &v).await.unwrap();
        for (question, answer) in answers {
            let v = [("question", *question), ("answer", *answer)];
            let v = self.read(&apply::answer_form(), &v);
            apply::answer(&mut tx, &self.all, &id, &v).await.unwrap();
        }
        tx.commit().await.unwrap();
        let mut tx = self.w.write(&self.seated(Seat::Second, on)).await;
        let grant = grants::see(&mut tx, &id).await.unwrap();
        let figures = figures::figures(&mut tx, &self.all, &grant).await.unwrap();
        // Nothing was decided before.
        let standing =
            steps::Standing { grant: &grant, sums: Default::default(), figures: &figures };
        let office = &self.all.find(programme).unwrap().office;
        let number = self.routes.next_number(&mut tx, office).await.unwrap();
        let v = [("kind", "decision"), ("done_on", on), ("yen", "500000")];
        let v = self.read(&steps::form(), &v);
        steps::take(&mut tx, &standing, &number, &v).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Somebody begins as a coordinator; their account.
    pub async fn coordinator(&self, login: &str, on: &str) -> String {
        let mut tx = self.write(on).await;
        let office = self.w.actor(Role::Coordinator).organisation_id;
        let v = [("name", "調整 一人"), ("login", login), ("organisation", office.as_str())];
        let v = [&v[..], &[("role", "coordinator"), ("valid_from", on)]].concat();
        let id = account_new::create(&mut tx, &self.read(&account_new::form(), &v)).await.unwrap();
        tx.commit().await.unwrap();
        id
    }
}
