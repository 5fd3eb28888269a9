//! きょう: every number of every role's first page is the length of the list it opens.

use kakehashi::access::Role;
use kakehashi::args;

use crate::support::{Browser, HOME, Person, Seat, World};

const COORDINATOR: &str = "account-coordinator-first";
const CENTRE: &str = "org-centre-first";

/// (label, number, href) of the strip.
fn tiles(page: &str) -> Vec<(String, i64, String)> {
    let strip = page.split("<ul class=\"counts\"").nth(1).unwrap_or_default();
    let strip = strip.split("</ul>").next().unwrap();
    let one = |tile: &str| {
        let href = tile.split('"').next().unwrap().replace("&#38;", "&");
        let label = between(tile, "<span class=\"t\">", "</span>");
        let number = between(tile, "<span class=\"n\">", "<small>").parse().unwrap();
        (label, number, href)
    };
    strip.split("<a href=\"").skip(1).map(one).collect()
}

fn between(text: &str, from: &str, to: &str) -> String {
    let rest =
        &text[text.find(from).unwrap_or_else(|| panic!("no {from} in {text}")) + from.len()..];
    rest[..rest.find(to).unwrap()].to_owned()
}

fn rows(page: &str) -> i64 {
    i64::try_from(page.matches("scope=\"row\"").count()).unwrap()
}

/// Opens every number; the answer is what the strip said.
async fn opened(by: &Browser) -> Vec<(String, i64)> {
    let mut out = vec![];
    for (label, number, href) in tiles(&by.get("/").await.expect(200).text) {
        let list = by.get(&href).await.expect(200).text;
        assert_eq!(rows(&list), number, "{label} {href}: {list}");
        out.push((label, number));
    }
    out
}

fn number(of: &[(String, i64)], label: &str) -> i64 {
    let found = of.iter().find(|(l, _)| l == label);
    found.unwrap_or_else(|| panic!("no {label} in {of:?}")).1
}

async fn part(w: &World, p: &Person, table: &str, columns: &str, values: &str) {
    let sql = format!(
        "insert into {table} (id, client_id, {columns}, valid_from, recorded_at, recorded_by)
         values ($1, $2, {values}, '2026-04-01', '2026-04-01T00:00:00.000Z', 'system')"
    );
    let id = format!("{table}-{}-{values}", p.number);
    w.exec(&sql, args![id, p.id]).await;
}

async fn team(w: &World, p: &Person, organisation: &str) {
    let values = format!("'{organisation}', 'coordinator'");
    part(w, p, "team_members", "organisation_id, role", &values).await;
}

async fn consent(w: &World, p: &Person, recipient: &str, until: &str, category: &str) {
    let id = format!("consent-{}-{recipient}", p.number);
    w.exec(
        "insert into consents (id, client_id, purpose, recipient_id, valid_from, valid_until,
           given_by, given_on, recorded_at, recorded_by)
         values ($1, $2, 'support', $3, '2026-04-01', $4, '母', '2026-04-01',
           '2026-04-01T00:00:00.000Z', 'system')",
        args![id, p.id, recipient, until],
    )
    .await;
    w.exec(
        "insert into consent_categories (consent_id, category) values ($1, $2)",
        args![id, category],
    )
    .await;
}

async fn charged(w: &World, p: &Person, since: &str) {
    w.exec(
        "insert into assignments (id, client_id, account_id, organisation_id, kind, weight, reason,
           valid_from, recorded_at, recorded_by)
         values ($1, $2, $3, $4, 'main', 100, 'x', $5, '2026-05-01T00:00:00.000Z', 'system')",
        args![format!("charge-{}", p.number), p.id, COORDINATOR, CENTRE, since],
    )
    .await;
}

async fn closed(w: &World, p: &Person) {
    w.exec(
        "insert into closures (id, client_id, kind, closed_on, recorded_at, recorded_by)
         values ($1, $2, 'death', '2026-11-01', '2026-11-01T00:00:00.000Z', 'system')",
        args![format!("shut-{}", p.number), p.id],
    )
    .await;
}

async fn contacted(w: &World, p: &Person, on: &str) {
    w.exec(
        "insert into case_notes (id, client_id, organisation_id, occurred_at, occurred_on, kind,
           text, author_id, recorded_at, recorded_by)
         values ($1, $2, $3, $4, $5, 'call', 'x', $6, $4, $6)",
        args![
            format!("note-{}", p.number),
            p.id,
            CENTRE,
            format!("{on}T01:00:00.000Z"),
            on,
            COORDINATOR
        ],
    )
    .await;
}

async fn promised(w: &World, p: &Person, due: &str, done: bool) {
    let done = done.then_some("2026-11-19T01:00:00.000Z");
    w.exec(
        "insert into follow_ups (id, controller_id, organisation_id, client_id, source, source_id,
           what, due_on, owner_id, recorded_at, recorded_by, done_at)
         values ($1, $2, $3, $4, 'case_note', 'n', 'かける', $5, $6, '2026-11-01T00:00:00.000Z',
           'system', $7)",
        args![format!("f-{}-{due}", p.number), HOME, CENTRE, p.id, due, COORDINATOR, done],
    )
    .await;
}

async fn waits(w: &World, p: &Person) {
    w.exec(
        "insert into case_requests (id, client_id, organisation_id, received_on, recorded_at,
           recorded_by) values ($1, $2, $3, '2026-11-14', '2026-11-14T00:00:00.000Z', 'system')",
        args![format!("wait-{}", p.number), p.id, CENTRE],
    )
    .await;
}

async fn described(w: &World, limit: i64) {
    w.exec(
        "insert into coordinators (id, account_id, organisation_id, training, felt_limit,
           valid_from, recorded_at, recorded_by)
         values ('profile', $1, $2, 'completed', $3, '2026-04-01', '2026-04-01T00:00:00.000Z',
           'system')",
        args![COORDINATOR, CENTRE, limit],
    )
    .await;
}

const CARER: (&str, &str) = ("name, relation, leave_until", "'母', 'mother', '2027-01-31'");
const CARD: (&str, &str) = ("kind, expires_on", "'physical', '2026-12-31'");

both! {
    async fn a_coordinators_numbers_open_their_lists(w: World) {
        let (near, far, shut) =
            (w.person("近", "一").await, w.person("遠", "二").await, w.person("終", "三").await);
        for p in [&near, &shut] {
            team(&w, p, CENTRE).await;
        }
        for p in [&near, &far, &shut] {
            part(&w, p, "client_carers", CARER.0, CARER.1).await;
            part(&w, p, "client_certificates", CARD.0, CARD.1).await;
            promised(&w, p, "2026-11-18", false).await;
            promised(&w, p, "2026-11-20", false).await;
            promised(&w, p, "2026-11-21", false).await;
            promised(&w, p, "2026-11-17", true).await;
            waits(&w, p).await;
            charged(&w, p, "2026-05-01").await;
        }
        let (quiet, busy) = (w.person("静", "四").await, w.person("忙", "五").await);
        for p in [&quiet, &busy] {
            team(&w, p, CENTRE).await;
            charged(&w, p, "2026-05-01").await;
        }
        contacted(&w, &quiet, "2026-09-20").await;
        contacted(&w, &busy, "2026-10-01").await;
        closed(&w, &shut).await;
        let coordinator = w.as_(Role::Coordinator).await;
        let found = opened(&coordinator).await;
        assert_eq!(number(&found, "きょうまでの連絡"), 2, "due until today, of people one sees");
        assert_eq!(number(&found, "担当が未定の新規"), 1);
        assert_eq!(number(&found, "わたしの担当"), 3);
        assert_eq!(number(&found, "動きのない担当"), 2, "never, and 61 days ago");
        assert_eq!(number(&found, "休業の終わりが近い家族"), 1);
        assert_eq!(number(&found, "手帳・受給者証の期限"), 1);
        let page = coordinator.get("/").await.text;
        assert!(page.contains("うち期限超過 1件") && page.contains("2日超過"));
        assert!(!page.contains("遠 二") && !page.contains("終 三"));
        w.exec(
            "insert into settings (id, key, value, recorded_at)
             values ('s', 'stalled_days', '30', '2026-11-20T00:00:00.000Z')",
            args![],
        )
        .await;
        let found = opened(&coordinator).await;
        assert_eq!(number(&found, "動きのない担当"), 3, "the number of days is a setting");
    }

    async fn an_officers_numbers_open_their_lists(w: World) {
        described(&w, 1).await;
        let (a, b) = (w.person("甲", "一").await, w.person("乙", "二").await);
        for p in [&a, &b] {
            charged(&w, p, "2026-05-01").await;
        }
        let waiting = w.person("待", "三").await;
        waits(&w, &waiting).await;
        part(&w, &waiting, "client_certificates", CARD.0, CARD.1).await;
        promised(&w, &waiting, "2026-11-19", false).await;
        promised(&w, &waiting, "2026-11-20", false).await;
        w.exec("update clients set enrolled_on = '2026-11-01' where id = $1", args![waiting.id])
            .await;
        let abroad = w.person_of("ward-abroad", "隣", "四").await;
        part(&w, &abroad, "client_certificates", CARD.0, CARD.1).await;
        waits(&w, &abroad).await;
        let officer = w.as_(Role::Officer).await;
        let found = opened(&officer).await;
        let want = [
            ("担当が未定の新規", 1),
            ("期限を過ぎた連絡", 1),
            ("主担当のいない人", 1),
            ("だれもいなくなるケース", 0),
            ("目安を超えている担当者", 1),
            ("手帳・受給者証の期限", 1),
        ];
        for (label, n) in want {
            assert_eq!(number(&found, label), n, "{label}");
        }
        assert!(!officer.get("/").await.text.contains("隣 四"));
    }

    async fn a_nurses_numbers_open_their_lists(w: World) {
        let (born, unborn) = (w.person("新", "一").await, w.person("胎", "二").await);
        w.exec(
            "update client_births set born_on = '2026-09-01' where client_id = $1",
            args![born.id],
        )
        .await;
        w.exec(
            "update client_births set born_on = null, expected_on = '2026-12-24'
             where client_id = $1",
            args![unborn.id],
        )
        .await;
        part(
            &w,
            &born,
            "client_whereabouts",
            "kind, place, expected_until",
            "'hospital', 'みどり病院', '2026-12-01'",
        )
        .await;
        part(&w, &unborn, "client_whereabouts", "kind", "'unborn'").await;
        let checked = [("古", "'ventilator', '2025-11-20'"), ("新", "'ventilator', '2025-11-21'")];
        for (name, values) in checked {
            let p = w.person(name, "機").await;
            part(&w, &p, "client_cares", "kind", "'ventilator'").await;
            part(&w, &p, "client_devices", "kind, checked_on", values).await;
        }
        let none = w.person("無", "機").await;
        part(&w, &none, "client_cares", "kind", "'ventilator'").await;
        let enrolled = "update clients set enrolled_on = '2026-11-01' where id = $1";
        w.exec(enrolled, args![born.id]).await;
        let nurse = w.as_(Role::Nurse).await;
        let found = opened(&nurse).await;
        assert_eq!(number(&found, "生まれたばかり・出生前"), 2);
        assert_eq!(number(&found, "退院が近い人"), 1);
        assert_eq!(number(&found, "電池の確認が1年ない人"), 2, "a year ago, and no device at all");
        assert_eq!(number(&found, "きょうまでの連絡"), 0);
        assert_eq!(number(&found, "今月の新しい登録"), 1);
        let list = nurse.get("/today/batteries").await.text;
        assert!(list.contains("機器が登録されていない") && list.contains("記録がない"));
    }

    async fn outside_organisations_count_only_whom_consent_shows(w: World) {
        for (role, office) in [
            (Role::Operator, "org-station-first"),
            (Role::Hospital, "org-hospital-first"),
            (Role::School, "org-school-first"),
        ] {
            let (yes, no, other) = (
                w.person("可", "一").await,
                w.person("否", "二").await,
                w.person("別", "三").await,
            );
            for p in [&yes, &no, &other] {
                team(&w, p, office).await;
            }
            consent(&w, &yes, office, "2026-12-31", "identity").await;
            consent(&w, &other, office, "2026-12-31", "plan").await;
            let browser = w.as_(role).await;
            let found = opened(&browser).await;
            assert_eq!(number(&found, "かかわっている人"), 1, "{role:?}");
            assert_eq!(number(&found, "期限の近い同意"), 1, "{role:?}");
            let page = browser.get("/").await.text;
            assert!(page.contains("可 一") && !page.contains("否 二") && !page.contains("別 三"));
            w.exec("update consents set withdrawn_on = '2026-11-19'", args![]).await;
            let found = opened(&browser).await;
            assert_eq!(number(&found, "かかわっている人"), 0, "withdrawn");
        }
    }

    async fn administrators_and_auditors_count_accounts_and_events(w: World) {
        w.exec(
            "update accounts set locked_until = '2026-11-20T01:10:00.000Z' where id = $1",
            args![COORDINATOR],
        )
        .await;
        w.exec(
            "update posts set valid_until = '2026-12-31' where id = 'post-nurse-second'",
            args![],
        )
        .await;
        let administrator = w.as_(Role::Administrator).await;
        let found = opened(&administrator).await;
        assert_eq!(number(&found, "いま入れないアカウント"), 1);
        assert_eq!(number(&found, "終わりの近い職"), 1);
        assert!(number(&found, "アカウント") >= 20);
        w.pass_minutes(10);
        assert_eq!(
            number(&opened(&w.as_(Role::Administrator).await).await, "いま入れないアカウント"),
            0
        );
        let auditor = w.as_(Role::Auditor).await;
        assert!(number(&opened(&auditor).await, "きょうの記録") > 0);
        assert!(auditor.get("/").await.text.contains("/audit/verify"));
    }

    async fn a_list_belongs_to_the_roles_that_are_shown_its_number(w: World) {
        let everything = [
            "unassigned",
            "stalled",
            "leave-ending",
            "certificates",
            "overdue",
            "without-coordinator",
            "new",
            "over-limit",
            "newborn",
            "discharge",
            "batteries",
            "in-touch",
            "consents",
            "locked",
            "posts-ending",
        ];
        for role in Role::ALL {
            let browser = w.as_(role).await;
            let first = browser.get("/").await;
            let own: Vec<String> = tiles(&first.text).into_iter().map(|(.., href)| href).collect();
            for list in everything {
                let path = format!("/today/{list}");
                let want = if own.contains(&path) { 200 } else { 404 };
                assert_eq!(browser.get(&path).await.status, want, "{role:?} {path}");
            }
            assert_eq!(browser.get("/today/promises").await.status, 404);
            assert_eq!(browser.get("/today/nothing").await.status, 404);
        }
    }

    async fn what_was_left_unfinished_can_be_gone_on_with(w: World) {
        let p = w.person("途", "中").await;
        let officer = w.as_(Role::Officer).await;
        let draft = [("_subject", p.id.as_str()), ("received_from", "下書き")];
        officer.post("/drafts/case-request", &draft).await;
        let page = officer.get("/").await.expect(200).text;
        assert!(page.contains("担当の依頼の続きを書く"), "{page}");
        let href = between(&page[page.find("c-drafts").unwrap()..], "<a href=\"", "\"");
        assert!(officer.get(&href).await.expect(200).text.contains("下書き"));
        assert!(
            !w.sign_in(Role::Officer, Seat::Second)
                .await
                .get("/")
                .await
                .text
                .contains("続きを書く")
        );
    }
}
