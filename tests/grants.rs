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

    async fn a_step_entered_wrongly_is_taken_back_and_stays_to_be_read(w: World) {
        let at = asked(&w).await;
        let (first, second) =
            (w.as_(Role::Officer).await, w.sign_in(Role::Officer, Seat::Second).await);
        answered(&first, &at).await;
        step(&second, &at, "decision", "400000", 303).await;
        step(&first, &at, "payment", "300000", 303).await;
        let steps: Vec<(String,)> = w.read(&w.system()).await
            .all("select id from grant_steps order by recorded_at, id", &[]).await.unwrap();
        let (decision, payment) = (&steps[0].0, &steps[1].0);
        let why = [("void_reason", "別の団体への支払いだった")];
        let undo = |step: &str| format!("{at}/steps/{step}/void");
        let before = w.digest().await;
        let early = first.post(&undo(decision), &why).await.expect(422).text;
        assert!(early.contains("新しいものから順に取り消してください"), "{early}");
        let bare = first.post(&undo(payment), &[]).await.expect(422).text;
        assert!(bare.contains("取り消す理由"), "{bare}");
        first.post(&undo("no-such-step"), &why).await.expect(404);
        w.sign_in(Role::Officer, Seat::Abroad).await.post(&undo(payment), &why).await.expect(404);
        assert_eq!(w.digest().await, before);
        first.post(&undo(payment), &why).await.expect(303);
        let again = first.post(&undo(payment), &why).await.expect(422).text;
        assert!(again.contains("もう取り消されています"));
        let page = first.get(&at).await.expect(200).text;
        assert!(page.contains("取り消した理由：別の団体への支払いだった"), "{page}");
        assert!(page.contains("実績報告を待つ"));
        // What was paid counts no more: the whole can be paid again.
        step(&first, &at, "payment", "400000", 303).await;
    }

    async fn a_deadline_waits_for_its_step(w: World) {
        let at = asked(&w).await;
        let (first, second) =
            (w.as_(Role::Officer).await, w.sign_in(Role::Officer, Seat::Second).await);
        answered(&first, &at).await;
        step(&second, &at, "decision", "400000", 303).await;
        let set = format!("{at}/deadlines");
        let due = |on| [("due_kind", "report"), ("due_on", on)];
        let early = first.post(&set, &due("2026-04-14")).await.expect(422).text;
        assert!(early.contains("申請の日より後"), "{early}");
        first.post(&set, &due("2027-04-20")).await.expect(303);
        first.post(&set, &due("2027-04-10")).await.expect(303);
        let list = first.get("/grants?year=2026").await.expect(200).text;
        assert!(list.contains("4月10日") && !list.contains("4月20日"), "{list}");
        let days = |feed: String| -> Vec<String> {
            let of = feed.split("BEGIN:VEVENT").filter(|e| e.contains("補助金の手続の期限"));
            of.map(|e| e.split("VALUE=DATE:").nth(1).unwrap()[..8].to_owned()).collect()
        };
        let page = first.post("/me/calendar", &[]).await.expect(200).text;
        let feed = page.split("value=\"/calendar/").nth(1).unwrap().split('"').next().unwrap();
        let feed = format!("/calendar/{feed}");
        let text = w.visitor().get(&feed).await.expect(200).text;
        assert!(text.contains("補助金の申請の受付の終わり"), "{text}");
        assert!(!text.contains("ひだまり"));
        assert_eq!(days(text), ["20270410"]);
        step(&first, &at, "report", "", 303).await;
        assert_eq!(days(w.visitor().get(&feed).await.text), [""; 0]);
        let page = first.get(&at).await.expect(200).text;
        assert!(page.contains("済み"), "{page}");
        let (id,): (String,) = w.read(&w.system()).await
            .one("select id from grant_deadlines where voided_at is null", &[]).await.unwrap();
        first.post(&format!("{set}/{id}/void"), &[]).await.expect(303);
        first.post(&format!("{set}/{id}/void"), &[]).await.expect(404);
        assert!(!first.get(&at).await.text.contains("4月10日"));
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
