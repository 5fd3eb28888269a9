//! 実績の指標: from records made by operations, as of each day; entered ones say who entered them.

mod office;
mod published;

use kakehashi::access::Role;

use crate::support::World;
use office::{Office, WATCHED};

both! {
    async fn households_include_the_earlier_and_visitors_are_another_count(w: World) {
        let o = Office::new(&w);
        let play = "inclusive_playground";
        o.count(play, "households", 262, "2023-10-31").await;
        o.count(play, "households", 40, "2024-02-29").await;
        o.count(play, "visitors", 3_659, "2025-03-31").await;
        o.count(play, "visitors", 2_412, "2025-09-30").await;
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
        let first = o.award("home_respite", WATCHED, "2023-04-03").await;
        o.award("home_respite", WATCHED, "2024-03-29").await;
        let registered = |on: &'static str| o.figure("home_respite", "registered", on);
        assert_eq!(registered("2024-03-28").await, Some(1));
        assert_eq!(registered("2024-03-31").await, Some(2));
        assert_eq!(registered("2024-04-01").await, Some(0), "they end with the year");
        o.end(&first, "2024-03-30").await;
        assert_eq!(registered("2024-03-29").await, Some(2));
        assert_eq!(registered("2024-03-30").await, Some(1));
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
        let v = [("indicator", indicator.as_str()), ("value", "948000"), ("year_of", "2024-05-01"),
            ("planned", "1"), ("source", "予算の資料")];
        o.enter(&programme, &v, "2024-05-01").await;
        assert_eq!(o.figure(&programme, &indicator, "2024-05-01").await, Some(948_000));
        assert_eq!(o.figure(&programme, &indicator, "2025-05-01").await, None, "of its year alone");
        let desk = w.as_(Role::Officer).await;
        let page = desk.get(&format!("/programmes/{programme}?on=2024-05-01")).await.expect(200);
        let by = &w.actor(Role::Officer).name;
        assert!(page.text.contains("予算の資料") && page.text.contains(by.as_str()));
        assert!(page.text.contains("（予定）"));
        let undo = page.text.split("/figures/").nth(1).unwrap().split('"').next().unwrap();
        desk.post(&format!("/programmes/{programme}/figures/{undo}"), &[]).await.expect(303);
        assert_eq!(o.figure(&programme, &indicator, "2024-05-01").await, None, "taken back");
        desk.post(&format!("/programmes/{programme}/figures/{undo}"), &[]).await.expect(404);
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
