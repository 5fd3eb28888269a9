//! 補助金: never decided without its requirements, never paid beyond the decision, settled and paid
//! back to the yen.

use kakehashi::access::Role;

use crate::support::{Browser, Seat, World};

const ASK: [(&str, &str); 5] = [
    ("programme", "day_service_operating_subsidy"),
    ("body", "通所ひだまり"),
    ("year_of", "2026-04-01"),
    ("applied_on", "2026-04-15"),
    ("requested", "500000"),
];

async fn asked(w: &World) -> String {
    let first = w.as_(Role::Officer).await;
    first.post("/grants/new", &ASK).await.expect(303).location().to_owned()
}

async fn step(desk: &Browser, at: &str, kind: &str, yen: &str, status: u16) -> String {
    let form = [("kind", kind), ("done_on", "2026-05-01"), ("yen", yen), ("reason", "変更の届")];
    desk.post(&format!("{at}/steps"), &form).await.expect(status).text
}

async fn answered(desk: &Browser, at: &str) {
    for (question, answer) in [("in_ward", "はい"), ("users_on_fewest_day", "6")] {
        let form = [("question", question), ("answer", answer)];
        desk.post(&format!("{at}/facts"), &form).await.expect(303);
    }
}

both! {
    async fn a_grant_goes_from_application_to_settlement(w: World) {
        let at = asked(&w).await;
        let (first, second) =
            (w.as_(Role::Officer).await, w.sign_in(Role::Officer, Seat::Second).await);
        let early = step(&second, &at, "decision", "400000", 422).await;
        assert!(early.contains("確かめることが残っています"), "{early}");
        let odd = [("question", "users_on_fewest_day"), ("answer", "たくさん")];
        first.post(&format!("{at}/facts"), &odd).await.expect(422);
        answered(&first, &at).await;
        let own = step(&first, &at, "decision", "400000", 422).await;
        assert!(own.contains("受け付けた本人は決定できません"));
        step(&second, &at, "payment", "1", 422).await;
        step(&second, &at, "decision", "500001", 422).await;
        step(&second, &at, "decision", "400000", 303).await;
        step(&second, &at, "decision", "400000", 422).await;
        step(&first, &at, "payment", "400001", 422).await;
        step(&first, &at, "payment", "400000", 303).await;
        step(&first, &at, "settlement", "0", 422).await;
        step(&first, &at, "report", "", 303).await;
        let list = first.get("/grants?year=2026").await.expect(200);
        assert!(list.text.contains("400,000円") && list.text.contains("額の確定を待つ"));
        // Nothing was recorded as done: nothing can be settled but zero, and all is paid back.
        step(&first, &at, "settlement", "1", 422).await;
        step(&first, &at, "settlement", "0", 303).await;
        let page = first.get(&at).await.expect(200);
        assert!(page.text.contains("返還を待つ") && page.text.contains("400,000円"));
        step(&first, &at, "repayment", "400001", 422).await;
        step(&first, &at, "repayment", "400000", 303).await;
        let page = first.get(&at).await;
        assert!(page.text.contains("精算した"), "{}", page.text);
    }

    async fn other_offices_know_nothing_of_it(w: World) {
        let at = asked(&w).await;
        w.sign_in(Role::Officer, Seat::Abroad).await.get(&at).await.expect(404);
        for role in [Role::Coordinator, Role::Operator, Role::Prefecture] {
            w.as_(role).await.get(&at).await.expect(404);
            w.as_(role).await.get("/grants").await.expect(404);
        }
        let list = w.sign_in(Role::Officer, Seat::Abroad).await.get("/grants?year=2026").await;
        assert!(!list.expect(200).text.contains("ひだまり"));
    }

    async fn a_refusal_ends_it(w: World) {
        let at = asked(&w).await;
        let second = w.sign_in(Role::Officer, Seat::Second).await;
        let form = [("kind", "refusal"), ("done_on", "2026-05-01")];
        second.post(&format!("{at}/steps"), &form).await.expect(422);
        step(&second, &at, "refusal", "", 303).await;
        step(&second, &at, "decision", "1", 422).await;
        step(&second, &at, "payment", "1", 422).await;
    }
}
