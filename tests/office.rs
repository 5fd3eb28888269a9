//! 人事異動: what was entered ahead works by its date, and nobody's case is left alone unseen.

use kakehashi::access::Role;
use kakehashi::args;
use kakehashi::routes::ROUTES;

use crate::support::{Answer, Browser, Seat, World};

const CASE: &str = "case-of-first";
const MARCH: &str = "2027-03-10T01:00:00.000Z";
/// 31 March, 23:50 and 1 April, 0:00 in Japan.
const BEFORE: &str = "2027-03-31T14:50:00.000Z";
const AFTER: &str = "2027-03-31T15:00:00.000Z";

async fn enter(w: &World, role: Role, fields: &[(&str, &str)]) -> Answer {
    let path = format!("/accounts/{}/transfer", w.actor(role).account_id);
    let mut all = vec![("valid_from", "2027-04-01")];
    all.extend_from_slice(fields);
    w.as_(Role::Administrator).await.post(&path, &all).await
}

/// A person in the charge of the first coordinator, by whose office alone the team sees them.
async fn case(w: &World) -> String {
    let person = w.person("水野", "はると").await;
    for seat in [Seat::First, Seat::Second] {
        let a = w.seated(Role::Coordinator, seat);
        w.exec(
            "insert into coordinators (id, account_id, organisation_id, areas, training, valid_from,
               recorded_at, recorded_by) values ($1, $1, $2, 'east', 'done', '2026-04-01', $3, $1)",
            args![a.account_id, a.organisation_id, a.at],
        )
        .await;
    }
    let a = w.actor(Role::Coordinator);
    w.exec(
        "insert into assignments (id, client_id, account_id, organisation_id, kind, weight, reason,
           valid_from, recorded_at, recorded_by)
         values ($5, $1, $2, $3, 'main', 100, '地区', '2026-11-01', $4, $2)",
        args![person.id, a.account_id, a.organisation_id, a.at, CASE],
    )
    .await;
    w.exec(
        "insert into team_members (id, client_id, organisation_id, account_id, role, valid_from,
           recorded_at, recorded_by)
         values ('member', $1, $3, $2, 'coordinator', '2026-11-01', $4, $2)",
        args![person.id, a.account_id, a.organisation_id, a.at],
    )
    .await;
    w.exec(
        "insert into follow_ups (id, controller_id, organisation_id, client_id, source, source_id,
           what, owner_id, recorded_at, recorded_by)
         values ('promise', $1, $2, $3, 'consultation', 'x', '電話する', $4, $5, $4)",
        args![a.controller_id, a.organisation_id, person.id, a.account_id, a.at],
    )
    .await;
    format!("/clients/{}", kana::ClientNumber::from_row(person.number))
}

/// The access table, as the program answers it: every page without an id is open to exactly the
/// roles of its row.
async fn the_table_holds(w: &World, browser: &Browser, role: Role) {
    assert_eq!(browser.actor.role, role);
    // Another program signs in with a token: a browser's session opens nothing there.
    let pages = ROUTES.iter().filter(|(m, p)| *m == "GET" && !p.contains('{'));
    let pages = pages.filter(|(_, p)| !p.starts_with("/api/"));
    for (method, path) in pages {
        let status = browser.get(path).await.status;
        let open = w.app.access.allows(role, method, path);
        assert_eq!(status != 404, open, "{role:?} {path}: {status}");
    }
}

/// Who is concerned, what is entered, and the words with which it is refused.
type Refusal<'a> = (Role, &'a [(&'a str, &'a str)], &'a str);

async fn post_of(w: &World, role: Role, of: Role) -> String {
    let mut read = w.read(&w.system()).await;
    let sql = "select id from posts where account_id = $1 and role = $2 and voided_at is null";
    let account = w.actor(role).account_id;
    let (id,): (String,) = read.one(sql, args![account, of.code()]).await.unwrap();
    id
}

fn total(page: &Answer) -> &str {
    page.text.split("data-total=\"").nth(1).unwrap().split('"').next().unwrap()
}

both! {
    async fn on_the_first_of_april_rights_change_by_themselves(w: World) {
        let folder = case(&w).await;
        w.set_clock(MARCH);
        let old = w.actor(Role::Coordinator);
        let to_ward = [
            ("kind", "move"),
            ("post", old.post_id.as_str()),
            ("organisation", "org-ward-first"),
            ("role", "officer"),
        ];
        enter(&w, Role::Coordinator, &to_ward).await.expect(303);
        let both = [("kind", "add"), ("organisation", "org-ward-first"), ("role", "auditor")];
        enter(&w, Role::Nurse, &both).await.expect(303);
        enter(&w, Role::School, &[("kind", "leave")]).await.expect(303);
        let hospital = w.actor(Role::Hospital).post_id;
        enter(&w, Role::Hospital, &[("kind", "end"), ("post", &hospital)]).await.expect(303);
        let list = w.as_(Role::Administrator).await.get("/transfers").await.expect(200);
        for said in ["コーディネーター一", "保健師一", "保育所・学校一", "令和9年（2027年）4月1日"] {
            assert!(list.text.contains(said), "{said}: {}", list.text);
        }
        // Weeks before, the case is on the officer's list.
        let officer = w.as_(Role::Officer).await;
        let ahead = officer.get("/unowned").await.expect(200);
        assert!(ahead.text.contains("水野") && ahead.text.contains("令和9年4月1日"));
        assert_eq!(total(&ahead), "2", "the case and its promise: {}", ahead.text);
        assert!(officer.get("/").await.text.contains("だれもいなくなるケース"));

        w.set_clock(BEFORE);
        let (coordinator, nurse) = (w.as_(Role::Coordinator).await, w.as_(Role::Nurse).await);
        let (school, mover) = (w.as_(Role::School).await, w.as_(Role::Hospital).await);
        coordinator.get(&folder).await.expect(200);
        the_table_holds(&w, &coordinator, Role::Coordinator).await;
        the_table_holds(&w, &nurse, Role::Nurse).await;
        the_table_holds(&w, &school, Role::School).await;
        let second = post_of(&w, Role::Nurse, Role::Auditor).await;
        nurse.post("/me/post", &[("post", &second)]).await.expect(404);
        let officer_post = post_of(&w, Role::Coordinator, Role::Officer).await;
        assert!(w.at_post(&old.account_id, &officer_post).await.is_none(), "not before its day");

        w.set_clock(AFTER);
        for gone in [&coordinator, &school, &mover] {
            for path in ["/", "/me", folder.as_str()] {
                let said = gone.get(path).await.expect(303);
                assert!(said.location().starts_with("/login"), "{}", said.location());
            }
        }
        assert_eq!(coordinator.post("/drafts/x", &[]).await.status, 403);
        for (role, post) in [(Role::Coordinator, &old.post_id), (Role::Hospital, &hospital)] {
            let account = w.actor(role).account_id;
            assert!(w.at_post(&account, post).await.is_none(), "an ended post opens nothing");
        }
        let moved = w.at_post(&old.account_id, &officer_post).await.expect("the new post");
        the_table_holds(&w, &moved, Role::Officer).await;
        nurse.post("/me/post", &[("post", &second)]).await.expect(303);
        let account = w.actor(Role::Nurse).account_id;
        let auditor = w.at_post(&account, &second).await.expect("the second post");
        the_table_holds(&w, &auditor, Role::Auditor).await;
        auditor.get(&folder).await.expect(404);
        // Nobody took the case over: it stays on the list until somebody does.
        let officer = w.as_(Role::Officer).await;
        let late = officer.get("/unowned").await.expect(200);
        assert!(late.text.contains("すでにいません"), "{}", late.text);
        let next = w.seated(Role::Coordinator, Seat::Second);
        let path = format!("/unowned/{}", old.account_id);
        let to = format!("to-{CASE}");
        let note = format!("note-{CASE}");
        let chosen = [("starts_on", "2027-04-01"), (&to, next.account_id.as_str())];
        let said = officer.post(&path, &chosen).await.expect(422);
        assert!(said.text.contains(&format!("id=\"n-{CASE}\"")), "a note a case: {}", said.text);
        let told = [chosen[0], chosen[1], (&note, "毎週火曜に電話しています")];
        officer.post(&path, &told).await.expect(303);
        assert_eq!(total(&officer.get("/unowned").await), "0");
        w.sign_in(Role::Coordinator, Seat::Second).await.get(&folder).await.expect(200);
        let sql = "select count(*) from follow_ups where id = 'promise' and owner_id = $1";
        assert_eq!(w.count(sql, args![next.account_id]).await, 1, "the promise goes along");
    }

    async fn a_case_handed_over_ahead_is_off_the_list_and_changes_hands_on_its_day(w: World) {
        case(&w).await;
        w.set_clock(MARCH);
        enter(&w, Role::Coordinator, &[("kind", "leave")]).await.expect(303);
        let officer = w.as_(Role::Officer).await;
        let (first, next) =
            (w.actor(Role::Coordinator), w.seated(Role::Coordinator, Seat::Second));
        let path = format!("/unowned/{}", first.account_id);
        officer.post(&path, &[("starts_on", "2027-04-01")]).await.expect(422);
        let (to, note) = (format!("to-{CASE}"), format!("note-{CASE}"));
        let fields = [
            ("starts_on", "2027-04-01"),
            (to.as_str(), next.account_id.as_str()),
            (note.as_str(), "家族に伝えました"),
        ];
        // The successor must have a post on that day.
        enter_second_leaves(&w, true).await;
        officer.post(&path, &fields).await.expect(422);
        enter_second_leaves(&w, false).await;
        officer.post(&path, &fields).await.expect(303);
        assert_eq!(total(&officer.get("/unowned").await), "0");
        let sql = "select count(*) from assignments where account_id = $1 and valid_from <= $2
                   and (valid_until is null or valid_until > $2)";
        assert_eq!(w.count(sql, args![first.account_id, "2027-03-31"]).await, 1);
        assert_eq!(w.count(sql, args![first.account_id, "2027-04-01"]).await, 0);
        assert_eq!(w.count(sql, args![next.account_id, "2027-04-01"]).await, 1);
    }

    async fn a_transfer_taken_back_never_was(w: World) {
        case(&w).await;
        w.set_clock(MARCH);
        let posts = "select count(*) from posts where voided_at is null and valid_until is null";
        let before = w.count(posts, args![]).await;
        let old = w.actor(Role::Coordinator);
        let fields = [
            ("kind", "move"),
            ("post", old.post_id.as_str()),
            ("organisation", "org-ward-first"),
            ("role", "officer"),
        ];
        enter(&w, Role::Coordinator, &fields).await.expect(303);
        let mut read = w.read(&w.system()).await;
        let (id,): (String,) = read.one("select id from transfers", args![]).await.unwrap();
        drop(read);
        let administrator = w.as_(Role::Administrator).await;
        let path = format!("/transfers/{id}/void");
        administrator.post(&path, &[("why", "")]).await.expect(422);
        administrator.post(&path, &[("why", "辞令が変わった")]).await.expect(303);
        administrator.post(&path, &[("why", "もう一度")]).await.expect(404);
        assert_eq!(w.count(posts, args![]).await, before);
        assert_eq!(total(&w.as_(Role::Officer).await.get("/unowned").await), "0");
        w.set_clock(AFTER);
        assert!(w.at_post(&old.account_id, &old.post_id).await.is_some(), "the old post goes on");
    }

    async fn what_cannot_be_is_refused_in_words(w: World) {
        w.set_clock(MARCH);
        let before = w.digest().await;
        let nurse = w.actor(Role::Nurse).post_id;
        let strange = w.actor(Role::Officer).post_id;
        let cases: &[Refusal] = &[
            (Role::Nurse, &[("kind", "end"), ("post", &strange)], "終わる職を選び直して"),
            (Role::Nurse, &[("kind", "move"), ("post", &nurse)], "所属は、画面にあるもの"),
            (
                Role::Nurse,
                &[("kind", "add"), ("organisation", "org-ward-first"), ("role", "nurse")],
                "同じ所属と役割の職がもう",
            ),
            (
                Role::Nurse,
                &[("kind", "add"), ("organisation", "org-ward-abroad"), ("role", "nurse")],
                "所属は、画面にあるもの",
            ),
        ];
        for (role, fields, words) in cases {
            let said = enter(&w, *role, fields).await.expect(422);
            assert!(said.text.contains(words), "{words}: {}", said.text);
        }
        let administrator = w.as_(Role::Administrator).await;
        let path = format!("/accounts/{}/transfer", w.actor(Role::Nurse).account_id);
        let today = [("kind", "leave"), ("valid_from", "2027-03-10")];
        administrator.post(&path, &today).await.expect(422);
        let abroad = w.seated(Role::Nurse, Seat::Abroad).account_id;
        let path = format!("/accounts/{abroad}/transfer");
        let leave = [("kind", "leave"), ("valid_from", "2027-04-01")];
        administrator.post(&path, &leave).await.expect(404);
        assert_eq!(w.digest().await, before);
        // Both administrators of the ward cannot go on the same day.
        enter(&w, Role::Administrator, &[("kind", "leave")]).await.expect(303);
        let second = w.seated(Role::Administrator, Seat::Second).account_id;
        let path = format!("/accounts/{second}/transfer");
        let said = administrator.post(&path, &leave).await.expect(422);
        assert!(said.text.contains("システム管理者がひとりもいなくなります"));
    }
}

/// The second coordinator's post ends before April, or goes on.
async fn enter_second_leaves(w: &World, leaves: bool) {
    let post = w.seated(Role::Coordinator, Seat::Second).post_id;
    let until = leaves.then_some("2027-03-20");
    w.exec("update posts set valid_until = $2 where id = $1", args![post, until]).await;
}
