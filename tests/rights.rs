//! Who may still do what: the access table before and after 1 April, over every route; the yearly
//! review; what remains of a leaver; the printed invitation.

use kakehashi::access::Role;
use kakehashi::args;
use kakehashi::routes::ROUTES;

use crate::access::{people, places};
use crate::support::{Answer, Browser, Seat, World};

/// 31 March, 23:50 and 1 April, 0:00 in Japan.
const BEFORE: &str = "2027-03-31T14:50:00.000Z";
const AFTER: &str = "2027-03-31T15:00:00.000Z";
const ADMINISTRATOR: Role = Role::Administrator;

/// Routes whose answer to a form is the same for everybody, signed in or not.
const ANYBODY: &[&str] = &["/login", "/invitations", "/invitations/{token}", "/login/code"];

/// Places of a route: people the post sees and people it does not are among the first.
const EACH: usize = 5;

/// Every route but the programs', with the ids of records that exist.
fn routes(w: &World) -> Vec<(&'static str, &'static str, Vec<String>)> {
    let pages = ROUTES.iter().filter(|(_, p)| !p.starts_with("/api/"));
    let some = |p| places::of(w, p).into_iter().take(EACH).collect();
    pages.map(|(m, p)| (*m, *p, some(p))).collect()
}

/// How a route answers a browser: a form without the session's token is refused before it is read,
/// so that nothing changes: 403 where the route is open, 404 where it is not.
async fn ask(browser: &Browser, method: &str, path: &str) -> u16 {
    match method {
        "GET" => browser.get(path).await.status,
        _ if path == "/imports" || path == "/what-if" || path.ends_with("/upload") => {
            browser.upload_raw(path, &[("_csrf", "guessed")], "a.csv", b"a").await.status
        }
        _ => browser.post_raw(path, &[("_csrf", "guessed")]).await.status,
    }
}

/// The reviewed table, as the program answers: every route, GET and POST, with and without ids.
/// What may be open or not (a record the post does not see) must be as for somebody who has the
/// post and whom no transfer concerns.
async fn the_table_holds(w: &World, browser: &Browser, role: Role, standing: Option<&Browser>) {
    assert_eq!(browser.actor.role, role);
    let (mut opened, mut closed) = (0, 0);
    for (method, pattern, paths) in routes(w) {
        let open = w.app.access.allows(role, method, pattern);
        for path in paths {
            let status = ask(browser, method, &path).await;
            let said = format!("{role:?} {method} {path}: {status}");
            match (open, method) {
                (false, _) => assert_eq!(status, 404, "{said}"),
                (true, "GET") if !pattern.contains('{') => assert_ne!(status, 404, "{said}"),
                (true, "GET") => {}
                (true, _) if ANYBODY.contains(&pattern) => assert_ne!(status, 500, "{said}"),
                (true, _) => assert_eq!(status, 403, "{said}"),
            }
            if let Some(other) = standing {
                assert_eq!(status, ask(other, method, &path).await, "{said}, to others");
            }
            if open && method == "GET" && status == 200 && pattern.contains('{') {
                opened += 1;
            }
            closed += usize::from(!open);
        }
    }
    assert!(closed > 15, "{role:?}: the table closes something");
    let people = matches!(role, Role::Officer | Role::Coordinator | Role::Nurse);
    assert!(!people || opened > 20, "{role:?}: pages with ids are really opened: {opened}");
}

async fn enter(w: &World, role: Role, fields: &[(&str, &str)]) {
    let path = format!("/accounts/{}/transfer", w.actor(role).account_id);
    let mut all = vec![("valid_from", "2027-04-01")];
    all.extend_from_slice(fields);
    w.as_(ADMINISTRATOR).await.post(&path, &all).await.expect(303);
}

/// The post an account has, or will have, in a role.
async fn post_of(w: &World, account: &str, of: Role) -> String {
    let sql = "select id from posts where account_id = $1 and role = $2 and voided_at is null";
    let mut read = w.read(&w.system()).await;
    let (id,): (String,) = read.one(sql, args![account, of.code()]).await.unwrap();
    id
}

fn lines(page: &Answer) -> Vec<String> {
    let ids = page.text.split("name=\"note-").skip(1);
    ids.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

fn total(page: &Answer) -> usize {
    let tile = page.text.split("アクセス権の棚卸し</span>").nth(1).expect("the number");
    let n = tile.split("class=\"n\">").nth(1).unwrap();
    n.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap()
}

both! {
    async fn the_whole_table_holds_before_and_after_the_first_of_april(w: World) {
        people::settle(&w, |_, _| true).await;
        w.set_clock("2027-03-10T01:00:00.000Z");
        let (mover, nurse) = (w.actor(Role::Coordinator), w.actor(Role::Nurse));
        let (leaver, ended) = (w.actor(Role::School), w.actor(Role::Hospital));
        let to_ward =
            [("kind", "move"), ("post", mover.post_id.as_str()), ("organisation", "org-ward-first"),
             ("role", "officer")];
        enter(&w, Role::Coordinator, &to_ward).await;
        let second = [("kind", "add"), ("organisation", "org-ward-first"), ("role", "auditor")];
        enter(&w, Role::Nurse, &second).await;
        enter(&w, Role::School, &[("kind", "leave")]).await;
        enter(&w, Role::Hospital, &[("kind", "end"), ("post", &ended.post_id)]).await;
        let officer_post = post_of(&w, &mover.account_id, Role::Officer).await;
        let auditor_post = post_of(&w, &nurse.account_id, Role::Auditor).await;

        w.set_clock(BEFORE);
        let open = [
            (w.as_(Role::Coordinator).await, Role::Coordinator),
            (w.as_(Role::Nurse).await, Role::Nurse),
            (w.as_(Role::School).await, Role::School),
            (w.as_(Role::Hospital).await, Role::Hospital),
        ];
        for (browser, role) in &open {
            the_table_holds(&w, browser, *role, None).await;
        }
        for (account, post) in [(&mover, &officer_post), (&nurse, &auditor_post)] {
            assert!(w.at_post(&account.account_id, post).await.is_none(), "not before its day");
        }

        w.set_clock(AFTER);
        // Open sessions: of ended posts they are over, of posts that go on they go on.
        for (browser, role) in &open {
            let ends = *role != Role::Nurse;
            for (method, pattern, paths) in routes(&w) {
                let row = w.app.access.find(method, pattern).unwrap();
                for path in paths.iter().filter(|_| ends && !row.public) {
                    let status = ask(browser, method, path).await;
                    let gone = if method == "GET" { 303 } else { 403 };
                    assert_eq!(status, gone, "{role:?} {method} {path}");
                }
            }
        }
        the_table_holds(&w, &open[1].0, Role::Nurse, None).await;
        for (who, post) in [(&mover, &mover.post_id), (&ended, &ended.post_id),
                            (&leaver, &leaver.post_id)] {
            assert!(w.at_post(&who.account_id, post).await.is_none(), "an ended post");
        }
        let moved = w.at_post(&mover.account_id, &officer_post).await.expect("the new post");
        let officer = w.as_(Role::Officer).await;
        the_table_holds(&w, &moved, Role::Officer, Some(&officer)).await;
        let auditing = w.at_post(&nurse.account_id, &auditor_post).await.expect("the new 兼務");
        let auditor = w.as_(Role::Auditor).await;
        the_table_holds(&w, &auditing, Role::Auditor, Some(&auditor)).await;
        // The case nobody has: on the list of the ward, and of nobody else.
        let left = officer.get("/unowned").await.expect(200);
        assert!(left.text.contains("すでにいません"), "{}", left.text);
        auditing.get("/unowned").await.expect(404);
    }

    async fn every_page_says_in_which_post_one_works(w: World) {
        people::settle(&w, |_, _| true).await;
        let nurse = w.as_(Role::Nurse).await;
        let mut n = 0;
        for (method, pattern, paths) in routes(&w) {
            if method != "GET" || !w.app.access.allows(Role::Nurse, method, pattern) {
                continue;
            }
            for path in paths {
                let page = nurse.get(&path).await;
                if page.status == 200 && page.text.contains("<nav class=\"nav\"") {
                    assert!(page.text.contains("障害福祉課一（保健師）"), "{path}");
                    n += 1;
                }
            }
        }
        assert!(n > 50, "{n} pages");
    }

    async fn once_a_year_every_post_gets_its_answer(w: World) {
        let administrator = w.as_(ADMINISTRATOR).await;
        assert_eq!(total(&administrator.get("/").await), 1, "there never was one");
        let made = administrator.post("/reviews", &[]).await.expect(303);
        let path = made.location().to_owned();
        administrator.post("/reviews", &[]).await.expect(409);
        let page = administrator.get(&path).await.expect(200);
        let all = lines(&page);
        // Ten roles, two seats in this ward; the neighbours' are not ours to look at.
        assert_eq!(all.len(), 20);
        assert!(page.text.contains("保健師一") && !page.text.contains("保健師隣"));
        assert_eq!(total(&administrator.get("/").await), 20);
        let end = w.actor(Role::Operator);
        let mut read = w.read(&w.system()).await;
        let sql = "select id from access_review_lines where post_id = $1";
        let (ending,): (String,) = read.one(sql, args![end.post_id]).await.unwrap();
        drop(read);
        // An officer may answer, too; a change must say what.
        let officer = w.as_(Role::Officer).await;
        let first = all.iter().find(|id| **id != ending).unwrap();
        let (answer, note) = (format!("answer-{first}"), format!("note-{first}"));
        let said = officer.post(&path, &[(&answer, "change")]).await.expect(422);
        assert!(said.text.contains("どう変えるのかを書いてください"), "{}", said.text);
        officer.post(&path, &[(&answer, "perhaps")]).await.expect(422);
        officer.post(&path, &[]).await.expect(422);
        let change = [(answer.as_str(), "change"), (&note, "所属を変える")];
        officer.post(&path, &change).await.expect(303);
        assert_eq!(total(&administrator.get("/").await), 19);
        let rest: Vec<(String, &str)> = all
            .iter()
            .filter(|id| *id != first)
            .map(|id| (format!("answer-{id}"), if *id == ending { "end" } else { "keep" }))
            .collect();
        let rest: Vec<(&str, &str)> = rest.iter().map(|(n, v)| (n.as_str(), *v)).collect();
        administrator.post(&path, &rest).await.expect(303);
        // What should end must have ended.
        let finish = format!("{path}/finish");
        let said = administrator.post(&finish, &[]).await.expect(422);
        assert!(said.text.contains("まだ終わっていません"), "{}", said.text);
        let account = format!("/accounts/{}", end.account_id);
        let gone = [("_do", "end"), ("post", end.post_id.as_str())];
        administrator.post(&account, &gone).await.expect(303);
        administrator.post(&finish, &[]).await.expect(303);
        officer.post(&path, &change).await.expect(422);
        let page = administrator.get(&path).await.expect(200);
        assert!(page.text.contains("所属を変える") && !page.text.contains("type=\"radio\""));
        assert_eq!(total(&administrator.get("/").await), 0);
        // A year later it is due again.
        w.set_clock("2027-11-19T01:00:00.000Z");
        assert_eq!(total(&w.as_(ADMINISTRATOR).await.get("/").await), 0);
        w.set_clock("2027-11-20T01:00:00.000Z");
        assert_eq!(total(&w.as_(ADMINISTRATOR).await.get("/").await), 1);
        let abroad = w.sign_in(ADMINISTRATOR, Seat::Abroad).await;
        abroad.get(&path).await.expect(404);
    }

    async fn nothing_is_left_of_a_leaver(w: World) {
        let leaver = w.actor(Role::Coordinator);
        let desk = w.as_(Role::Coordinator).await;
        desk.post("/drafts/enrol", &[("family", "書きかけ"), ("_subject", "s")]).await.expect(200);
        let administrator = w.as_(ADMINISTRATOR).await;
        let page = format!("/accounts/{}/leaving", leaver.account_id);
        let said = administrator.get(&page).await.expect(200);
        assert!(said.text.contains("まだ使えます") && !said.text.contains("書きかけ</"));
        w.set_clock("2027-03-10T01:00:00.000Z");
        enter(&w, Role::Coordinator, &[("kind", "leave")]).await;
        w.set_clock(AFTER);
        let said = w.as_(ADMINISTRATOR).await.get(&page).await.expect(200);
        assert!(said.text.contains("もう何も開けません"), "{}", said.text);
        assert_eq!(desk.get("/").await.status, 303);
        let drafts = "select count(*) from drafts where account_id = $1";
        assert_eq!(w.count(drafts, args![leaver.account_id]).await, 1, "for a month, unseen");
        w.set_clock("2027-05-02T01:00:00.000Z");
        w.as_(Role::Officer).await;
        assert_eq!(w.count(drafts, args![leaver.account_id]).await, 0);
        let abroad = w.seated(Role::Nurse, Seat::Abroad).account_id;
        let path = format!("/accounts/{abroad}/leaving");
        w.as_(ADMINISTRATOR).await.get(&path).await.expect(404);
    }

    async fn the_number_on_paper_opens_the_invitation(w: World) {
        let path = format!("/accounts/{}/invitation", w.actor(Role::Nurse).account_id);
        let sheet = w.as_(ADMINISTRATOR).await.post(&path, &[]).await.expect(200);
        for said in ["<svg class=\"qr\"", "保健師一さん", "account-nurse-first", "data-print"] {
            assert!(sheet.text.contains(said), "{said}: {}", sheet.text);
        }
        let number = sheet.text.split("<span class=\"sub mono\">").nth(1).unwrap();
        let number = number.split('<').next().unwrap();
        assert_eq!(number.replace(' ', "").len(), 20);
        let visitor = w.visitor();
        visitor.get("/invitations").await.expect(200);
        for wrong in ["", "0000 0000 0000 0000 0000", "ゼロ"] {
            let said = visitor.post_raw("/invitations", &[("number", wrong)]).await.expect(422);
            assert!(said.text.contains("id=\"number-e\""), "{wrong}: {}", said.text);
        }
        let typed = number.to_uppercase().replace(' ', "　");
        let found = visitor.post_raw("/invitations", &[("number", &typed)]).await.expect(303);
        let page = visitor.get(found.location()).await.expect(200);
        assert!(page.text.contains("パスワードを決める"), "{}", page.text);
    }
}
