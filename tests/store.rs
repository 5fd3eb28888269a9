//! The store: many writers at once, some failing, some going away; and history that stays.

use std::time::Duration;

use kakehashi::args;
use kakehashi::audit::{self, Event};
use kakehashi::store::{APPEND_ONLY, Error, Sql, Tx};

use crate::support::{Engine, World, run};

async fn set(tx: &mut Tx, id: &str) -> Result<u64, Error> {
    let at = tx.actor.at;
    tx.exec(
        "insert into settings (id, key, value, recorded_at) values ($1, 'k', 'v', $2)",
        args![id, at],
    )
    .await
}

/// One writer of the crowd: a third commits, a third breaks a unique rule, a third goes away.
async fn one_of_many(w: World, n: usize) -> bool {
    let mut tx = w.write(&w.system()).await;
    let id = format!("crowd-{n}");
    set(&mut tx, &id).await.unwrap();
    tx.record(Event::new("set", "setting", &id)).await.unwrap();
    match n % 3 {
        0 => tx.commit().await.is_ok(),
        1 => {
            let twice = set(&mut tx, &id).await.unwrap_err();
            assert!(twice.is_taken());
            assert!(set(&mut tx, "after an error").await.is_err());
            assert!(tx.commit().await.is_err());
            false
        }
        _ => false,
    }
}

async fn settings(w: &World) -> i64 {
    w.count("select count(*) from settings", args![]).await
}

both! {
    async fn every_acknowledged_change_is_kept_and_no_other(w: World) {
        let crowd: Vec<_> = (0..120).map(|n| tokio::spawn(one_of_many(w.clone(), n))).collect();
        let mut kept = 0;
        for one in crowd {
            kept += i64::from(one.await.unwrap());
        }
        assert_eq!((kept, settings(&w).await), (40, 40));
    }

    async fn requests_that_are_given_up_leave_nothing_behind(w: World) {
        let mut tasks = vec![];
        for n in 0..200_usize {
            let task = tokio::spawn(one_of_many(w.clone(), 3 * n));
            // Given up at different moments: while waiting, beginning, writing, committing.
            std::thread::sleep(Duration::from_micros(n as u64 * 37 % 900));
            if n % 2 == 0 {
                task.abort();
            }
            tasks.push(task);
        }
        let mut acknowledged = 0;
        for task in tasks {
            acknowledged += i64::from(matches!(task.await, Ok(true)));
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert!(one_of_many(w.clone(), 3_000).await, "the writer still works");
        let kept = settings(&w).await;
        // A commit may have run although nobody waited for the answer; never the other way.
        assert!(kept > acknowledged && acknowledged >= 100, "{kept} kept, {acknowledged} told");
    }

    async fn a_change_without_an_event_is_refused(w: World) {
        let mut tx = w.write(&w.system()).await;
        set(&mut tx, "silent").await.unwrap();
        assert!(tx.commit().await.is_err());
        assert_eq!(settings(&w).await, 0);
    }

    async fn what_is_append_only_cannot_be_changed(w: World) {
        for table in APPEND_ONLY {
            for sql in [format!("delete from {table}"), format!("update {table} set id = id")] {
                // SQLite asks a trigger only where there is a row; the audit has some.
                let sql = sql.replace("audit_events set id = id", "audit_events set hash = 'x'");
                let rows = w.count(&format!("select count(*) from {table}"), args![]).await;
                let mut tx = w.write(&w.system()).await;
                let done = tx.exec(Sql::built(sql.as_str()), args![]).await;
                let no_row = rows == 0 && !w.app.db.is_postgres();
                assert!(no_row || done.is_err(), "{sql}");
                assert!(*table != "audit_events" || rows > 0);
            }
        }
    }

    async fn verify_finds_what_was_changed_removed_or_cut(w: World) {
        for n in 0..5 {
            assert!(one_of_many(w.clone(), n * 3).await);
        }
        let none: Vec<String> = vec![];
        assert_eq!(breaks_after(&w, "update audit_events set hash = hash").await, none);
        for (tamper, said) in [
            ("update audit_events set record_id = 'x' where seq = 3", "中身が書きかえられています"),
            ("update audit_events set fields = 'x' where seq = 1", "中身が書きかえられています"),
            ("update audit_events set previous_hash = '' where seq = 2", "つながりません"),
            ("delete from audit_events where seq = 2", "抜けています"),
            ("delete from audit_events where seq > 2", "最後の記録"),
            ("delete from audit_events", "最後の記録"),
            ("delete from audit_heads", "最後の記録"),
        ] {
            let breaks = breaks_after(&w, tamper).await;
            assert!(breaks.iter().any(|b| b.contains(said)), "{tamper}: {breaks:?}");
        }
    }

    async fn two_servers_write_chains_that_verify(w: World) {
        // SQLite has one server; there the same handle stands for both.
        let other = w.beside().await;
        let both = (0..60).map(|n| if n % 2 == 0 { w.clone() } else { other.clone() });
        let crowd: Vec<_> =
            both.enumerate().map(|(n, w)| tokio::spawn(one_of_many(w, n * 3))).collect();
        for one in crowd {
            assert!(one.await.unwrap());
        }
        let verdict = audit::verify(&mut w.read(&w.system()).await).await.unwrap();
        assert_eq!(verdict.breaks, Vec::<String>::new());
        assert_eq!(verdict.writers > 1, w.app.db.is_postgres());
    }
}

#[test]
fn a_wal_that_grows_is_copied_and_begun_anew() {
    run(Engine::Sqlite, much);
}

async fn file_of(w: &World) -> String {
    let place = "select file from pragma_database_list";
    let (file,): (String,) = w.read(&w.system()).await.one(place, args![]).await.unwrap();
    file
}

fn megabytes(file: &str) -> u64 {
    std::fs::metadata(file).unwrap().len() / 1_000_000
}

async fn set_much(w: &World, n: usize) {
    let mut tx = w.app.db.write_always(&w.system()).await.unwrap();
    let (id, at) = (format!("much-{n}"), tx.actor.at);
    let sql = "insert into settings (id, key, value, recorded_at) values ($1, 'k', $2, $3)";
    tx.exec(sql, args![id, "x".repeat(1_000_000), at]).await.unwrap();
    tx.record(Event::new("set", "setting", &id)).await.unwrap();
    tx.commit().await.unwrap();
    // So that the copies keep up on a busy machine, too: no desk writes a megabyte without a pause.
    tokio::time::sleep(Duration::from_millis(20)).await;
}

/// A hundred forms of a megabyte each, and somebody who reads between them and keeps what she saw.
async fn much(w: World) {
    let file = file_of(&w).await;
    for n in 0..100 {
        set_much(&w, n as usize).await;
        let so_far = "select count(*) from settings where key = 'k'";
        assert_eq!(w.count(so_far, args![]).await, n + 1);
    }
    let (wal, copied) = (megabytes(&format!("{file}-wal")), megabytes(&file));
    assert!(wal < 80, "never begun anew: {wal} MB");
    assert!(copied > 60, "never copied: {copied} MB");
}

#[test]
fn on_a_full_disk_the_wal_is_kept_short() {
    run(Engine::Sqlite, much_on_a_full_disk);
}

/// The room that is left is smaller than a WAL of other days.
async fn much_on_a_full_disk(w: World) {
    let file = file_of(&w).await;
    w.app.db.reserve.give_up();
    for n in 0..60 {
        set_much(&w, n).await;
    }
    let wal = megabytes(&format!("{file}-wal"));
    w.app.db.reserve.take_back().unwrap();
    assert!(wal < 30, "never begun anew: {wal} MB");
}

#[test]
fn what_few_write_is_copied_in_a_lull() {
    run(Engine::Sqlite, few);
}

async fn few(w: World) {
    let file = file_of(&w).await;
    for n in 0..3 {
        set_much(&w, n).await;
    }
    let before = megabytes(&file);
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(megabytes(&file), before, "not by itself");
    w.app.db.tidy_up();
    for _ in 0..500 {
        if megabytes(&file) > before {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("not copied");
}

/// What `verify` says after somebody with the keys to the database did this; it is taken back.
async fn breaks_after(w: &World, tamper: &str) -> Vec<String> {
    let mut tx = w.write(&w.system()).await;
    let unguard: &[&str] = match tx.is_postgres() {
        true => &["alter table audit_events disable trigger user"],
        false => &["drop trigger audit_events_no_update", "drop trigger audit_events_no_delete"],
    };
    for sql in unguard.iter().chain([&tamper]) {
        tx.exec(Sql::built(*sql), args![]).await.unwrap();
    }
    audit::verify(&mut tx).await.unwrap().breaks
}
