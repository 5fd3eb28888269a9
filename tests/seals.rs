//! Seals: what the chains cannot show by themselves, because whoever holds the database can make
//! them agree again, is found by the file outside.

use std::path::Path;

use kakehashi::access::Role;
use kakehashi::args;
use kakehashi::audit::seal::{FILE, Sealed, Why, seal};
use kakehashi::audit::{self, Event};
use kakehashi::store::{APPEND_ONLY, Cells, Sql, Tx, words};
use kakehashi::web::{App, Config};
use sha2::{Digest, Sha256};

use crate::support::World;

/// The world's application with a folder for its seals.
fn sealing(w: &World, folder: &Path) -> App {
    let mut app = w.app.clone();
    let config = Config { seals: Some(folder.to_owned()), ..(*app.config).clone() };
    app.config = std::sync::Arc::new(config);
    app
}

async fn work(w: &World, times: usize) {
    for n in 0..times {
        let mut tx = w.write(&w.system()).await;
        tx.record(Event::new("work", "world", &n.to_string())).await.unwrap();
        tx.commit().await.unwrap();
    }
}

async fn differences(w: &World, folder: &Path) -> Vec<String> {
    let file = Sealed::open(&folder.join(FILE)).unwrap();
    audit::compare(&mut w.read(&w.system()).await, &file).await.unwrap()
}

async fn unguarded(w: &World) -> Tx {
    let mut tx = w.write(&w.system()).await;
    let unguard: &[&str] = match tx.is_postgres() {
        true => &["alter table audit_events disable trigger user"],
        false => &["drop trigger audit_events_no_update", "drop trigger audit_events_no_delete"],
    };
    for sql in unguard {
        tx.exec(Sql::built(*sql), args![]).await.unwrap();
    }
    tx
}

/// The longest chain: its writer and last sequence.
async fn longest(tx: &mut Tx) -> (String, i64) {
    tx.one("select writer_id, seq from audit_heads order by seq desc, writer_id limit 1", args![])
        .await
        .unwrap()
}

/// What plain verification and the seals say inside the tampered transaction, which is taken back.
async fn said(tx: &mut Tx, folder: &Path) -> (Vec<String>, Vec<String>) {
    let file = Sealed::open(&folder.join(FILE)).unwrap();
    let plain = audit::verify(tx).await.unwrap().breaks;
    (plain, audit::compare(tx, &file).await.unwrap())
}

const COLUMNS: &str = "writer_id, cast(seq as text), at, coalesce(account_id, ''), \
     coalesce(post_id, ''), coalesce(organisation_id, ''), coalesce(controller_id, ''), role, \
     verb, noun, record_id, coalesce(client_id, ''), fields, digest, basis";

/// The hash as somebody with the source of the program would compute it.
fn hash(previous: &str, c: &Cells) -> String {
    let mut sha = Sha256::new();
    sha.update(previous.as_bytes());
    for text in c.0.iter().map(words) {
        sha.update((text.len() as u64).to_be_bytes());
        sha.update(text.as_bytes());
    }
    sha.finalize().iter().map(|b| format!("{b:02x}")).collect()
}

/// Rewrites one event and makes every later hash, and the head, follow from it.
async fn rewrite(tx: &mut Tx, writer: &str, from: i64, last: i64) {
    let change = "update audit_events set record_id = 'forged' where writer_id = $1 and seq = $2";
    tx.exec(change, args![writer, from]).await.unwrap();
    let first = "select previous_hash from audit_events where writer_id = $1 and seq = $2";
    let (mut previous,): (String,) = tx.one(first, args![writer, from]).await.unwrap();
    for seq in from..=last {
        let sql = format!("select {COLUMNS} from audit_events where writer_id = $1 and seq = $2");
        let c: Cells = tx.one(Sql::built(sql), args![writer, seq]).await.unwrap();
        let new = hash(&previous, &c);
        let sql = "update audit_events set previous_hash = $3, hash = $4 \
                   where writer_id = $1 and seq = $2";
        tx.exec(sql, args![writer, seq, previous, new]).await.unwrap();
        previous = new;
    }
    let sql = "update audit_heads set hash = $2 where writer_id = $1";
    tx.exec(sql, args![writer, previous]).await.unwrap();
}

both! {
    async fn ten_events_cut_off_are_found_by_the_seals_alone(w: World) {
        let dir = tempfile::tempdir().unwrap();
        work(&w, 15).await;
        seal(&sealing(&w, dir.path()), Why::Hand).await.unwrap().unwrap();
        assert_eq!(differences(&w, dir.path()).await, Vec::<String>::new());
        let mut tx = unguarded(&w).await;
        let (writer, last) = longest(&mut tx).await;
        for sql in [
            "delete from audit_events where writer_id = $1 and seq > $2",
            "update audit_heads set seq = $2, hash = (select hash from audit_events e
               where e.writer_id = $1 and e.seq = $2) where writer_id = $1",
        ] {
            tx.exec(sql, args![writer, last - 10]).await.unwrap();
        }
        let (plain, sealed) = said(&mut tx, dir.path()).await;
        assert_eq!(plain, Vec::<String>::new(), "the chain by itself looks whole");
        assert!(sealed.iter().any(|b| b.contains("失われています")), "{sealed:?}");
    }

    async fn one_event_rewritten_with_all_that_follow_is_found_by_the_seals_alone(w: World) {
        let dir = tempfile::tempdir().unwrap();
        work(&w, 15).await;
        let app = sealing(&w, dir.path());
        seal(&app, Why::Start).await.unwrap().unwrap();
        work(&w, 3).await;
        let last = seal(&app, Why::Hour).await.unwrap().unwrap();
        let mut tx = unguarded(&w).await;
        let (writer, seq) = longest(&mut tx).await;
        rewrite(&mut tx, &writer, seq - 8, seq).await;
        let (plain, sealed) = said(&mut tx, dir.path()).await;
        assert_eq!(plain, Vec::<String>::new(), "the chain by itself looks whole");
        assert!(sealed.iter().any(|b| b.contains("書きかえられています")), "{sealed:?}");
        assert_eq!(last.n, 2);
    }

    async fn lines_cut_from_the_file_are_remembered_by_the_database(w: World) {
        let dir = tempfile::tempdir().unwrap();
        let app = sealing(&w, dir.path());
        for _ in 0..3 {
            seal(&app, Why::Hour).await.unwrap().unwrap();
        }
        let path = dir.path().join(FILE);
        let text = std::fs::read_to_string(&path).unwrap();
        let first = text.lines().next().unwrap().to_owned() + "\n";
        std::fs::write(&path, first).unwrap();
        let found = differences(&w, dir.path()).await;
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found.iter().all(|l| l.contains("控えのファイルにありません")), "{found:?}");
    }

    async fn two_servers_writing_at_once_can_be_sealed_and_verified(w: World) {
        let dir = tempfile::tempdir().unwrap();
        let other = w.beside().await;
        let mut crowd = vec![];
        for n in 0..40 {
            let one = if n % 2 == 0 { w.clone() } else { other.clone() };
            crowd.push(tokio::spawn(async move { work(&one, 2).await }));
        }
        // Two servers may even share a file: each line is written under a lock.
        for server in [&w, &other] {
            seal(&sealing(server, dir.path()), Why::Hour).await.unwrap().unwrap();
        }
        for one in crowd {
            one.await.unwrap();
        }
        let last = seal(&sealing(&other, dir.path()), Why::Stop).await.unwrap().unwrap();
        assert_eq!(last.chains > 1, w.app.db.is_postgres());
        let mut read = w.read(&w.system()).await;
        assert_eq!(audit::verify(&mut read).await.unwrap().breaks, Vec::<String>::new());
        assert_eq!(differences(&w, dir.path()).await, Vec::<String>::new());
    }

    async fn the_daily_sheet_prints_the_last_seal_of_the_day(w: World) {
        let dir = tempfile::tempdir().unwrap();
        let mut world = w.clone();
        world.app = sealing(&w, dir.path());
        world.router = kakehashi::routes::router(world.app.clone());
        let auditor = world.as_(Role::Auditor).await;
        assert!(auditor.get("/audit/seals").await.expect(200).text.contains("封印はありません"));
        let done = seal(&world.app, Why::Hour).await.unwrap().unwrap();
        let page = auditor.get("/audit/seals").await.expect(200).text;
        for group in done.groups() {
            assert!(page.contains(&format!("<span>{group}</span>")), "{group}");
        }
        let before = auditor.get("/audit/seals?day=2026-11-19").await.expect(200);
        assert!(!before.text.contains(&done.groups()[0]));
        let bad = auditor.get("/audit/seals?day=2026-02-30").await.expect(422);
        assert!(bad.text.contains("日付を読めません"));
        world.as_(Role::Coordinator).await.get("/audit/seals").await.expect(404);
    }

    async fn every_append_only_table_refuses_change_and_deletion(w: World) {
        // A row of the table itself is not needed: the guards stand there and name their table.
        for table in APPEND_ONLY {
            let sql = if w.app.db.is_postgres() {
                "select cast(case when bit_or(t.tgtype & 56) = 56 then 1 else 0 end as bigint)
                 from pg_trigger t join pg_class c on c.oid = t.tgrelid
                 where cast(c.relname as text) = $1 and t.tgenabled = 'O'
                   and cast(t.tgname as text) in (cast($1 as text) || '_guard',
                     cast($1 as text) || '_disposal')"
            } else {
                "select count(*) / 2 from sqlite_master where type = 'trigger' and tbl_name = $1
                   and name in ($1 || '_no_update', $1 || '_no_delete')"
            };
            assert_eq!(w.count(sql, args![*table]).await, 1, "{table}");
        }
        for sql in ["update audit_events set verb = 'x'", "delete from audit_events"] {
            let mut tx = w.write(&w.system()).await;
            let refused = tx.exec(Sql::built(sql), args![]).await.unwrap_err().to_string();
            assert!(refused.contains("audit_events is append-only"), "{refused}");
        }
    }
}
