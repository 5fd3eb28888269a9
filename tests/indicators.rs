//! 実績の指標: counted from records as of any day, entered with who entered them.

use kakehashi::access::Role;

use crate::support::{Browser, World};

const AT: &str = "/programmes/home_respite";

/// What the page of a programme says of an indicator on a day: the number in bold.
async fn figure(desk: &Browser, on: &str, what: &str) -> String {
    let page = desk.get(&format!("{AT}?on={on}")).await.expect(200);
    let after = page.text.split(&format!("<dt>{what}</dt>")).nth(1);
    let after = after.unwrap_or_else(|| panic!("no indicator {what}: {}", page.text));
    let row = after.split("</dd>").next().unwrap();
    match row.split("<b>").nth(1) {
        Some(rest) => rest.split("</b>").next().unwrap().to_owned(),
        None => "未入力".to_owned(),
    }
}

async fn body(desk: &Browser, name: &str, kind: &str, from: &str) {
    let form = [("kind", kind), ("name", name), ("valid_from", from)];
    desk.post(&format!("{AT}/bodies"), &form).await.expect(303);
}

both! {
    async fn bodies_under_contract_are_counted_as_of_a_day(w: World) {
        let desk = w.as_(Role::Officer).await;
        let kind = kakehashi::programmes::load(&w.app.config).unwrap();
        let all = &kind.find("home_respite").unwrap().indicators;
        let indicator = all.iter().find(|i| i.counts == "contracts").unwrap();
        let kind = indicator.kind.clone().unwrap();
        for (n, from) in ["2024-04-01", "2025-04-01", "2025-10-01"].iter().enumerate() {
            body(&desk, &format!("訪問看護 {n}"), &kind, from).await;
        }
        let on = |day: &'static str| figure(&desk, day, &indicator.what);
        assert_eq!(on("2024-03-31").await, "0");
        assert_eq!(on("2025-09-30").await, "2");
        assert_eq!(on("2025-10-01").await, "3");
        let page = desk.get(AT).await;
        let row = page.text.split("/bodies/").nth(1).unwrap().split('/').next().unwrap();
        desk.post(&format!("{AT}/bodies/{row}/void"), &[]).await.expect(303);
        desk.post(&format!("{AT}/bodies/{row}/void"), &[]).await.expect(404);
        assert_eq!(on("2025-10-01").await, "2", "voiding one record changes its figure by one");
        desk.post(&format!("{AT}/bodies"), &[("kind", "なにか"), ("name", "x"),
            ("valid_from", "2025-04-01")]).await.expect(422);
        w.as_(Role::Coordinator).await.get(AT).await.expect(404);
        w.as_(Role::Coordinator).await.get("/programmes").await.expect(200);
    }
}
