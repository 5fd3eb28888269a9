//! もう一度、本人の確認: before exports and changes of rights, and on a screen nobody sat before for a
//! while. What was typed and sent in such a moment is done afterwards, and nobody else's.

use kakehashi::access::Role;
use kakehashi::args;

use crate::support::{Answer, Browser, World};

const GOOD: &str = "橋をわたる朝の電車の音がする";

/// A form of the role with a password, some minutes after its last request.
async fn later(w: &World, role: Role, minutes: i64) -> Browser {
    w.set_password(&w.actor(role).account_id, GOOD).await;
    let browser = w.as_(role).await;
    w.pass_minutes(minutes);
    browser
}

/// Types the password on the page a refused form led to; the answer is that of the form.
async fn prove(browser: &Browser, asked: &Answer, password: &str) -> Answer {
    let page = browser.get(asked.location()).await.expect(200);
    assert!(page.text.contains("送った内容は預かっています"), "{}", page.text);
    let action = page.text.split("id=\"confirm\" method=\"post\" action=\"").nth(1).unwrap();
    let action = action.split('"').next().unwrap().replace("&amp;", "&");
    browser.post(&action, &[("password", password)]).await
}

async fn drafts(w: &World) -> String {
    let rows: Vec<(String,)> =
        w.read(&w.system()).await.all("select body from drafts", args![]).await.unwrap();
    rows.into_iter().map(|r| r.0).collect()
}

const MIZUNO: &[(&str, &str)] = &[
    ("family", "水野"),
    ("given", "はると"),
    ("family_kana", "みずの"),
    ("given_kana", "はると"),
    ("born_on", "令和2年6月3日"),
    ("sex", "male"),
    ("area", "east"),
];

both! {
    async fn a_change_of_rights_waits_for_the_password_with_all_that_was_typed(w: World) {
        let administrator = later(&w, Role::Administrator, 11).await;
        let path = format!("/accounts/{}", w.actor(Role::Nurse).account_id);
        let post = [
            ("_do", "post"),
            ("organisation", "org-ward-first"),
            ("role", "auditor"),
            ("title", "監査の担当"),
            ("valid_from", "2026-11-01"),
        ];
        administrator.get(&path).await.expect(200);
        let before = w.digest().await;
        let asked = administrator.post(&path, &post).await.expect(303);
        assert!(asked.location().starts_with("/confirm?held="), "{}", asked.location());
        let said = prove(&administrator, &asked, "ちがうパスワードです").await.expect(422);
        assert!(said.text.contains("パスワードが違います"), "{}", said.text);
        let rights = "select count(*) from posts where role = 'auditor' and title = '監査の担当'";
        assert_eq!(w.count(rights, args![]).await, 0);
        // Somebody else's session does not get it, not even with the right password.
        let other = later(&w, Role::Officer, 0).await;
        let id = asked.location().split("held=").nth(1).unwrap();
        other.get(asked.location()).await.expect(404);
        other.post(&format!("/clients?held={id}"), &[("password", GOOD)]).await.expect(404);
        assert_eq!(w.count(rights, args![]).await, 0);
        assert_ne!(before, w.digest().await, "the wrong try was counted");
        prove(&administrator, &asked, GOOD).await.expect(303);
        assert_eq!(w.count(rights, args![]).await, 1);
        assert_eq!(drafts(&w).await, "", "what was kept is let go");
        // For a while nothing more is asked.
        let end = [("_do", "disable")];
        administrator.post(&path, &end).await.expect(303);
        let state = "select count(*) from accounts where disabled_at is not null";
        assert_eq!(w.count(state, args![]).await, 1);
    }

    async fn what_is_wrong_with_a_form_is_said_after_the_password(w: World) {
        let administrator = later(&w, Role::Administrator, 11).await;
        let fields = [("name", "岡部 直人"), ("login", "岡部"), ("valid_from", "2026-02-30")];
        let asked = administrator.post("/accounts/new", &fields).await.expect(303);
        let said = prove(&administrator, &asked, GOOD).await.expect(422);
        assert!(said.text.contains("岡部 直人") && said.text.contains("id=\"valid_from-e\""));
    }

    async fn a_file_leaves_only_after_the_password(w: World) {
        let officer = later(&w, Role::Officer, 11).await;
        let file = "/reports/centre_consultations/files/csv";
        let asked = officer.get(file).await.expect(303);
        assert_eq!(asked.location(), format!("/confirm?next={file}"));
        let (right, wrong) = ([("password", GOOD), ("next", file)], [("next", file)]);
        officer.post("/confirm", &wrong).await.expect(422);
        officer.get(file).await.expect(303);
        let page = officer.post("/confirm", &right).await.expect(200);
        assert!(page.text.contains(&format!("href=\"{file}\"")), "{}", page.text);
        officer.get(file).await.expect(200);
        let away = [("password", GOOD), ("next", "//evil.example")];
        assert_eq!(officer.post("/confirm", &away).await.expect(303).location(), "/");
        // The setting decides how long.
        let sql = "insert into settings (id, key, value, recorded_at, recorded_by)
                   values ('s', 'confirm_minutes', '3', $1, 'x')";
        w.exec(sql, args![w.app.clock.now()]).await;
        w.pass_minutes(3);
        officer.get(file).await.expect(303);
    }

    async fn changing_the_post_is_not_typing_the_password(w: World) {
        let administrator = later(&w, Role::Administrator, 11).await;
        let (account, now) = (administrator.actor.account_id.clone(), w.app.clock.now());
        w.exec(
            "insert into posts (id, account_id, organisation_id, role, valid_from, recorded_at)
             values ('second', $1, 'org-ward-first', 'officer', '2026-01-01', $2)",
            args![account, now],
        )
        .await;
        let said = administrator.post("/me/post", &[("post", "second")]).await.expect(303);
        assert!(said.header("set-cookie").contains("kakehashi="));
        let sql = "select count(*) from sessions where account_id = $1 and post_id = 'second'
                     and confirmed_at = $2";
        assert_eq!(w.count(sql, args![account, now]).await, 0);
    }

    async fn a_screen_left_alone_opens_nothing_until_the_password(w: World) {
        for role in [Role::Coordinator, Role::Family, Role::Auditor] {
            let browser = later(&w, role, 14).await;
            browser.get("/me").await.expect(200);
            w.pass_minutes(14);
            browser.get("/me").await.expect(200);
            w.pass_minutes(15);
            for path in ["/", "/me", "/help"] {
                let asked = browser.get(path).await.expect(303);
                assert_eq!(asked.location(), format!("/confirm?next={path}"), "{role:?}");
            }
            let page = browser.get("/confirm?next=/me").await.expect(200);
            assert!(page.text.contains("画面を閉じています"), "{}", page.text);
            let name = browser.actor.name.clone();
            assert!(page.text.contains(&name), "whose password it is");
            browser.post("/confirm", &[("password", "ちがう言葉"), ("next", "/me")]).await.expect(422);
            browser.get("/me").await.expect(303);
            let right = [("password", GOOD), ("next", "/me")];
            assert_eq!(browser.post("/confirm", &right).await.expect(303).location(), "/me");
            browser.get("/me").await.expect(200);
            // Closed by hand.
            browser.post("/lock", &[("next", "/help")]).await.expect(303);
            browser.get("/me").await.expect(303);
            browser.post("/confirm", &right).await.expect(303);
            browser.get("/me").await.expect(200);
        }
    }

    async fn a_form_that_comes_after_the_lock_is_done_when_the_password_is_right(w: World) {
        let desk = later(&w, Role::Coordinator, 0).await;
        w.set_password(&w.actor(Role::Officer).account_id, GOOD).await;
        desk.get("/clients/new").await.expect(200);
        w.pass_minutes(15);
        // Typing was still saved; nothing else moved.
        let draft = [("family", "水野"), ("_subject", "s")];
        desk.post("/drafts/enrol", &draft).await.expect(200);
        let mut sent = MIZUNO.to_vec();
        sent.extend([("note", "123456789018"), ("password", "うっかり"), ("_once", "0123")]);
        let asked = desk.post("/clients/new", &sent).await.expect(303);
        assert!(asked.location().starts_with("/confirm?held="), "{}", asked.location());
        assert_eq!(w.count("select count(*) from clients", args![]).await, 0);
        let kept = drafts(&w).await;
        assert!(kept.contains("水野") && !kept.contains("123456789018") && !kept.contains("うっかり"));
        // Another account at the same screen sees nothing of it.
        let other = w.as_(Role::Officer).await;
        other.get(asked.location()).await.expect(404);
        let page = other.get("/clients/new").await.expect(200);
        assert!(!page.text.contains("水野"), "{}", page.text);
        let done = prove(&desk, &asked, GOOD).await.expect(303);
        assert!(done.location().starts_with("/clients/M-"), "{}", done.location());
        assert_eq!(w.count("select count(*) from clients", args![]).await, 1);
        desk.get(done.location()).await.expect(200);
        // Sent twice, done once.
        let id = asked.location().split("held=").nth(1).unwrap();
        let again = [("password", GOOD)];
        desk.post(&format!("/clients/new?held={id}"), &again).await.expect(404);
        assert_eq!(w.count("select count(*) from clients", args![]).await, 1);
    }

    async fn what_the_script_kept_comes_back_to_its_page_once(w: World) {
        let desk = later(&w, Role::Coordinator, 0).await;
        let typed = [("title", "書きかけ"), ("kind", "a"), ("kind", "b"), ("_subject", "/x/y")];
        desk.post("/drafts/page-0", &typed).await.expect(200);
        desk.post("/lock", &[("next", "/x/y")]).await.expect(303);
        desk.post("/drafts/page-0/take", &[("_subject", "/x/y")]).await.expect(303);
        let other = w.as_(Role::Officer).await;
        let none = other.post("/drafts/page-0/take", &[("_subject", "/x/y")]).await.expect(200);
        assert_eq!(none.text, "[]");
        desk.post("/confirm", &[("password", GOOD), ("next", "/x/y")]).await.expect(303);
        let back = desk.post("/drafts/page-0/take", &[("_subject", "/x/y")]).await.expect(200);
        assert_eq!(back.text, r#"[["title","書きかけ"],["kind","a"],["kind","b"]]"#);
        let gone = desk.post("/drafts/page-0/take", &[("_subject", "/x/y")]).await.expect(200);
        assert_eq!(gone.text, "[]");
    }
}
