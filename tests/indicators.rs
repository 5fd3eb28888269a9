//! 実績の指標: the figures a ward published for its initiatives (fiscal 2023 to 2025), from records made
//! by operations, as of each day; entered ones say who entered them.

use std::sync::Arc;

use ::programmes::Catalogue;
use kakehashi::access::{Actor, Role};
use kakehashi::applications::{approve, assess, decide, paper, receive, route, see};
use kakehashi::indicators::{bodies, enter, of, report};
use kakehashi::programmes::{answers, load};
use kakehashi::store::Tx;
use kakehashi::web::{Entry, Form, Values};

use crate::support::World;

/// The tables and whoever fills them.
struct Office {
    w: World,
    all: Arc<Catalogue>,
    routes: route::Routes,
    papers: paper::Papers,
}

impl Office {
    fn new(w: &World) -> Self {
        let (routes, papers) = (route::Routes::of(&w.app), paper::Papers::of(&w.app));
        let (w, all) = (w.clone(), load(&w.app.config).unwrap());
        Self { w, all, routes: routes.unwrap(), papers: papers.unwrap() }
    }

    /// The officer on a day.
    fn officer(&self, on: &str) -> Actor {
        let at = format!("{on}T03:00:00.000Z").parse().unwrap();
        Actor { at, ..self.w.actor(Role::Officer) }
    }

    fn read(&self, form: &Form, fields: &[(&str, &str)]) -> Values {
        let mut entry = Entry::default();
        for (name, value) in fields {
            entry.set(name, *value);
        }
        form.read(&entry, &self.w.app.codes).unwrap()
    }

    async fn figure(&self, programme: &str, indicator: &str, on: &str) -> Option<i64> {
        let mut read = self.w.read(&self.officer("2026-11-20")).await;
        let programme = self.all.find(programme).unwrap();
        let all = of(&mut read, programme, on.parse().unwrap()).await.unwrap();
        let found = all.into_iter().find(|f| f.indicator.id == indicator);
        found.unwrap_or_else(|| panic!("{} has no {indicator}", programme.id)).value
    }

    async fn body(&self, programme: &str, kind: &str, name: &str, on: &str, places: &str) {
        let mut tx = self.w.write(&self.officer(on)).await;
        let v = [("kind", kind), ("name", name), ("valid_from", on), ("capacity", places)];
        let v = self.read(&bodies::form(), &v);
        bodies::register(&mut tx, &self.all, programme, &v).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn count(&self, item: &str, amount: &str, on: &str) {
        let mut tx = self.w.write(&self.officer(on)).await;
        let v = [("item", item), ("amount", amount), ("counted_on", on), ("source", "運営事業者")];
        let v = self.read(&report::form(), &v);
        report::report(&mut tx, &self.all, "inclusive_playground", &v).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// One person with what the programme asks confirmed, applied, checked, approved, awarded.
    async fn award(&self, programme: &str, facts: &[(&str, &str)], on: &str) -> String {
        let person = self.w.person("実績", "一人").await;
        let known = "update client_names set valid_from = '2020-01-01' where client_id = $1";
        self.w.exec(known, kakehashi::args![person.id]).await;
        let mut tx = self.w.write(&self.officer(on)).await;
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
        self.approved(&mut tx, &id, &programme.office).await;
        let v = self.read(&decide::form(), &[("addressee", "母"), ("decided_on", on)]);
        let desk = decide::Desk { all: &self.all, routes: &self.routes, papers: &self.papers };
        let decision = decide::decide(&mut tx, &desk, &id, &v).await.unwrap();
        tx.commit().await.unwrap();
        decision
    }

    async fn approved(&self, tx: &mut Tx, id: &str, office: &str) {
        let paper = [("answer", "approved"), ("how", "paper"), ("approver", "課長")];
        let v = self.read(&approve::form(), &paper);
        approve::approve(tx, &self.routes, office, id, &v).await.unwrap();
    }
}

const WATCHED: &[(&str, &str)] =
    &[("resident", "yes"), ("at_home", "yes"), ("constant_watch", "yes"), ("medical_care", "no")];

both! {
    async fn contracts_offices_and_places_stand_as_published(w: World) {
        let o = Office::new(&w);
        let respite = "home_respite";
        for n in 0..23 {
            let on = if n < 20 { "2023-04-01" } else { "2025-04-01" };
            o.body(respite, "訪問看護ステーション", &format!("訪問看護{n}"), on, "").await;
        }
        for n in 0..3 {
            o.body(respite, "居宅介護支援事業所", &format!("支援{n}"), "2023-04-01", "").await;
        }
        for (programme, name, on) in [
            ("child_development_support", "児発一", "2017-04-01"),
            ("child_development_support", "児発二", "2022-04-01"),
            ("after_school_day_service", "放デイ一", "2019-04-01"),
            ("after_school_day_service", "放デイ二", "2019-10-01"),
            ("after_school_day_service", "放デイ三", "2025-04-01"),
            ("after_school_day_service", "放デイ四", "2025-05-01"),
        ] {
            o.body(programme, programme, name, on, "").await;
        }
        o.body("severe_disability_day_care", "事業所", "通所", "2012-06-01", "6").await;
        for (programme, indicator, on, published) in [
            (respite, "stations", "2024-03-31", 20),
            (respite, "stations", "2025-09-30", 23),
            (respite, "care_management", "2024-03-31", 3),
            (respite, "care_management", "2025-09-30", 3),
            ("child_development_support", "offices", "2024-03-31", 2),
            ("child_development_support", "offices", "2025-09-30", 2),
            ("after_school_day_service", "offices", "2024-03-31", 2),
            ("after_school_day_service", "offices", "2025-09-30", 4),
            ("severe_disability_day_care", "capacity", "2024-03-31", 6),
            ("severe_disability_day_care", "capacity", "2025-09-30", 6),
        ] {
            let found = o.figure(programme, indicator, on).await;
            assert_eq!(found, Some(published), "{programme} {indicator} {on}");
        }
    }

    async fn households_include_the_earlier_and_visitors_are_another_count(w: World) {
        let o = Office::new(&w);
        o.count("households", "262", "2023-10-31").await;
        o.count("households", "40", "2024-02-29").await;
        o.count("visitors", "3659", "2025-03-31").await;
        o.count("visitors", "2412", "2025-09-30").await;
        let figure = |what: &'static str, on: &'static str| {
            let o = &o;
            async move { o.figure("inclusive_playground", what, on).await }
        };
        assert_eq!(figure("households", "2023-10-31").await, Some(262));
        assert_eq!(figure("households", "2024-02-29").await, Some(302), "the 302 include the 262");
        assert_eq!(figure("visitors", "2025-03-31").await, Some(3_659));
        assert_eq!(figure("visitors", "2025-09-30").await, Some(2_412), "a new fiscal year");
        // Voiding one record changes exactly its figures.
        let page = "/programmes/inclusive_playground";
        let desk = w.as_(Role::Officer).await;
        let text = desk.get(page).await.expect(200).text;
        let forty = text.split("<li>").find(|li| li.contains("<b>40</b>")).unwrap();
        let row = forty.split("/counts/").nth(1).unwrap().split('/').next().unwrap();
        desk.post(&format!("{page}/counts/{row}/void"), &[]).await.expect(303);
        assert_eq!(figure("households", "2024-02-29").await, Some(262));
        assert_eq!(figure("visitors", "2025-03-31").await, Some(3_659));
    }

    async fn registered_users_are_awards_that_hold(w: World) {
        let o = Office::new(&w);
        let mut last = String::new();
        for n in 0..31 {
            let on = if n < 30 { "2023-04-03" } else { "2024-03-29" };
            last = o.award("home_respite", WATCHED, on).await;
        }
        assert_eq!(o.figure("home_respite", "registered", "2024-03-31").await, Some(31));
        assert_eq!(o.figure("home_respite", "registered", "2024-04-01").await, Some(0), "renewed");
        for _ in 0..36 {
            o.award("home_respite", WATCHED, "2025-04-07").await;
        }
        assert_eq!(o.figure("home_respite", "registered", "2025-09-30").await, Some(36));
        assert_eq!(o.figure("home_respite", "registered", "2024-03-31").await, Some(31));
        let desk = w.as_(Role::Officer).await;
        let end = [("ended_on", "2024-03-30"), ("end_reason", "転居")];
        desk.post(&format!("/awards/{last}/end"), &end).await.expect(303);
        assert_eq!(o.figure("home_respite", "registered", "2024-03-31").await, Some(30));
        assert_eq!(o.figure("home_respite", "registered", "2025-09-30").await, Some(36));
    }

    async fn an_entered_figure_says_who_entered_it_and_from_where(w: World) {
        let o = Office::new(&w);
        let entered = o.all.programmes.iter().find_map(|p| {
            let typed = ["entered", "budget"];
            let indicator = p.indicators.iter().find(|i| typed.contains(&i.counts.as_str()));
            indicator.map(|i| (p.id.clone(), i.id.clone()))
        });
        let (programme, indicator) = entered.expect("some programme reports an entered figure");
        assert_eq!(o.figure(&programme, &indicator, "2024-05-01").await, None, "not 0");
        let mut tx = w.write(&o.officer("2024-05-01")).await;
        let v = [("indicator", indicator.as_str()), ("value", "948000"), ("year_of", "2024-05-01"),
            ("planned", "1"), ("source", "予算の資料")];
        let v = o.read(&enter::form(), &v);
        enter::enter(&mut tx, &o.all, &programme, &v).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(o.figure(&programme, &indicator, "2024-05-01").await, Some(948_000));
        assert_eq!(o.figure(&programme, &indicator, "2025-05-01").await, None, "of its year alone");
        let desk = w.as_(Role::Officer).await;
        let page = desk.get(&format!("/programmes/{programme}?on=2024-05-01")).await.expect(200);
        let by = &w.actor(Role::Officer).name;
        assert!(page.text.contains("予算の資料") && page.text.contains(by.as_str()));
        assert!(page.text.contains("（予定）"));
    }

    async fn only_the_ward_keeps_bodies_and_figures(w: World) {
        let form = [("kind", "事業所"), ("name", "x"), ("valid_from", "2025-04-01")];
        let at = "/programmes/home_respite";
        for role in [Role::Coordinator, Role::Operator, Role::Family] {
            let other = w.as_(role).await;
            other.get(at).await.expect(404);
            other.post(&format!("{at}/bodies"), &form).await.expect(404);
        }
        w.as_(Role::Coordinator).await.get("/programmes").await.expect(200);
        let desk = w.as_(Role::Officer).await;
        let odd = [("kind", "なにか"), ("name", "x"), ("valid_from", "2025-04-01")];
        desk.post(&format!("{at}/bodies"), &odd).await.expect(422);
    }
}
