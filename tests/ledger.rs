//! 台帳: booking, use, reversal, the end of a hold and of a year; who sees what.

mod pages;
mod race;
mod random;
mod report;
mod shares;
mod stage;

use kakehashi::args;

use crate::support::World;
use stage::{Desk, visit, why};

const TICKET: &[(&str, &str)] = &[("item", "ticket"), ("on", "2026-11-20"), ("quantity", "1")];

/// The sum of everything of an entry and its reversal.
async fn sum(w: &World, table: &str, column: &str) -> i64 {
    let sql = format!("select cast(coalesce(sum({column}), 0) as bigint) from {table}");
    w.count(&sql, &[]).await
}

both! {
    async fn a_cap_is_taken_to_its_last_minute_and_no_further(w: World) {
        let desk = Desk::open(&w, "trial").await;
        desk.record(&visit("2026-11-02", "9:00", "15:00")).await.unwrap();
        desk.record(&visit("2026-11-03", "9:00", "12:30")).await.unwrap();
        assert_eq!(desk.balance("month", "2026-11-01").await, (0, 570), "below");
        let over = why(desk.record(&visit("2026-11-04", "9:00", "10:00")).await);
        assert!(over.contains("月10時間までを超えます（残り30分、今回1時間）"), "{over}");
        assert!(over.contains("試しの要綱") && over.contains("第3条第1項"), "the clause: {over}");
        desk.record(&visit("2026-11-05", "9:00", "9:30")).await.unwrap();
        assert_eq!(desk.balance("month", "2026-11-01").await, (0, 600), "at");
        let over = why(desk.record(&visit("2026-11-06", "9:00", "9:30")).await);
        assert!(over.contains("使い切っています"), "above: {over}");
        desk.record(&visit("2026-10-31", "9:00", "9:30")).await.unwrap();
        assert_eq!(desk.balance("year", "2026-04-01").await, (0, 630));
        assert_eq!(w.count("select count(*) from ledger_entries", &[]).await, 4);
    }

    async fn a_night_over_31_march_belongs_to_two_years_or_to_its_first(w: World) {
        w.set_clock("2026-04-10T01:00:00.000Z");
        let split = Desk::open(&w, "trial").await;
        split.record(&visit("2026-03-31", "23:00", "1:00")).await.unwrap();
        assert_eq!(split.balance("year", "2025-04-01").await, (0, 60));
        assert_eq!(split.balance("year", "2026-04-01").await, (0, 60));
        assert_eq!(split.balance("month", "2026-04-01").await, (0, 60));
        let whole = Desk::open(&w, "home_respite").await;
        let who = [("by", "nurse"), ("purpose", "rest")];
        let night = [visit("2026-03-31", "23:00", "1:00"), who.to_vec()].concat();
        whole.record(&night).await.unwrap();
        assert_eq!(whole.balance("year", "2025-04-01").await, (0, 120));
        assert_eq!(whole.balance("year", "2026-04-01").await, (0, 0));
        let shown = "select count(*) from ledger_entries where starts_at = '2026-03-31T23:00'
                     and ends_at = '2026-04-01T01:00' and quantity = 120";
        assert_eq!(w.count(shown, &[]).await, 2);
        let paid = "select count(*) from ledger_payments where payer = 'ward' and yen = 15000";
        assert_eq!(w.count(paid, &[]).await, 1);
    }

    async fn a_reversal_gives_back_exactly_what_was_taken(w: World) {
        let desk = Desk::open(&w, "trial").await;
        desk.record(&visit("2026-11-02", "9:00", "15:00")).await.unwrap();
        let before = (desk.balance("month", "2026-11-01").await, sum(&w, "ledger_payments", "yen"));
        let before = (before.0, before.1.await);
        let wrong = desk.record(&visit("2026-11-03", "9:00", "13:00")).await.unwrap();
        assert_eq!(sum(&w, "ledger_payments", "yen").await, before.1 + 24_000);
        assert!(desk.record(&visit("2026-11-04", "9:00", "10:00")).await.is_err());
        desk.reverse(&wrong).await.unwrap();
        assert_eq!(desk.balance("month", "2026-11-01").await, before.0);
        assert_eq!(sum(&w, "ledger_payments", "yen").await, before.1);
        let of = "select cast(coalesce(sum(yen), 0) as bigint) from ledger_payments
                  where payer = 'family'";
        assert_eq!(w.count(of, &[]).await, 3_600);
        desk.record(&visit("2026-11-04", "9:00", "13:00")).await.unwrap();
        assert!(why(desk.reverse(&wrong).await).contains("もう取り消されています"));
    }

    async fn a_booking_becomes_a_use_and_holds_nothing_more(w: World) {
        let desk = Desk::open(&w, "trial").await;
        let booking = desk.book(&visit("2026-11-21", "9:00", "15:00")).await.unwrap();
        desk.book(&visit("2026-11-22", "9:00", "13:00")).await.unwrap();
        assert_eq!(desk.balance("month", "2026-11-01").await, (600, 0));
        w.set_clock("2026-11-23T01:00:00.000Z");
        let from = |to| [visit("2026-11-21", "9:00", to), vec![("booking", booking.as_str())]];
        let mut long = from("15:00").concat();
        long[2].1 = "2026-12-01";
        assert!(why(desk.record(&long).await).contains("すんだ日"), "a day to come");
        desk.record(&from("13:00").concat()).await.unwrap();
        assert_eq!(desk.balance("month", "2026-11-01").await, (240, 240), "two hours came back");
        let again = why(desk.record(&from("14:00").concat()).await);
        assert!(again.contains("もう"), "{again}");
        let took = "select count(*) from ledger_entries u join ledger_entries r
                      on r.reverses_id = u.replaces_id where u.kind = 'usage'";
        assert_eq!(w.count(took, &[]).await, 1);
    }

    async fn what_a_use_takes_beyond_its_booking_must_fit(w: World) {
        let desk = Desk::open(&w, "trial").await;
        let booking = desk.book(&visit("2026-11-20", "9:00", "13:00")).await.unwrap();
        desk.record(&visit("2026-11-19", "9:00", "15:00")).await.unwrap();
        let more = [visit("2026-11-20", "9:00", "13:30"), vec![("booking", &booking)]].concat();
        let said = why(desk.record(&more).await);
        assert!(said.contains("残り4時間、今回4時間30分"), "its own hold counts as free: {said}");
        assert_eq!(desk.balance("month", "2026-11-01").await, (240, 360), "nothing was given back");
        let exact = [visit("2026-11-20", "9:00", "13:00"), vec![("booking", &booking)]].concat();
        desk.record(&exact).await.unwrap();
        assert_eq!(desk.balance("month", "2026-11-01").await, (0, 600));
    }

    async fn a_hold_without_a_use_runs_out(w: World) {
        let desk = Desk::open(&w, "trial").await;
        desk.book(&visit("2026-11-30", "9:00", "15:00")).await.unwrap();
        w.set_clock("2027-01-29T01:00:00.000Z");
        desk.record(TICKET).await.unwrap();
        assert_eq!(desk.balance("month", "2026-11-01").await, (360, 0), "the 60th day");
        w.set_clock("2027-01-30T01:00:00.000Z");
        desk.record(TICKET).await.unwrap();
        assert_eq!(desk.balance("month", "2026-11-01").await, (0, 0));
        let told = "select count(*) from audit_events where verb = 'expire'
                    and account_id = 'system' and client_id = $1";
        assert_eq!(w.count(told, args![desk.child.id]).await, 1);
    }

    async fn a_closed_year_takes_nothing_more(w: World) {
        let desk = Desk::open(&w, "trial").await;
        let entry = desk.record(&visit("2026-11-02", "9:00", "10:00")).await.unwrap();
        w.set_clock("2027-04-30T01:00:00.000Z");
        desk.record(&visit("2027-03-31", "9:00", "10:00")).await.unwrap();
        w.set_clock("2027-05-01T01:00:00.000Z");
        let late = why(desk.record(&visit("2027-03-30", "9:00", "10:00")).await);
        assert!(late.contains("令和8年度の台帳は令和9年4月30日で締めました"), "{late}");
        assert!(why(desk.reverse(&entry).await).contains("締めました"));
        desk.record(&visit("2027-04-01", "9:00", "10:00")).await.unwrap();
        w.exec(
            "insert into settings (id, key, value, valid_from, reason, recorded_at, recorded_by)
             values ('late', 'ledger_closing_days', '31', '2027-04-01', '', $1, '')",
            args![desk.actor.at],
        )
        .await;
        desk.record(&visit("2027-03-30", "9:00", "10:00")).await.unwrap();
    }

    async fn a_useful_life_begins_with_its_first_use_and_ends_with_its_last(w: World) {
        let desk = Desk::open(&w, "trial").await;
        let device = |on| [("item", "device"), ("on", on), ("quantity", "1")];
        let first = desk.record(&device("2026-04-10")).await.unwrap();
        desk.record(&device("2026-11-10")).await.unwrap();
        let third = why(desk.record(&device("2026-11-19")).await);
        assert!(third.contains("1年に2台まで") && third.contains("第5条"), "{third}");
        desk.reverse(&first).await.unwrap();
        desk.record(&device("2026-11-19")).await.unwrap();
        assert_eq!(desk.balance("again", "2026-04-10").await, (0, 2));
        w.set_clock("2027-04-12T01:00:00.000Z");
        desk.record(&device("2027-04-10")).await.unwrap();
        assert_eq!(desk.balance("again", "2027-04-10").await, (0, 1), "a new life");
    }

    async fn caps_belong_to_the_person_whichever_award_it_was(w: World) {
        let desk = Desk::open(&w, "trial").await;
        desk.record(&visit("2026-11-02", "9:00", "15:00")).await.unwrap();
        let second = w.award(&desk.child, "trial", "2026-11-10", None).await;
        let other = Desk { award: second, ..desk.as_(desk.actor.clone()) };
        other.record(&visit("2026-11-12", "9:00", "13:00")).await.unwrap();
        assert!(other.record(&visit("2026-11-13", "9:00", "9:30")).await.is_err());
        let before = why(other.record(&visit("2026-11-09", "9:00", "9:30")).await);
        assert!(before.contains("on:決定の期間より前です"), "{before}");
    }

    async fn tickets_of_a_day_and_of_a_life(w: World) {
        let desk = Desk::open(&w, "trial").await;
        desk.record(TICKET).await.unwrap();
        desk.record(TICKET).await.unwrap();
        assert!(why(desk.record(TICKET).await).contains("1日2枚まで"));
        assert_eq!(desk.balance("ever", "0000-01-01").await, (0, 2));
    }

    async fn what_became_of_an_entry_is_found_without_reading_the_ledger(w: World) {
        let found = if w.app.db.is_postgres() {
            "select count(*) from pg_indexes
             where tablename = 'ledger_entries' and indexdef like '%(replaces_id)'"
        } else {
            "select count(*) from sqlite_master
             where tbl_name = 'ledger_entries' and sql like '%(replaces_id)'"
        };
        assert_eq!(w.count(found, &[]).await, 1);
    }

    async fn rows_are_only_added(w: World) {
        let desk = Desk::open(&w, "trial").await;
        desk.record(&visit("2026-11-02", "9:00", "15:00")).await.unwrap();
        for table in ["ledger_entries", "ledger_takes", "ledger_payments"] {
            for sql in [format!("delete from {table}"), format!("update {table} set {}",
                match table {
                    "ledger_entries" => "quantity = 0",
                    "ledger_takes" => "amount = 0",
                    _ => "yen = 0",
                })]
            {
                let mut tx = w.write(&w.system()).await;
                let done = tx.exec(kakehashi::store::Sql::built(sql.clone()), args![]).await;
                assert!(done.is_err(), "{sql}");
            }
        }
    }
}
