//! Accounts, posts, passwords, sessions; the pages of the administrator and the auditor.

use std::sync::Arc;

use kakehashi::access::Role;
use kakehashi::args;
use kakehashi::staff::{invitations, settings};
use kakehashi::web::Config;

use crate::support::{Answer, Seat, World};

const GOOD: &str = "橋をわたる朝の電車の音がする";
const OTHER: &str = "夕方の川に灯りがともっていく";

const NEW: &[(&str, &str)] = &[
    ("name", "佐伯 美穂"),
    ("kana", "さえき みほ"),
    ("login", "saeki"),
    ("organisation", "org-centre-first"),
    ("role", "coordinator"),
    ("valid_from", "2026-11-01"),
];

/// The token of the link a page shows.
fn token(page: &Answer) -> String {
    let at = page.text.find("/invitations/").expect("a link") + "/invitations/".len();
    page.text[at..].chars().take_while(char::is_ascii_hexdigit).collect()
}

async fn set_password(w: &World, token: &str, password: &str) -> Answer {
    let pairs = [("password", password), ("again", password)];
    w.visitor().post_raw(&format!("/invitations/{token}"), &pairs).await
}

async fn log_in(w: &World, login: &str, password: &str) -> u16 {
    let pairs = [("login", login), ("password", password), ("next", "/")];
    w.visitor().post_raw("/login", &pairs).await.status
}

async fn made(w: &World) -> (String, String) {
    let page = w.as_(Role::Administrator).await.post("/accounts/new", NEW).await.expect(200);
    let mut read = w.read(&w.system()).await;
    let (id,): (String,) =
        read.one("select id from accounts where login = $1", args!["saeki"]).await.unwrap();
    (id, token(&page))
}

/// What a router answers to a try from an address, as a proxy passes it on.
async fn tried(router: &axum::Router, path: &str, from: &str) -> axum::response::Response {
    use tower::ServiceExt;
    let request = axum::http::Request::builder().uri(path).header("x-forwarded-for", from);
    let request = if path.starts_with("/api/") {
        request.header("authorization", "Bearer kkh_wrong").body(axum::body::Body::empty())
    } else {
        let kind = "application/x-www-form-urlencoded";
        let body = axum::body::Body::from("number=0000-0000-0000");
        request.method("POST").header("content-type", kind).body(body)
    };
    router.clone().oneshot(request.unwrap()).await.unwrap()
}

both! {
    async fn one_address_tries_so_many_times_a_minute(w: World) {
        let mut tx = w.write(&w.actor(Role::Administrator)).await;
        settings::set(&mut tx, settings::TRIES_PER_MINUTE, 5).await.unwrap();
        tx.commit().await.unwrap();
        let mut app = w.app.clone();
        app.config = Arc::new(Config { forwarded: true, ..(*app.config).clone() });
        let router = kakehashi::routes::router(app);
        let status = async |path: &str, from: &str| tried(&router, path, from).await.status();
        for n in 0..3 {
            assert_ne!(status("/invitations", "10.0.0.1").await, 429, "try {n}");
        }
        for n in 0..2 {
            assert_eq!(status("/api/v1/consultations", "10.0.0.1").await, 401, "wrong key {n}");
        }
        let late = tried(&router, "/invitations", "10.0.0.1").await;
        assert_eq!(late.status().as_u16(), 429);
        assert_eq!(late.headers()["retry-after"], "60");
        assert_eq!(status("/api/v1/consultations", "10.0.0.1").await, 429);
        // What somebody writes before the proxy's own word is not believed.
        assert_eq!(status("/invitations", "10.9.9.9, 10.0.0.1").await, 429);
        assert_ne!(status("/invitations", "10.0.0.1, 10.0.0.2").await, 429, "another address");
        w.set_clock("2026-11-20T01:01:00.000Z");
        assert_ne!(status("/invitations", "10.0.0.1").await, 429, "the next minute");
    }

    async fn an_account_begins_with_a_link_that_works_once(w: World) {
        let (_, link) = made(&w).await;
        assert_eq!(log_in(&w, "saeki", GOOD).await, 422);
        assert_eq!(set_password(&w, &link, "みじかい").await.status, 422);
        assert_eq!(set_password(&w, &link, GOOD).await.status, 303);
        assert_eq!(set_password(&w, &link, OTHER).await.status, 404);
        assert_eq!(log_in(&w, "saeki", GOOD).await, 303);
        assert_eq!(log_in(&w, "saeki", OTHER).await, 422);
    }

    async fn a_second_link_ends_the_first_and_a_week_ends_both(w: World) {
        let (id, first) = made(&w).await;
        let administrator = w.as_(Role::Administrator).await;
        let page = administrator.post(&format!("/accounts/{id}/invitation"), &[]).await;
        let second = token(&page.expect(200));
        assert_eq!(set_password(&w, &first, GOOD).await.status, 404);
        w.pass_minutes(7 * 24 * 60);
        assert_eq!(set_password(&w, &second, GOOD).await.status, 404);
    }

    async fn the_first_administrator_is_made_once(w: World) {
        let one = invitations::first(&w.app).await.unwrap().expect("nobody can sign in yet");
        let two = invitations::first(&w.app).await.unwrap().expect("nobody can sign in yet");
        let pairs = [
            ("place", "みどり区"),
            ("name", "山川"),
            ("login", "kanri"),
            ("password", GOOD),
            ("again", GOOD),
        ];
        let path = format!("/invitations/{one}");
        w.visitor().get(&path).await.expect(200);
        w.visitor().post_raw(&path, &pairs).await.expect(303);
        w.visitor().post_raw(&path, &pairs).await.expect(404);
        w.visitor().get(&format!("/invitations/{two}")).await.expect(404);
        assert_eq!(invitations::first(&w.app).await.unwrap(), None);
        assert_eq!(log_in(&w, "kanri", GOOD).await, 303);
    }

    async fn a_new_password_ends_the_other_sessions(w: World) {
        let (id, link) = made(&w).await;
        set_password(&w, &link, GOOD).await.expect(303);
        // The browser of the harness takes the seat of a coordinator; give that account a password.
        let account = w.actor(Role::Coordinator).account_id;
        let hash = "update accounts set password_hash =
                      (select b.password_hash from accounts b where b.id = $2) where id = $1";
        w.exec(hash, args![account, id]).await;
        let (mine, other) = (w.as_(Role::Coordinator).await, w.as_(Role::Coordinator).await);
        mine.get("/me").await.expect(200);
        let change = |current, new, again| {
            [("current", current), ("password", new), ("again", again)]
        };
        for (fields, field) in [
            (change(OTHER, OTHER, OTHER), "current-e"),
            (change(GOOD, "みじかい", "みじかい"), "password-e"),
            (change(GOOD, GOOD, GOOD), "password-e"),
            (change(GOOD, OTHER, GOOD), "again-e"),
        ] {
            let said = mine.post("/me/password", &fields).await.expect(422);
            assert!(said.text.contains(&format!("id=\"{field}\"")), "{field}: {}", said.text);
            assert!(!said.text.contains(OTHER), "a password is never sent back");
        }
        other.get("/").await.expect(200);
        let done = mine.post("/me/password", &change(GOOD, OTHER, OTHER)).await.expect(303);
        assert!(done.header("set-cookie").contains("kakehashi="));
        assert_eq!(other.get("/").await.status, 303, "the other session has ended");
        assert_eq!(log_in(&w, &account, OTHER).await, 303);
        assert_eq!(log_in(&w, &account, GOOD).await, 422);
    }

    async fn a_session_ends_with_its_post_its_role_or_its_account(w: World) {
        let administrator = w.as_(Role::Administrator).await;
        let nurse = w.as_(Role::Nurse).await;
        nurse.get("/").await.expect(200);
        let actor = w.actor(Role::Nurse);
        let path = format!("/accounts/{}", actor.account_id);
        let end = [("_do", "end"), ("post", actor.post_id.as_str())];
        administrator.post(&path, &end).await.expect(303);
        assert_eq!(nurse.get("/").await.status, 303);

        let officer = w.as_(Role::Officer).await;
        w.exec("update posts set role = 'auditor' where id = $1", args![officer.actor.post_id])
            .await;
        assert_eq!(officer.get("/").await.status, 303, "another role needs another session");

        let school = w.as_(Role::School).await;
        let path = format!("/accounts/{}", w.actor(Role::School).account_id);
        administrator.post(&path, &[("_do", "disable")]).await.expect(303);
        assert_eq!(school.get("/").await.status, 303);
    }

    async fn the_administrator_cannot_lock_the_door_from_inside(w: World) {
        let administrator = w.as_(Role::Administrator).await;
        let own = w.actor(Role::Administrator);
        let path = format!("/accounts/{}", own.account_id);
        administrator.post(&path, &[("_do", "disable")]).await.expect(422);
        let end = [("_do", "end"), ("post", own.post_id.as_str())];
        administrator.post(&path, &end).await.expect(422);
        administrator.get("/accounts").await.expect(200);
    }

    async fn an_account_of_another_ward_is_not_found(w: World) {
        let administrator = w.as_(Role::Administrator).await;
        let abroad = w.seated(Role::Nurse, Seat::Abroad).account_id;
        let before = w.digest().await;
        for (path, fields) in [
            (format!("/accounts/{abroad}"), vec![("_do", "disable")]),
            (format!("/accounts/{abroad}/invitation"), vec![]),
        ] {
            administrator.post(&path, &fields).await.expect(404);
        }
        administrator.get(&format!("/accounts/{abroad}")).await.expect(404);
        let list = administrator.get("/accounts").await.expect(200);
        assert!(list.text.contains("保健師一") && !list.text.contains("保健師隣"));
        assert_eq!(w.digest().await, before);
    }

    async fn a_bad_account_or_organisation_is_refused_in_words(w: World) {
        let administrator = w.as_(Role::Administrator).await;
        let before = w.digest().await;
        for (name, value) in [
            ("login", "さえき"),
            ("login", "account-nurse-first"),
            ("organisation", "org-centre-abroad"),
            ("role", "system"),
            ("valid_from", "2026-02-30"),
            ("name", ""),
        ] {
            let fields: Vec<_> =
                NEW.iter().map(|(n, v)| (*n, if *n == name { value } else { v })).collect();
            let said = administrator.post("/accounts/new", &fields).await.expect(422);
            let anchor = format!("id=\"{name}-e\"");
            assert!(said.text.contains(&anchor), "{name}={value}: {}", said.text);
        }
        let same = [("name", "障害福祉課一"), ("kind", "ward")];
        administrator.post("/organisations/new", &same).await.expect(422);
        assert_eq!(w.digest().await, before);
        let new = [("name", "こもれび"), ("kind", "nursing_station"), ("phone", "03-1234-5678")];
        administrator.post("/organisations/new", &new).await.expect(303);
        assert!(administrator.get("/organisations").await.text.contains("こもれび"));
    }

    async fn two_posts_are_two_sets_of_rights(w: World) {
        let administrator = w.as_(Role::Administrator).await;
        let actor = w.actor(Role::Nurse);
        let path = format!("/accounts/{}", actor.account_id);
        let post = [
            ("_do", "post"),
            ("organisation", "org-ward-first"),
            ("role", "auditor"),
            ("valid_from", "2026-11-01"),
        ];
        administrator.post(&path, &post).await.expect(303);
        let nurse = w.as_(Role::Nurse).await;
        nurse.get("/audit").await.expect(404);
        let (second,): (String,) = w
            .read(&w.system())
            .await
            .one(
                "select id from posts where account_id = $1 and role = 'auditor'",
                args![actor.account_id],
            )
            .await
            .unwrap();
        let strange = w.actor(Role::Officer).post_id;
        nurse.post("/me/post", &[("post", &strange)]).await.expect(404);
        let done = nurse.post("/me/post", &[("post", &second)]).await.expect(303);
        assert!(done.header("set-cookie").contains("kakehashi="));
        assert_eq!(nurse.get("/me").await.status, 303, "the session of the first post is over");
    }

    async fn the_auditor_reads_what_was_done_and_sees_no_person(w: World) {
        let person = w.person("水野", "はると").await;
        let number = kana::ClientNumber::from_row(person.number).to_string();
        w.as_(Role::Officer).await.get(&format!("/clients/{number}")).await.expect(200);
        let auditor = w.as_(Role::Auditor).await;
        let all = auditor.get("/audit").await.expect(200);
        assert!(all.text.contains("利用者の記録を見た") && all.text.contains(&number));
        assert!(!all.text.contains("水野"));
        let of = |query: &str| format!("/audit?{query}");
        let one = auditor.get(&of(&format!("client={number}&verb=view"))).await.expect(200);
        assert!(one.text.contains("区の担当職員一"));
        let none = auditor.get(&of("from=2027-01-01")).await.expect(200);
        assert!(none.text.contains("当てはまる記録はありません"));
        auditor.get(&of("from=2026-02-30&client=M-01274")).await.expect(422);
        let checked = auditor.post("/audit/verify", &[]).await.expect(200);
        assert!(checked.text.contains("すべてつながっています"));
        auditor.get(&format!("/clients/{number}")).await.expect(404);
    }

    async fn a_page_of_the_audit_leads_to_the_next_and_loses_nothing(w: World) {
        for _ in 0..130 {
            w.exec("update accounts set failures = 0 where id = 'nobody'", args![]).await;
        }
        let auditor = w.as_(Role::Auditor).await;
        let first = auditor.get("/audit?role=").await.expect(200);
        assert_eq!(first.text.matches("class=\"nowrap\">R8").count(), 100);
        let at = first.text.find("/audit?before=").expect("a next page");
        let next: String = first.text[at..].chars().take_while(|c| *c != '"').collect();
        let second = auditor.get(&next).await.expect(200);
        assert!(second.text.matches("class=\"nowrap\">R8").count() >= 30, "{}", second.text);
    }

    async fn everybody_finds_help_and_their_own_settings(w: World) {
        for role in Role::ALL {
            let browser = w.as_(role).await;
            let help = browser.get("/help").await.expect(200);
            assert!(help.text.contains("id=\"keys\"") && help.text.contains("システム管理者一"));
            let me = browser.get("/me").await.expect(200);
            assert!(me.text.contains("いまの職"));
        }
        let nurse = w.as_(Role::Nurse).await;
        nurse.post("/me", &[]).await.expect(303);
        assert!(nurse.get("/me").await.text.contains("data-keys=\"off\""));
        nurse.post("/me", &[("single_keys", "1")]).await.expect(303);
        assert!(nurse.get("/me").await.text.contains("data-keys=\"on\""));
    }
}

both! {
    async fn the_audit_is_asked_by_account_and_kind_and_its_file_is_recorded(w: World) {
        w.as_(Role::Nurse).await.get("/clients").await.expect(200);
        w.as_(Role::Officer).await.get("/clients").await.expect(200);
        let auditor = w.as_(Role::Auditor).await;
        let lines = async |query: &str| {
            let page = auditor.get(&format!("/audit?{query}")).await.expect(200);
            page.text.matches("scope=\"row\"").count()
        };
        let (nurse, all) = (lines("account=account-nurse-first").await, lines("").await);
        assert!(0 < nurse && nurse < all, "{nurse} of {all}");
        assert_eq!(lines("account=nobody").await, 0);
        assert_eq!(lines("kind=exports").await, 0);
        let file = auditor.get("/audit/file?account=account-nurse-first").await.expect(200);
        assert!(file.text.contains("利用者番号") && file.text.contains("保健師一"));
        assert_eq!(file.text.lines().count(), nurse + 1, "{}", file.text);
        assert_eq!(lines("kind=exports").await, 1, "that somebody took the file is a line");
        let first = auditor.get("/").await.expect(200).text;
        assert!(first.contains("/audit?from=2026-11-14&#38;kind=exports"), "{first}");
        auditor.get("/audit/file?from=2026-02-30").await.expect(422);
        w.as_(Role::Administrator).await.get("/audit/file").await.expect(404);
    }
}
