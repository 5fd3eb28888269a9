//! What is counted in memory is what the statement counts, whatever happened in between.

use civil::Instant;
use kakehashi::access::Role;
use kakehashi::args;
use kakehashi::audit::Event;
use kakehashi::consultations::{log, withdraw};
use kakehashi::reports::{Ask, Catalogue, Coded, draw, draw_from};
use kakehashi::store::Sql;
use kakehashi::web::Entry;

use super::log_one;
use crate::support::{ABROAD, HOME, Person, World};

const PLAIN: [&str; 3] =
    ["centre_consultations", "centre_consultations_by_month", "consultations_new"];

/// Every plain report for three roles, three spans and two moments of knowledge. How many numbers
/// were compared, and their sum for the officer's fiscal year.
async fn compare(w: &World, coded: &Coded, early: Instant) -> i64 {
    let all = Catalogue::load(&w.app.codes, None).checked().unwrap();
    let spans =
        [("2026-04-01", "2027-04-01"), ("2026-11-01", "2026-12-01"), ("2020-01-01", "2021-01-01")];
    let mut year = 0;
    for role in [Role::Officer, Role::Nurse, Role::Prefecture] {
        let actor = w.actor(role);
        let mut read = w.read(&actor).await;
        for (id, (from, until)) in PLAIN.iter().flat_map(|id| spans.map(|span| (id, span))) {
            let report = all.find(id, role).unwrap();
            let by = report.plan.as_ref().expect("a plain count");
            for known_at in [actor.at, early] {
                let ask =
                    Ask { from: from.parse().unwrap(), until: until.parse().unwrap(), known_at };
                let facts = coded.facts(&mut read, by, ask).await.unwrap().expect("in memory");
                let kept = draw_from(Some(coded), &mut read, &report, ask, &w.app.codes);
                let kept = kept.await.unwrap();
                let counted = draw(&mut read, &report, ask, &w.app.codes).await.unwrap();
                assert_eq!(kept, counted, "{id} {role:?} {from} {known_at}");
                if role == Role::Officer && until == "2027-04-01" && known_at == actor.at {
                    year = facts.iter().filter_map(|f| f.n1).sum();
                }
            }
        }
    }
    year
}

async fn log_about(w: &World, role: Role, person: &Person) -> String {
    let number = kana::ClientNumber::from_row(person.number).to_string();
    let pairs = [
        ("occurred_at", "2026-11-20 9:00"),
        ("channel", "phone"),
        ("inquirer_kind", "family"),
        ("scope", "individual"),
        ("region", "ku"),
        ("client", &number),
        ("text", "医療的ケアのある子の相談"),
    ];
    let entry = Entry(pairs.iter().map(|(n, v)| ((*n).into(), (*v).into())).collect());
    let values = log::form().read(&entry, &w.app.codes).unwrap();
    let mut tx = w.write(&w.actor(role)).await;
    let id = log::log(&mut tx, &values).await.unwrap();
    tx.commit().await.unwrap();
    id
}

/// Something the columns cannot follow row by row, as a merge or a disposal does it.
async fn change(w: &World, sql: &str, id: &str) {
    let mut tx = w.write(&w.actor(Role::Officer)).await;
    assert_eq!(tx.exec(Sql::built(sql.to_owned()), args![id]).await.unwrap(), 1, "{sql}");
    tx.record(Event::new("prepare", "world", "")).await.unwrap();
    tx.commit().await.unwrap();
}

both! {
    async fn what_is_kept_is_what_a_recount_finds(w: World) {
        let coded = Coded::default();
        let early = w.app.clock.now();
        assert_eq!(compare(&w, &coded, early).await, 0, "nothing there yet");
        let person = w.person("水野", "はる").await;
        let first = log_one(&w, "family", "individual", "ku", "2026-11-20 9:00").await;
        log_about(&w, Role::Officer, &person).await;
        assert_eq!(compare(&w, &coded, early).await, 2);

        w.set_clock("2026-12-10T01:00:00.000Z");
        let second = log_about(&w, Role::Officer, &person).await;
        log_one(&w, "school", "community", "tama", "2026-12-01 9:00").await;
        let mut tx = w.write(&w.actor(Role::Officer)).await;
        withdraw::withdraw(&mut tx, &first, "二重の登録").await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(compare(&w, &coded, early).await, 3, "one withdrawn, two more");

        // The desk corrects, and takes its withdrawal back.
        let number = kana::ClientNumber::from_row(person.number).to_string();
        let fields = [
            ("occurred_at", "2026-11-20 9:00"),
            ("channel", "phone"),
            ("inquirer_kind", "family"),
            ("scope", "individual"),
            ("region", "tama"),
            ("client", number.as_str()),
            ("text", "医療的ケアのある子の相談"),
            ("why", "書き間違い"),
        ];
        let officer = w.as_(Role::Officer).await;
        let path = format!("/consultations/{second}/correct");
        let to = officer.post(&path, &fields).await.expect(303).location().to_owned();
        let second = to.rsplit('/').next().unwrap().split('?').next().unwrap().to_owned();
        assert_eq!(compare(&w, &coded, early).await, 3, "corrected");
        let undo = [("action", "consultation-void"), ("id", first.as_str())];
        officer.post("/undo", &undo).await.expect(303);
        assert_eq!(compare(&w, &coded, early).await, 4, "counts again");

        // What has no event of its own.
        let other = w.person("水野", "なつ").await;
        let sql = "update clients set absent = 'trashed' where id = $1";
        change(&w, sql, &person.id).await;
        assert_eq!(compare(&w, &coded, early).await, 2, "in the trash");
        let sql = format!("update consultations set client_id = '{}' where id = $1", other.id);
        change(&w, &sql, &second).await;
        compare(&w, &coded, early).await;
        change(&w, "delete from consultations where id = $1", &first).await;
        compare(&w, &coded, early).await;
    }

    async fn another_wards_and_a_programmes_records_are_not_counted(w: World) {
        let coded = Coded::default();
        let now = w.app.clock.now();
        let person = w.person("水野", "はる").await;
        log_about(&w, Role::Officer, &person).await;
        log_one(&w, "family", "individual", "ku", "2026-11-20 9:00").await;
        assert_eq!(compare(&w, &coded, now).await, 2);
        // Another ward's person, and one whom one office alone knows.
        let sql = format!("update clients set controller_id = '{ABROAD}' where id = $1");
        change(&w, &sql, &person.id).await;
        assert_eq!(compare(&w, &coded, now).await, 1);
        let office = w.actor(Role::Coordinator).organisation_id;
        let sql = format!(
            "update clients set controller_id = '{HOME}', held_by = '{office}' where id = $1"
        );
        change(&w, &sql, &person.id).await;
        assert_eq!(compare(&w, &coded, now).await, 1);
    }

    async fn who_sees_by_team_is_counted_by_the_statement(w: World) {
        let all = Catalogue::load(&w.app.codes, None).checked().unwrap();
        let report = all.find("centre_consultations", Role::Coordinator).unwrap();
        let mut read = w.read(&w.actor(Role::Coordinator)).await;
        let ask = Ask::year("2026".parse().unwrap(), w.app.clock.now());
        let by = report.plan.clone().unwrap();
        assert!(Coded::default().facts(&mut read, &by, ask).await.unwrap().is_none());
        // A report that counts anything else has no plan.
        for id in ["consultations_by_age", "consultations_by_office", "cases_in_charge"] {
            assert_eq!(all.all().find(|r| r.id == id).unwrap().plan, None, "{id}");
        }
    }
}
