//! 廃棄: what is due, two persons, nothing left but a tombstone; and what the databases refuse.

use std::path::Path;
use std::sync::Arc;

use kakehashi::access::Role;
use kakehashi::args;
use kakehashi::audit;
use kakehashi::audit::seal::{FILE, Sealed, Why, seal};
use kakehashi::records::tables;
use kakehashi::routes;
use kakehashi::store::{Sql, Tx};
use kakehashi::web::Config;

use crate::records::fill::fill;
use crate::support::{Person, Seat, World};

const KINDS: [&str; 6] = ["folder", "consultation", "case_note", "assignment", "consent", "audit"];

/// The world with a ward's own periods: years by kind, one of them perhaps unknown.
fn keeping(w: &World, folder: &Path, years: &str, unknown: &str) -> World {
    let kind = |k: &&str| {
        let known = format!("years = {years}\nsource = \"規程\"");
        let years = if *k == unknown { "" } else { known.as_str() };
        format!("[[kind]]\nid = \"{k}\"\ntitle = \"{k}\"\ncounts_from = \"closing\"\n{years}\n")
    };
    let text: String = KINDS.iter().map(kind).collect();
    std::fs::write(folder.join("retention.toml"), text).unwrap();
    let mut w = w.clone();
    let dir = Some(folder.to_owned());
    w.app.config = Arc::new(Config { city: dir.clone(), seals: dir, ..(*w.app.config).clone() });
    w.router = routes::router(w.app.clone());
    w
}

/// Rows about the person in every listed table that a disposal empties.
async fn rows(w: &World, p: &Person) -> i64 {
    let mut n = 0;
    for t in tables::all().iter().filter(|t| !t.stays_on_disposal) {
        let sql = format!("select count(*) from {} x where {}", t.name, t.about("$1"));
        n += w.count(&sql, args![p.id]).await;
    }
    n
}

async fn close(w: &World, p: &Person, on: &str) {
    w.exec(
        "insert into closures (id, client_id, kind, closed_on, recorded_at, recorded_by)
         values ($1, $2, 'moved_out', $3, $3, 'account-officer-first')",
        args![format!("shut-{}", p.id), p.id, on],
    )
    .await;
}

async fn propose(w: &World, p: &Person) -> String {
    let officer = w.as_(Role::Officer).await;
    officer.post("/disposals", &[("who", &p.id)]).await.expect(303).location().to_owned()
}

const SURE: [(&str, &str); 2] = [("sure", "1"), ("plain", "1")];

/// Whether a statement is refused; nothing of it stays.
async fn refused(w: &World, before: &[String], sql: &str) -> bool {
    let mut tx: Tx = w.write(&w.actor(Role::Officer)).await;
    for sql in before {
        tx.exec(Sql::built(sql.as_str()), args![]).await.unwrap();
    }
    tx.exec(Sql::built(sql), args![]).await.is_err()
}

both! {
    async fn nobody_is_due_while_a_period_is_unknown_or_has_not_passed(w: World) {
        let p = w.person("水野", "はる").await;
        let open = w.person("川上", "なつ").await;
        close(&w, &p, "2021-11-20").await;
        let dir = tempfile::tempdir().unwrap();
        let listed = async |w: &World| {
            let page = w.as_(Role::Officer).await.get("/disposals").await.expect(200).text;
            assert!(!page.contains(&format!("value=\"{}\"", open.id)), "an open case");
            page.contains(&format!("value=\"{}\"", p.id))
        };
        assert!(!listed(&w).await, "the program knows no period");
        assert!(listed(&keeping(&w, dir.path(), "5", "")).await, "due to the day");
        assert!(!listed(&keeping(&w, dir.path(), "6", "")).await, "not yet");
        // A kind without rows does not matter; with a row it does.
        let unknown = keeping(&w, dir.path(), "5", "consultation");
        assert!(listed(&unknown).await);
        let me = w.actor(Role::Coordinator);
        w.exec(
            "insert into consultations (id, controller_id, organisation_id, client_id, standing,
               occurred_at, occurred_on, minutes, channel, inquirer_kind, scope, series, region,
               text, handler_id, recorded_at, recorded_by)
             values ('k', 'ward-home', $1, $2, 'named', $3, '2021-01-01', 1, 'phone', 'family',
               'individual', 'new', 'ku', '', $4, $3, $4)",
            args![me.organisation_id, p.id, me.at, me.account_id],
        )
        .await;
        assert!(!listed(&unknown).await, "consultations are kept for nobody knows how long");
    }

    async fn two_persons_dispose_of_everything_and_the_chains_still_verify(w: World) {
        let (p, other) = (w.person("水野", "はる").await, w.person("川上", "なつ").await);
        fill(&w, &p).await;
        fill(&w, &other).await;
        w.exec("update clients set moved_from = $1 where id = $2", args![p.id, other.id]).await;
        let dir = tempfile::tempdir().unwrap();
        let w = keeping(&w, dir.path(), "0", "");
        w.exec(
            "insert into report_snapshots (id, controller_id, report, parameters, as_of, body,
               edition, published_at, published_by, reach)
             values ('s', 'ward-home', 'r', '{}', '2026', '{}', 1, '2026', 'x', 'controller')",
            args![],
        )
        .await;
        let theirs = rows(&w, &other).await;
        assert!(rows(&w, &p).await > 35, "a row in every table");
        seal(&w.app, Why::Hand).await.unwrap();
        let at = propose(&w, &p).await;
        let before = w.digest().await;
        let same = w.as_(Role::Officer).await.post(&format!("{at}/confirm"), &SURE).await;
        assert!(same.expect(422).text.contains("提案した人は確認できません"));
        let second = w.sign_in(Role::Officer, Seat::Second).await;
        second.post(&format!("{at}/confirm"), &SURE[..1]).await.expect(422);
        assert_eq!(w.digest().await, before, "nothing went");
        second.get(&at).await.expect(200);
        second.post(&format!("{at}/confirm"), &SURE).await.expect(303);
        assert_eq!(rows(&w, &p).await, 0);
        assert_eq!(rows(&w, &other).await, theirs, "nobody else lost a row");
        let stone = "select count(*) from tombstones where number = $1 and counts not like '%水野%'";
        assert_eq!(w.count(stone, args![p.number]).await, 1);
        assert_eq!(w.count("select count(*) from report_snapshots", args![]).await, 1);
        let certificate = second.get(&format!("{at}/certificate")).await.expect(200).text;
        assert!(certificate.contains("第1号") && !certificate.contains("水野"), "{certificate}");
        assert!(certificate.contains("2026年度"), "what counting again will miss");
        let looked = "select count(*) from audit_events where client_id = $1";
        assert!(w.count(looked, args![p.id]).await > 0, "the chain keeps its ids");
        let mut read = w.read(&w.system()).await;
        assert_eq!(audit::verify(&mut read).await.unwrap().breaks, Vec::<String>::new());
        let file = Sealed::open(&dir.path().join(FILE)).unwrap();
        assert!(!file.seals.is_empty());
        assert_eq!(audit::compare(&mut read, &file).await.unwrap(), Vec::<String>::new());
        drop(read);
        second.post(&format!("{at}/confirm"), &SURE).await.expect(422);
    }

    async fn what_lay_in_the_trash_for_thirty_days_may_go(w: World) {
        let (p, fresh) = (w.person("水野", "はる").await, w.person("川上", "なつ").await);
        for (p, at) in [(&p, "2026-10-21T01:00:00.000Z"), (&fresh, "2026-10-22T01:00:00.000Z")] {
            w.exec("update clients set absent = 'trashed' where id = $1", args![p.id]).await;
            w.exec(
                "insert into trash (id, client_id, reason, recorded_at, recorded_by)
                 values ($1, $1, '二重に作った', $2, 'x')",
                args![p.id, at],
            )
            .await;
        }
        let officer = w.as_(Role::Officer).await;
        let list = officer.get("/disposals").await.expect(200).text;
        assert!(list.contains(&format!("value=\"{}\"", p.id)), "{list}");
        assert!(!list.contains(&format!("value=\"{}\"", fresh.id)), "not yet");
        let at = propose(&w, &p).await;
        let second = w.sign_in(Role::Officer, Seat::Second).await;
        assert!(second.get(&at).await.expect(200).text.contains("水野"));
        second.post(&format!("{at}/confirm"), &SURE).await.expect(303);
        assert_eq!(rows(&w, &p).await, 0);
        let abroad = w.sign_in(Role::Officer, Seat::Abroad).await;
        w.set_clock("2026-12-20T01:00:00.000Z");
        let there = abroad.get("/disposals").await;
        assert!(!there.text.contains(&fresh.id), "another ward's trash");
    }

    async fn a_reopened_case_and_a_withdrawn_proposal_stay(w: World) {
        let p = w.person("水野", "はる").await;
        close(&w, &p, "2026-05-01").await;
        let dir = tempfile::tempdir().unwrap();
        let w = keeping(&w, dir.path(), "0", "");
        let at = propose(&w, &p).await;
        let officer = w.as_(Role::Officer).await;
        officer.post("/disposals", &[("who", &p.id)]).await.expect(422); // proposed already
        officer.post("/disposals", &[]).await.expect(422);
        w.exec("update closures set reopened_at = '2026-11-20'", args![]).await;
        let second = w.sign_in(Role::Officer, Seat::Second).await;
        let before = w.digest().await;
        second.post(&format!("{at}/confirm"), &SURE).await.expect(422);
        assert_eq!(w.digest().await, before);
        second.post(&format!("{at}/withdraw"), &[("why", "再開した")]).await.expect(303);
        second.post(&format!("{at}/confirm"), &SURE).await.expect(422);
        w.sign_in(Role::Officer, Seat::Abroad).await.get(&at).await.expect(404);
    }

    async fn the_guards_let_go_of_nothing_but_a_confirmed_disposal(w: World) {
        let (p, other) = (w.person("水野", "はる").await, w.person("川上", "なつ").await);
        fill(&w, &p).await;
        fill(&w, &other).await;
        let gone = format!("delete from handovers where client_id = '{}'", p.id);
        let make = |confirmed: &str| {
            vec![
                format!(
                    "insert into disposals (id, controller_id, reason, proposed_at, proposed_by,
                       confirmed_at, confirmed_by) values ('d', 'ward-home', 'retention', '2026',
                       'account-officer-first', '2026', {confirmed})"
                ),
                format!(
                    "insert into disposal_items (disposal_id, client_id, due_on)
                     values ('d', '{}', '2026-05-01')",
                    p.id
                ),
            ]
        };
        let agreed = make("'account-officer-second'");
        assert!(refused(&w, &[], &gone).await, "no disposal");
        assert!(refused(&w, &make("null"), &gone).await, "nobody confirmed");
        assert!(!refused(&w, &agreed, &gone).await, "negative control: this one is let through");
        let else_ = format!("delete from handovers where client_id = '{}'", other.id);
        assert!(refused(&w, &agreed, &else_).await, "somebody else's row");
        assert!(refused(&w, &agreed, "delete from handovers").await, "all of them");
        assert!(refused(&w, &agreed, "update handovers set note = ''").await, "a change");
        assert!(refused(&w, &agreed, "delete from audit_events").await, "the audit");
        let over = "update disposal_items set disposed_at = '2026'".to_owned();
        let over = [&agreed[..], &[over]].concat();
        assert!(refused(&w, &over, &gone).await, "the disposal is over");
        let back = [&agreed[..], &["update disposals set withdrawn_at = '2026'".into()]].concat();
        assert!(refused(&w, &back, &gone).await, "the disposal was withdrawn");
        let same = &make("'account-officer-first'")[0];
        assert!(refused(&w, &[], same).await, "one account for both");
    }
}
