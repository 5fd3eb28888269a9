//! A cap that counts each by itself: whose part a use is of, in the ledger, its form, a month's
//! report.

use kakehashi::access::Role;

use super::pages::with_station;
use super::stage::{Desk, in_city, number, why};
use crate::support::{Seat, World};

/// A trip at a time of a day, for something.
fn trip<'a>(on: &'a str, from: &'a str, to: &'a str, of: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("item", "trip"), ("on", on), ("from", from), ("to", to), ("of", of)]
}

const YEAR: &str = "2026-04-01";

both! {
    async fn each_has_the_whole_cap_and_nobody_has_two(w: World) {
        let desk = Desk::open(&w, "trial").await;
        desk.record(&trip("2026-11-02", "9:00", "11:30", "第1回")).await.unwrap();
        let over = why(desk.record(&trip("2026-11-03", "9:00", "10:00", "第1回")).await);
        assert!(over.contains("残り30分、今回1時間") && over.contains("第6条"), "{over}");
        let wide = why(desk.record(&trip("2026-11-03", "9:00", "10:00", "第１回")).await);
        assert!(wide.contains("残り30分"), "written differently, it is the same: {wide}");
        let nobody = why(desk.record(&trip("2026-11-03", "9:00", "9:30", "")).await);
        assert!(nobody.starts_with("of:") && nobody.contains("行事を選んで"), "{nobody}");
        desk.record(&trip("2026-11-03", "9:00", "12:00", "第2回")).await.unwrap();
        assert_eq!(desk.part("trip", Some("第1回"), YEAR).await, (0, 150), "below");
        assert_eq!(desk.part("trip", Some("第2回"), YEAR).await, (0, 180), "at");
        desk.record(&trip("2026-11-04", "9:00", "9:30", "第１回")).await.unwrap();
        assert_eq!(desk.part("trip", Some("第1回"), YEAR).await, (0, 180), "kept as it was written");
    }

    async fn one_time_for_two_is_two_uses_and_for_one_a_report_sent_twice(w: World) {
        let desk = Desk::open(&w, "trial").await;
        desk.record(&trip("2026-11-02", "9:00", "10:00", "遠足")).await.unwrap();
        desk.record(&trip("2026-11-02", "9:00", "10:00", "運動会")).await.unwrap();
        let twice = why(desk.record(&trip("2026-11-02", "9:00", "10:00", "遠足")).await);
        assert!(twice.contains("もう記録されています"), "{twice}");
        let visit = [("item", "visit"), ("venue", "home"), ("on", "2026-11-02"), ("from", "9:00")];
        let visit = |of| [&visit[..], &[("to", "10:00"), ("of", of)]].concat();
        desk.record(&visit("")).await.unwrap();
        let twice = why(desk.record(&visit("遠足")).await);
        assert!(twice.contains("もう記録されています"), "nobody's part is counted there: {twice}");
        assert_eq!(desk.balance("month", "2026-11-01").await, (0, 60));
    }

    async fn a_booking_holds_its_part_and_the_use_gives_it_back(w: World) {
        let desk = Desk::open(&w, "trial").await;
        let booking = desk.book(&trip("2026-11-20", "9:00", "12:00", "遠足")).await.unwrap();
        let own = [trip("2026-11-20", "9:00", "12:00", "遠足"), vec![("booking", &booking)]];
        desk.record(&trip("2026-11-19", "9:00", "12:00", "運動会")).await.unwrap();
        let other = [trip("2026-11-20", "9:00", "12:00", "運動会"), vec![("booking", &booking)]];
        assert!(why(desk.record(&other.concat()).await).contains("使い切っています"));
        let entry = desk.record(&own.concat()).await.unwrap();
        assert_eq!(desk.part("trip", Some("遠足"), YEAR).await, (0, 180));
        desk.reverse(&entry).await.unwrap();
        assert_eq!(desk.part("trip", Some("遠足"), YEAR).await, (0, 0));
        assert_eq!(desk.part("trip", Some("運動会"), YEAR).await, (0, 180));
    }

    async fn the_form_asks_in_the_words_of_the_programme_and_only_where_it_counts(w: World) {
        let (w, _city) = in_city(&w);
        let desk = Desk::open(&w, "trial").await;
        let officer = w.as_(Role::Officer).await;
        let folder = format!("/clients/{}/ledger", number(&desk.child));
        let at = |what: &str| format!("{folder}/{}/{what}", desk.award);
        let page = officer.get(&folder).await.expect(200).text;
        assert!(page.contains("年3時間まで（行事ごと）"), "{page}");
        for what in ["book", "use"] {
            let form = officer.get(&at(what)).await.expect(200).text;
            assert!(form.contains("<label for=\"of\">行事"), "{form}");
        }
        let field = "id=\"of-e\"";
        let on = "2026-11-20";
        let bad = officer.post(&at("book"), &trip(on, "9:00", "10:00", "")).await.expect(422).text;
        assert!(bad.contains(field) && bad.contains("href=\"#of\""), "{bad}");
        officer.post(&at("book"), &trip(on, "9:00", "10:00", "遠足")).await.expect(303);
        let page = officer.get(&folder).await.expect(200).text;
        assert!(page.contains("（遠足）") && page.contains("付き添い・遠足"), "{page}");
        let booking = page.split("?booking=").nth(1).unwrap().split('"').next().unwrap();
        let form = officer.get(&format!("{}?booking={booking}", at("use"))).await.expect(200).text;
        assert!(form.contains("value=\"遠足\""), "{form}");
        let other = w.award(&desk.child, "home_respite", "2026-04-01", None).await;
        for what in ["book", "use"] {
            let form = officer.get(&format!("{folder}/{other}/{what}")).await.expect(200).text;
            assert!(!form.contains("name=\"of\""), "no cap there counts each: {form}");
        }
    }

    async fn a_months_report_says_whose_part_it_was(w: World) {
        let (w, _city) = in_city(&w);
        let desk = Desk::open(&w, "trial").await;
        let station = w.actor(Role::Operator).organisation_id;
        with_station(&w, &desk, Seat::First).await;
        let body = w.as_(Role::Operator).await;
        w.contract("home_respite", &station).await;
        let page = body.get("/usage/2026-11").await.expect(200).text;
        assert!(!page.contains("name=\"of\""), "no programme of the body counts each: {page}");
        w.contract("trial", &station).await;
        let page = body.get("/usage/2026-11").await.expect(200).text;
        assert!(page.contains("<th scope=\"col\">行事</th>") && page.contains("name=\"of\""));
        let who = number(&desk.child);
        let csv = |of: &str| {
            let head = "番号,日付,開始,終了,種類,だれの分";
            format!("{head}\n{who},2026-11-02,9:00,11:00,付き添い,{of}\n")
        };
        let path = "/usage/2026-11/upload";
        let shown = body.upload(path, &[], "実績.csv", csv("").as_bytes()).await.expect(200).text;
        assert!(shown.contains("入れられません") && shown.contains("行事を選んで"), "{shown}");
        let shown = body.upload(path, &[], "実績.csv", csv("遠足").as_bytes()).await.expect(200);
        assert!(shown.text.contains("この1行を登録する"), "{}", shown.text);
        let line = [("client", who.as_str()), ("on", "2"), ("from", "9:00"), ("to", "11:00")];
        let line = [&line[..], &[("item", "付き添い"), ("of", "遠足"), ("take", "1")]].concat();
        body.post("/usage/2026-11", &line).await.expect(303);
        assert_eq!(desk.part("trip", Some("遠足"), YEAR).await, (0, 120));
    }
}
