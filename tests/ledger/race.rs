//! Many at the same moment: nobody gets an hour that is not there.

use std::sync::Arc;

use kakehashi::access::Role;
use kakehashi::args;
use kakehashi::audit::Event;
use kakehashi::ledger::{award, book, record};
use kakehashi::web::Error;
use programmes::Catalogue;

use super::stage::{catalogue, entry, visit};
use crate::support::World;

const TASKS: usize = 64;
const AWARDS: usize = 100;
/// So many awards each task asks for: sixteen tasks want each award.
const EACH: usize = 25;

/// 100 children, each with two hours of the month left.
async fn awards(w: &World, all: &Catalogue) -> Vec<String> {
    let mut out = vec![];
    let codes = &w.app.codes;
    for _ in 0..AWARDS {
        let child = w.person("水野", "はる").await;
        let id = w.award(&child, "trial", "2026-04-01", None).await;
        let mut tx = w.write(&w.actor(Role::Officer)).await;
        let award = award::see(&mut tx, &id).await.unwrap();
        for (on, to) in [("2026-11-02", "15:00"), ("2026-11-03", "11:00")] {
            let values = record::form().read(&entry(&visit(on, "9:00", to)), codes).unwrap();
            record::record(&mut tx, all, &award, &values).await.unwrap();
        }
        tx.commit().await.unwrap();
        out.push(id);
    }
    out
}

/// A month of somebody is taken beyond its ten hours.
const OVER: &str = "select count(*) from (select e.decision_id from ledger_takes t
    join ledger_entries e on e.id = t.entry_id where t.cap = 'month'
    group by e.decision_id having sum(t.amount) > 600) s";
const FULL: &str = "select count(*) from (select e.decision_id from ledger_takes t
    join ledger_entries e on e.id = t.entry_id where t.cap = 'month'
    group by e.decision_id having sum(t.amount) = 600) s";

/// The k-th award a task asks for: sixteen tasks share the same, each begins elsewhere.
fn wanted(n: usize, k: usize) -> usize {
    (k + n * 7) % EACH * (AWARDS / EACH) + n % (AWARDS / EACH)
}

/// Asks for one hour of its awards, in an order of its own; how many it got.
async fn wants(w: World, all: Arc<Catalogue>, awards: Arc<Vec<String>>, n: usize) -> usize {
    let mut got = 0;
    for k in 0..EACH {
        let id = &awards[wanted(n, k)];
        let mut tx = w.write(&w.actor(Role::Officer)).await;
        let award = award::see(&mut tx, id).await.unwrap();
        let hours = visit("2026-11-25", "9:00", "10:00");
        let values = book::form().read(&entry(&hours), &w.app.codes).unwrap();
        match book::book(&mut tx, &all, &award, &values).await {
            Ok(_) => {
                tx.commit().await.unwrap();
                got += 1;
            }
            Err(Error::Refused(bad)) => assert!(bad.0[0].1.contains("月10時間まで"), "{bad:?}"),
            Err(e) => panic!("{e:?}"),
        }
    }
    got
}

/// The same as somebody would write it who has not thought of the others: look, then take.
async fn looks_first(w: World, awards: Arc<Vec<String>>, n: usize) -> usize {
    let mut got = 0;
    for k in 0..EACH {
        let id = awards[wanted(n, k)].clone();
        let mut tx = w.write(&w.actor(Role::Officer)).await;
        let sum = "select cast(sum(t.amount) as bigint) from ledger_takes t
                   join ledger_entries e on e.id = t.entry_id
                   where e.decision_id = $1 and t.cap = 'month'";
        let (taken,): (i64,) = tx.one(sum, args![id]).await.unwrap();
        if taken + 60 > 600 {
            continue;
        }
        let (own, at) = (format!("{id} {n} {k}"), tx.actor.at);
        tx.exec(
            "insert into ledger_entries (id, decision_id, kind, item, used_on, quantity,
               recorded_at, recorded_by)
             values ($1, $2, 'booking', 'visit', '2026-11-25', 60, $3, '')",
            args![own, id, at],
        )
        .await
        .unwrap();
        tx.exec(
            "insert into ledger_takes (entry_id, cap, period_from, period_until, amount)
             values ($1, 'month', '2026-11-01', '2026-12-01', 60)",
            args![own],
        )
        .await
        .unwrap();
        tx.record(Event::new("book", "ledger_entry", &own)).await.unwrap();
        tx.commit().await.unwrap();
        got += 1;
    }
    got
}

both! {
    async fn sixty_four_desks_book_the_last_hours_of_a_hundred_awards(w: World) {
        let all = Arc::new(catalogue());
        let awards = Arc::new(awards(&w, &all).await);
        let other = w.beside().await;
        let tasks: Vec<_> = (0..TASKS)
            .map(|n| {
                let server = if n % 2 == 0 { w.clone() } else { other.clone() };
                tokio::spawn(wants(server, all.clone(), awards.clone(), n))
            })
            .collect();
        let mut got = 0;
        for task in tasks {
            got += task.await.unwrap();
        }
        assert_eq!(w.count(OVER, &[]).await, 0, "a cap was exceeded");
        assert_eq!(got, 2 * AWARDS, "every hour that was left went to somebody");
        assert_eq!(w.count(FULL, &[]).await, AWARDS as i64);
        if w.app.db.is_postgres() {
            other.app.db.close().await;
        }
    }

    /// The control: where others may come between looking and taking, hours are given twice. On
    /// SQLite nobody comes between, because only one writes.
    async fn who_looks_before_waiting_gives_hours_twice(w: World) {
        if !w.app.db.is_postgres() {
            return;
        }
        let all = Arc::new(catalogue());
        let awards = Arc::new(awards(&w, &all).await);
        let other = w.beside().await;
        let tasks: Vec<_> = (0..TASKS)
            .map(|n| {
                let server = if n % 2 == 0 { w.clone() } else { other.clone() };
                tokio::spawn(looks_first(server, awards.clone(), n))
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert!(w.count(OVER, &[]).await > 0, "the test above could not have failed");
        other.app.db.close().await;
    }
}
