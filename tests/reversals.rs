//! 元に戻す: what was just done is taken back by one button; the trash gives back what was thrown in.

use kakehashi::access::Role;
use kakehashi::args;
use kakehashi::clients::enrol::Enrolled;

use crate::life::child;
use crate::support::{Answer, Browser, Seat, World};

/// The page an action leads to, with the button that takes it back.
async fn said(b: &Browser, answer: Answer, words: &str) -> Vec<(String, String)> {
    let to = answer.expect(303).location().to_owned();
    let page = b.get(&to).await.expect(200).text;
    assert!(page.contains(words), "{to}: {page}");
    let form = page.split("action=\"/undo\"").nth(1).expect("a button");
    let value = |name: &str| {
        let after = form.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap();
        (name.to_owned(), after.split('"').next().unwrap().to_owned())
    };
    vec![value("action"), value("id")]
}

async fn back(b: &Browser, form: &[(String, String)]) -> Answer {
    let fields: Vec<_> = form.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    b.post("/undo", &fields).await
}

fn at(child: &Enrolled, page: &str) -> String {
    format!("/clients/{}{page}", child.number)
}

const OPEN: &str = "select count(*) from client_residences
    where client_id = $1 and voided_at is null and valid_until is null";
const CALL: &[(&str, &str)] = &[
    ("scope", "individual"),
    ("inquirer_kind", "family"),
    ("channel", "phone"),
    ("text", "相談"),
    ("occurred_at", "2026-11-20 9:00"),
    ("next_what", "電話する"),
    ("next_due", "2026-11-27"),
];

both! {
    async fn rows_of_the_folder_stand_again_as_before(w: World) {
        let c = child(&w).await;
        w.set_clock("2026-11-21T01:00:00.000Z");
        let officer = w.as_(Role::Officer).await;
        let (new, sql) = (at(&c, "/parts/residence/new"), "select area from client_residences
            where client_id = $1 and voided_at is null and valid_until is null");
        let made = officer.post(&new, &[("area", "north")]).await;
        let undo = said(&officer, made, "台帳に記録しました").await;
        back(&officer, &undo).await.expect(303);
        let (area,): (String,) =
            w.read(&w.system()).await.one(sql, args![c.id]).await.unwrap();
        assert_eq!(area, "east", "the row that had ended for it goes on");
        assert_eq!(back(&officer, &undo).await.status, 422, "not twice");
        let care = officer.post(&at(&c, "/parts/care/new"), &[("kind", "oxygen")]).await;
        said(&officer, care, "台帳に記録しました").await;
        let (row,): (String,) =
            w.read(&w.system()).await.one("select id from client_cares", &[]).await.unwrap();
        let counts = "select count(*) from client_cares
                      where voided_at is null and valid_until is null";
        for (page, field) in [("end", ("until", "2026-11-21")), ("void", ("why", "まちがい"))] {
            let path = at(&c, &format!("/parts/care/{row}/{page}"));
            let answer = officer.post(&path, &[field]).await;
            let undo = said(&officer, answer, "しました").await;
            assert_eq!(w.count(counts, &[]).await, 0);
            back(&officer, &undo).await.expect(303);
            assert_eq!(w.count(counts, &[]).await, 1, "{page}");
        }
        assert_eq!(w.count("select count(*) from reversals", &[]).await, 3);
    }

    async fn only_whoever_did_it_takes_it_back_and_only_while_nothing_came_after(w: World) {
        let c = child(&w).await;
        w.set_clock("2026-11-21T01:00:00.000Z");
        let officer = w.as_(Role::Officer).await;
        let new = at(&c, "/parts/residence/new");
        let made = officer.post(&new, &[("area", "north")]).await;
        let undo = said(&officer, made, "台帳に記録しました").await;
        let before = w.digest().await;
        let other = w.sign_in(Role::Officer, Seat::Second).await;
        assert_eq!(back(&other, &undo).await.status, 422);
        assert_eq!(back(&w.sign_in(Role::Officer, Seat::Abroad).await, &undo).await.status, 404);
        assert_eq!(back(&w.as_(Role::Operator).await, &undo).await.status, 422);
        assert_eq!(w.digest().await, before);
        w.set_clock("2026-11-23T01:00:00.000Z");
        let officer = w.as_(Role::Officer).await;
        assert_eq!(back(&officer, &undo).await.status, 422, "a day is over");
        let made = officer.post(&new, &[("area", "west")]).await;
        let first = said(&officer, made, "台帳に記録しました").await;
        w.set_clock("2026-11-24T00:00:00.000Z");
        let officer = w.as_(Role::Officer).await;
        officer.post(&new, &[("area", "south")]).await.expect(303);
        let refused = back(&officer, &first).await.expect(422);
        assert!(refused.text.contains("そのあとに"), "{}", refused.text);
        assert_eq!(w.count(OPEN, args![c.id]).await, 1);
    }

    async fn a_closure_is_taken_back_with_all_it_had_ended(w: World) {
        let c = child(&w).await;
        let desk = w.as_(Role::Coordinator).await;
        let number = c.number.to_string();
        let mut call = CALL.to_vec();
        call.push(("client", &number));
        let logged = desk.post("/consultations/new", &call).await;
        said(&desk, logged, "相談を登録しました").await;
        let me = desk.actor.clone();
        let sql = "insert into assignments (id, client_id, account_id, organisation_id, kind,
                     weight, reason, valid_from, recorded_at, recorded_by)
                   values ('taken', $1, $2, $3, 'main', 100, '地区', '2026-11-01', $4, $2)";
        w.exec(sql, args![c.id, me.account_id, me.organisation_id, me.at]).await;
        let before = w.digest().await;
        let close = [("kind", "death"), ("on", "2026-11-20")];
        let closed = desk.post(&at(&c, "/close"), &close).await;
        let undo = said(&desk, closed, "終結にしました").await;
        back(&desk, &undo).await.expect(303);
        assert!(w.digest().await != before, "the closure and its end stay");
        for (sql, left) in [
            ("select count(*) from closures where reopened_at is null", 0),
            ("select count(*) from follow_ups where voided_at is null", 1),
            ("select count(*) from assignments where valid_until is null", 1),
        ] {
            assert_eq!(w.count(sql, &[]).await, left, "{sql}");
        }
    }

    async fn what_was_written_is_withdrawn_and_put_back_with_its_promise(w: World) {
        let c = child(&w).await;
        let desk = w.as_(Role::Coordinator).await;
        let note = [
            ("kind", "call"),
            ("text", "電話した"),
            ("occurred_at", "2026-11-20 9:30"),
            ("next_what", "書類を送る"),
        ];
        let made = desk.post(&at(&c, "/notes/new"), &note).await;
        let undo = said(&desk, made, "支援経過を登録しました").await;
        back(&desk, &undo).await.expect(303);
        let open = "select (select count(*) from case_notes where voided_at is null)
                      + (select count(*) from follow_ups where voided_at is null)";
        assert_eq!(w.count(open, &[]).await, 0);
        let trash = desk.get("/trash").await.expect(200).text;
        assert!(trash.contains("電話した"), "{trash}");
        desk.post(&format!("/trash/case-note/{}", undo[1].1), &[]).await.expect(303);
        assert_eq!(w.count(open, &[]).await, 2);
        let (promise,): (String,) =
            w.read(&w.system()).await.one("select id from follow_ups", &[]).await.unwrap();
        let done = desk.post(&format!("/follow-ups/{promise}/done"), &[("outcome", "送った")]).await;
        let undo = said(&desk, done, "すんだことにしました").await;
        back(&desk, &undo).await.expect(303);
        let undone = "select count(*) from follow_ups where done_at is null and outcome = ''";
        assert_eq!(w.count(undone, &[]).await, 1);
        let stood = "select count(*) from reversals where stood like '%送った%'";
        assert_eq!(w.count(stood, &[]).await, 1, "what had been said is kept");
    }

    async fn a_person_entered_by_mistake_lies_in_the_trash_for_thirty_days(w: World) {
        let desk = w.as_(Role::Coordinator).await;
        let person = [
            ("family", "川上"),
            ("given", "まちがい"),
            ("family_kana", "かわかみ"),
            ("born_on", "2021-05-05"),
            ("sex", "male"),
            ("area", "east"),
        ];
        let made = desk.post("/clients/new", &person).await;
        let folder = made.location().split('?').next().unwrap().to_owned();
        let undo = said(&desk, made, "利用者を登録しました").await;
        back(&desk, &undo).await.expect(303);
        desk.get(&folder).await.expect(404);
        let officer = w.as_(Role::Officer).await;
        officer.get(&folder).await.expect(404);
        let found = officer.post("/clients", &[("q", "かわかみ")]).await.expect(200).text;
        assert!(!found.contains("まちがい"), "{found}");
        assert!(!desk.get("/trash").await.expect(200).text.contains("まちがい"));
        let trash = officer.get("/trash").await.expect(200).text;
        let id = trash.split("/trash/client/").nth(1).unwrap().split('"').next().unwrap();
        let abroad = w.sign_in(Role::Officer, Seat::Abroad).await;
        abroad.post(&format!("/trash/client/{id}"), &[]).await.expect(404);
        officer.post(&format!("/trash/client/{id}"), &[]).await.expect(303);
        officer.get(&folder).await.expect(200);
        let why = [("why", "二度目の登録")];
        officer.post(&format!("{folder}/trash"), &why).await.expect(303);
        w.set_clock("2026-12-21T01:00:00.000Z");
        let officer = w.as_(Role::Officer).await;
        let trash = officer.get("/trash").await.expect(200).text;
        assert!(trash.contains("30日を過ぎたもの") && trash.contains("まちがい"), "{trash}");
        let (id,): (String,) = w
            .read(&w.system())
            .await
            .one("select id from trash where restored_at is null", &[])
            .await
            .unwrap();
        officer.post(&format!("/trash/client/{id}"), &[]).await.expect(422);
    }

    async fn what_others_have_built_on_is_not_thrown_away(w: World) {
        let c = child(&w).await;
        let officer = w.as_(Role::Officer).await;
        let page = officer.get(&at(&c, "/trash")).await.expect(200).text;
        assert!(page.contains("同意 1件"), "{page}");
        let said = officer.post(&at(&c, "/trash"), &[("why", "まちがい")]).await.expect(422).text;
        assert!(said.contains("同意 1件"), "{said}");
        officer.get(&at(&c, "")).await.expect(200);
    }
}
