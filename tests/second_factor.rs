//! 二段階認証: begun, confirmed, used once a step; the paper for the day the telephone is gone; what
//! comes after the password before anything opens.

use civil::Instant;
use kakehashi::access::Role;
use kakehashi::args;
use kakehashi::routes::ROUTES;
use kakehashi::staff::totp;

use crate::support::{Answer, Browser, World};

const GOOD: &str = "橋をわたる朝の電車の音がする";
const OTHER: &str = "夕方の川に灯りがともっていく";

/// The secret of the account, as only the server can read it.
async fn secret(w: &World, account: &str) -> Vec<u8> {
    let sql = "select sealed from second_factors where account_id = $1 and removed_at is null
               order by begun_at desc, id desc limit 1";
    let (sealed,): (String,) = w.read(&w.system()).await.one(sql, args![account]).await.unwrap();
    w.app.vault.unseal(account, &sealed).expect("sealed with the key of this server")
}

fn shown(w: &World, secret: &[u8]) -> String {
    totp::code(secret, w.app.clock.now())
}

/// A code that is wrong now and in the steps beside it.
fn wrong(w: &World, secret: &[u8]) -> String {
    let now = w.app.clock.now().millis();
    let near: Vec<String> = [-60_000, -30_000, 0, 30_000, 60_000]
        .map(|d| totp::code(secret, Instant::from_millis(now + d).unwrap()))
        .to_vec();
    (0..).map(|n| format!("{n:06}")).find(|c| !near.contains(c)).unwrap()
}

/// The codes on the paper.
fn paper(page: &Answer) -> Vec<String> {
    let list = page.text.split("<ol class=\"codes\">").nth(1).expect("the paper");
    let list = list.split("</ol>").next().unwrap();
    let code = |li: &str| li.split('>').nth(1).unwrap().split('<').next().unwrap().to_owned();
    list.split("<li").skip(1).map(code).collect()
}

/// The coordinator with a password and a second factor; the paper.
async fn enrolled(w: &World) -> (String, Vec<String>) {
    let account = w.actor(Role::Coordinator).account_id;
    w.set_password(&account, GOOD).await;
    let browser = w.as_(Role::Coordinator).await;
    let codes = enrol(w, &browser).await;
    w.pass_minutes(1);
    (account, codes)
}

async fn enrol(w: &World, browser: &Browser) -> Vec<String> {
    browser.post("/me/second-factor", &[]).await.expect(303);
    let code = shown(w, &secret(w, &browser.actor.account_id).await);
    let said = browser.post("/me/second-factor/confirm", &[("code", &code)]).await.expect(200);
    paper(&said)
}

/// Every other page leads to the one that comes first.
async fn only(browser: &Browser, place: &str, open: &[&str]) {
    let pages = ROUTES.iter().filter(|(m, p)| *m == "GET" && !p.contains('{'));
    for (_, path) in pages.filter(|(_, p)| !p.starts_with("/api/") && !p.starts_with("/assets/")) {
        let said = browser.get(path).await;
        let is_open = open.contains(path) || said.status == 404;
        let public = ["/login", "/invitations", "/health"].contains(path);
        assert!(is_open || public || said.location().starts_with(place), "{path}: {}", said.status);
    }
    let said = browser.post("/follow-ups/x/done", &[]).await.expect(303);
    assert!(said.location().starts_with(place), "{}", said.location());
}

both! {
    async fn a_factor_counts_from_its_first_code_and_its_secrets_are_nowhere_in_the_open(w: World) {
        let account = w.actor(Role::Coordinator).account_id;
        w.set_password(&account, GOOD).await;
        let browser = w.as_(Role::Coordinator).await;
        let begun = browser.get("/me/second-factor").await.expect(200);
        assert!(begun.text.contains("まだ使っていません"), "{}", begun.text);
        browser.post("/me/second-factor", &[]).await.expect(303);
        let secret = secret(&w, &account).await;
        let page = browser.get("/me/second-factor").await.expect(200);
        let spelled = totp::spelled(&secret);
        assert!(page.text.contains("<svg class=\"qr\"") && page.text.contains(&spelled));
        assert!(!page.text.contains("style="), "the policy of the pages forbids inline style");
        let (said, _) = w.log_in(&account, GOOD).await;
        assert_eq!(said.location(), "/", "it does not count before its first code");
        let wrong = wrong(&w, &secret);
        let said = browser.post("/me/second-factor/confirm", &[("code", &wrong)]).await.expect(422);
        assert!(said.text.contains("id=\"code-e\""), "{}", said.text);
        let code = shown(&w, &secret);
        let said = browser.post("/me/second-factor/confirm", &[("code", &code)]).await.expect(200);
        let codes = paper(&said);
        assert_eq!(codes.len(), 10);
        let page = browser.get("/me/second-factor").await.expect(200);
        assert!(page.text.contains("10個") && !page.text.contains(&codes[0]), "shown once");
        let all = everything(&w).await;
        let hex: String = secret.iter().map(|b| format!("{b:02x}")).collect();
        let letters = totp::spelled(&secret).replace(' ', "");
        for open in [hex, letters, codes[0].clone(), codes[0].replace('-', "")] {
            assert!(!all.contains(&open), "{open} stands in the database");
        }
    }

    async fn signing_in_takes_the_code_and_each_code_once(w: World) {
        let (account, _) = enrolled(&w).await;
        let (said, browser) = w.log_in(&account, GOOD).await;
        assert!(said.location().starts_with("/login/code"), "{}", said.location());
        let browser = browser.expect("a session that waits for its code");
        only(&browser, "/login/code", &["/login/code"]).await;
        let secret = secret(&w, &account).await;
        let (code, wrong) = (shown(&w, &secret), wrong(&w, &secret));
        browser.post("/login/code", &[("code", &wrong)]).await.expect(422);
        browser.post("/login/code", &[("code", &code)]).await.expect(303);
        browser.get("/clients").await.expect(200);
        let again = w.log_in(&account, GOOD).await.1.unwrap();
        let said = again.post("/login/code", &[("code", &code)]).await.expect(422);
        assert!(said.text.contains("一度使った数字は使えません"), "{}", said.text);
        again.get("/clients").await.expect(303);
        w.pass_minutes(1);
        let full: String = shown(&w, &secret).chars()
            .map(|c| char::from_u32(c as u32 + 0xFEE0).unwrap()).collect();
        again.post("/login/code", &[("code", &full)]).await.expect(303);
        again.get("/clients").await.expect(200);
    }

    async fn a_code_on_paper_opens_once_and_new_paper_ends_the_old(w: World) {
        let (account, codes) = enrolled(&w).await;
        for (code, opens) in [(&codes[0], true), (&codes[0], false), (&codes[1], true)] {
            let browser = w.log_in(&account, GOOD).await.1.unwrap();
            let typed = code.to_lowercase().replace('-', " ");
            let said = browser.post("/login/code", &[("code", &typed)]).await;
            assert_eq!(said.status, if opens { 303 } else { 422 }, "{code}");
            if !opens {
                continue;
            }
            only(&browser, "/me/notices", &["/me/notices", "/confirm", "/login/code"]).await;
            let told = browser.get("/me/notices").await.expect(200);
            assert!(told.text.contains("回復コードでログインがありました"));
            browser.post("/me/notices", &[]).await.expect(303);
            browser.get("/clients").await.expect(200);
        }
        let browser = w.as_(Role::Coordinator).await;
        assert!(browser.get("/me/second-factor").await.text.contains("8個"));
        let new = paper(&browser.post("/me/second-factor/codes", &[]).await.expect(200));
        let old = w.log_in(&account, GOOD).await.1.unwrap();
        old.post("/login/code", &[("code", &codes[2])]).await.expect(422);
        old.post("/login/code", &[("code", &new[2])]).await.expect(303);
    }

    async fn guessing_codes_is_stopped_and_the_right_password_in_between_does_not_help(w: World) {
        let (account, _) = enrolled(&w).await;
        let secret = secret(&w, &account).await;
        for _ in 0..10 {
            let browser = w.log_in(&account, GOOD).await.1.expect("the password is right");
            browser.post("/login/code", &[("code", &wrong(&w, &secret))]).await.expect(422);
        }
        let (said, _) = w.log_in(&account, GOOD).await;
        assert_eq!(said.status, 422);
        assert!(said.text.contains("15分間ログインできません"), "{}", said.text);
        w.pass_minutes(16);
        let browser = w.log_in(&account, GOOD).await.1.expect("after a quarter of an hour");
        browser.post("/login/code", &[("code", &shown(&w, &secret))]).await.expect(303);
    }

    async fn a_role_that_needs_it_is_led_there_from_its_day_and_nowhere_else(w: World) {
        let account = w.actor(Role::Nurse).account_id;
        w.set_password(&account, GOOD).await;
        for (day, needed) in [("2026-11-21", false), ("2026-11-20", true)] {
            let sql = "insert into settings (id, key, value, valid_from, recorded_at, recorded_by)
                       values ($1, 'second_factor_nurse', '1', $1, $2, 'x')";
            w.exec(sql, args![day, w.app.clock.now()]).await;
            w.pass_minutes(1);
            let browser = w.log_in(&account, GOOD).await.1.unwrap();
            let said = browser.get("/clients").await;
            assert_eq!(said.status, if needed { 303 } else { 200 }, "{day}");
        }
        let browser = w.log_in(&account, GOOD).await.1.unwrap();
        let place = "/me/second-factor";
        only(&browser, place, &[place, "/confirm", "/login/code"]).await;
        enrol(&w, &browser).await;
        browser.get("/clients").await.expect(200);
        // Another role of the same ward is not asked.
        let officer = w.actor(Role::Officer).account_id;
        w.set_password(&officer, GOOD).await;
        w.log_in(&officer, GOOD).await.1.unwrap().get("/clients").await.expect(200);
    }

    async fn the_administrator_takes_it_off_and_the_person_is_told(w: World) {
        let (account, _) = enrolled(&w).await;
        let administrator = w.as_(Role::Administrator).await;
        let path = format!("/accounts/{account}");
        assert!(administrator.get(&path).await.text.contains("value=\"reset_factor\""));
        let open = w.as_(Role::Coordinator).await;
        administrator.post(&path, &[("_do", "reset_factor")]).await.expect(303);
        assert!(!administrator.get(&path).await.text.contains("value=\"reset_factor\""));
        administrator.post(&path, &[("_do", "reset_factor")]).await.expect(422);
        assert_eq!(open.get("/").await.status, 303, "its sessions have ended");
        let browser = w.log_in(&account, GOOD).await.1.unwrap();
        only(&browser, "/me/notices", &["/me/notices", "/confirm", "/login/code"]).await;
        let told = browser.get("/me/notices").await.expect(200);
        assert!(told.text.contains("二段階認証を外しました"), "{}", told.text);
        browser.post("/me/notices", &[]).await.expect(303);
        browser.get("/clients").await.expect(200);
        let log = "select count(*) from audit_events where verb = 'remove'
                     and noun = 'second_factor' and record_id = $1 and account_id = $2";
        let by = w.actor(Role::Administrator).account_id;
        assert_eq!(w.count(log, args![account, by]).await, 1);
    }

    async fn a_password_asked_for_is_changed_before_anything_opens(w: World) {
        let account = w.actor(Role::Nurse).account_id;
        w.set_password(&account, GOOD).await;
        let open = w.as_(Role::Nurse).await;
        let path = format!("/accounts/{account}");
        let administrator = w.as_(Role::Administrator).await;
        administrator.post(&path, &[("_do", "ask_password")]).await.expect(303);
        assert_eq!(open.get("/").await.status, 303, "its sessions have ended");
        let browser = w.log_in(&account, GOOD).await.1.unwrap();
        only(&browser, "/me/password", &["/me/password", "/confirm", "/login/code"]).await;
        let change = |new| [("current", GOOD), ("password", new), ("again", new)];
        for (weak, why) in [
            ("password2026!", "よく使われる言葉"),
            ("保健師一のひみつの言葉です", "ログイン名や氏名"),
            (GOOD, "いまと違う"),
        ] {
            let said = browser.post("/me/password", &change(weak)).await.expect(422);
            assert!(said.text.contains(why), "{weak}: {}", said.text);
        }
        browser.post("/me/password", &change(OTHER)).await.expect(303);
        assert_eq!(browser.get("/").await.location(), "/login?next=/", "another session goes on");
        let browser = w.log_in(&account, OTHER).await.1.unwrap();
        browser.post("/me/notices", &[]).await.expect(303);
        browser.get("/clients").await.expect(200);
    }
}

/// Every text of every table.
async fn everything(w: &World) -> String {
    let mut read = w.read(&w.system()).await;
    let mut all = String::new();
    for table in ["second_factors", "recovery_codes", "sessions", "audit_events", "drafts"] {
        let columns = match table {
            "second_factors" => "sealed",
            "recovery_codes" => "code_hash",
            "sessions" => "token_hash || csrf || stage",
            "drafts" => "body",
            _ => "record_id || fields || digest",
        };
        let sql = format!("select {columns} from {table}");
        let rows: Vec<(String,)> =
            read.all(kakehashi::store::Sql::built(sql), args![]).await.unwrap();
        rows.into_iter().for_each(|(text,)| all.push_str(&text));
    }
    all
}
