//! 結合: two records of one person become one, and are parted again exactly as they were.

use std::collections::BTreeMap;

use kakehashi::access::Role;
use kakehashi::args;
use kakehashi::audit::Event;
use kakehashi::clients::enrol::{self, Enrolled};
use kakehashi::clients::{Summary, search, see, team};
use kakehashi::merges::{join, undo};
use kakehashi::records::tables::{self, Merging};
use kakehashi::store::copy;
use kakehashi::store::schema::schema;
use kakehashi::web::Values;
use kana::ClientNumber;

use crate::life::{child, values};
use crate::records::fill::fill;
use crate::support::{Person, World};

/// Tables that say that a merge was made and undone, or that somebody looked.
const TELL: &[&str] =
    &["merges", "merge_changes", "audit_events", "audit_heads", "submissions", "sessions", "marks"];

async fn contents(w: &World) -> BTreeMap<String, (u64, String)> {
    let all = copy::contents(&w.app.db, &w.system()).await.unwrap();
    let all = all.into_iter().filter(|c| !TELL.contains(&c.table.as_str()));
    all.map(|c| (c.table, (c.rows, c.digest))).collect()
}

/// A person with a row in every table; what is made from other rows is made from them.
async fn full(w: &World, name: &str) -> Person {
    let person = w.person(name, "はる").await;
    fill(w, &person).await;
    let mut tx = w.write(&w.actor(Role::Officer)).await;
    search::index(&mut tx, &person.id).await.unwrap();
    tx.record(Event::new("prepare", "world", "").about(&person.id)).await.unwrap();
    tx.commit().await.unwrap();
    person
}

async fn summary(w: &World, number: i64) -> Summary {
    let number = ClientNumber::from_row(number).to_string();
    see(&mut w.read(&w.actor(Role::Officer)).await, &number).await.unwrap()
}

/// Rows about a person, by table.
async fn counts(w: &World, person: &str) -> BTreeMap<String, i64> {
    let mut out = BTreeMap::new();
    for t in tables::all() {
        let about = t.about("$1").replace("m.merged_into = $1", "1 = 0");
        let sql = format!("select count(*) from {} x where {about}", t.name);
        out.insert(t.name.clone(), w.count(&sql, args![person]).await);
    }
    out
}

async fn joined(w: &World, (a, b): (&Person, &Person), kept: Vec<String>) -> String {
    let (stays, lost) = (summary(w, a.number).await, summary(w, b.number).await);
    let mut tx = w.write(&w.actor(Role::Officer)).await;
    let how = join::Decision { values: &Values::default(), kept };
    let id = join::merge(&mut tx, &stays, &lost, &how).await.unwrap();
    tx.commit().await.unwrap();
    id
}

async fn parted(w: &World, a: &Person, merge: &str) -> kakehashi::web::Result<()> {
    let mut tx = w.write(&w.actor(Role::Officer)).await;
    undo::undo(&mut tx, &a.id, merge, "別の人だった").await?;
    Ok(tx.commit().await?)
}

both! {
    async fn a_merge_moves_every_row_of_every_table_and_its_undo_restores_all(w: World) {
        let (a, b) = (full(&w, "水野").await, full(&w, "川上").await);
        let before = contents(&w).await;
        let (of_a, of_b) = (counts(&w, &a.id).await, counts(&w, &b.id).await);
        for t in tables::all() {
            assert!(of_b[&t.name] > 0, "tests/records/fill.rs makes no row of {}", t.name);
        }
        let merge = joined(&w, (&a, &b), vec![]).await;
        let (now, left) = (counts(&w, &a.id).await, counts(&w, &b.id).await);
        for t in tables::all() {
            let parent = t.parent.as_deref().and_then(tables::find).unwrap_or(t);
            let stays = parent.merge == Merging::Stay;
            if stays {
                assert!(left[&t.name] >= of_b[&t.name], "{}", t.name);
                continue;
            }
            assert_eq!(left[&t.name], 0, "{} still names the record that is gone", t.name);
            if !matches!(parent.merge, Merging::Version | Merging::Rebuild) {
                assert!(now[&t.name] >= of_a[&t.name] + of_b[&t.name], "{}", t.name);
            }
        }
        pointers(&w, &b.id).await;
        assert!(contents(&w).await != before, "the comparison would see a difference");
        w.pass_minutes(5);
        parted(&w, &a, &merge).await.unwrap();
        let after = contents(&w).await;
        for (table, content) in &before {
            assert_eq!(after.get(table), Some(content), "{table} is not as it was");
        }
        assert!(parted(&w, &a, &merge).await.is_err(), "only once");
    }
}

/// No column of any table names the record that is gone, but for what stays with it.
async fn pointers(w: &World, lost: &str) {
    let all = schema(&mut w.read(&w.system()).await).await.unwrap();
    for table in &all {
        let stays = tables::find(&table.name).is_some_and(|t| t.merge == Merging::Stay);
        if stays || table.name == "merge_changes" {
            continue;
        }
        for column in &table.columns {
            let sql = format!(
                "select count(*) from {} where cast(\"{}\" as text) = $1",
                table.name, column.name
            );
            let left = w.count(&sql, args![lost]).await;
            assert_eq!(left, 0, "{}.{}", table.name, column.name);
        }
    }
}

/// The same child entered twice, the second time by another desk.
async fn twice(w: &World) -> (Enrolled, Enrolled) {
    let first = child(w).await;
    let mut tx = w.write(&w.actor(Role::Officer)).await;
    let typed = [
        ("family", "水野"),
        ("given", "はると"),
        ("family_kana", "ミズノ"),
        ("given_kana", "ハルト"),
        ("born_on", "2020-06-04"),
        ("sex", "male"),
        ("area", "west"),
        ("address", "みどり町べつの番地"),
        ("checked", "1"),
    ];
    let second = enrol::enrol(&mut tx, &values(w, &enrol::form(), &typed)).await.unwrap();
    let school = w.actor(Role::School).organisation_id;
    let on = tx.actor.today();
    team::join(&mut tx, &second.id, &school, None, "school", on).await.unwrap();
    let consent = team::Consent {
        purpose: "support",
        recipient_id: &school,
        categories: &["identity", "care"],
        from: on,
        until: None,
        given_by: "母",
        given_on: on,
    };
    team::consent(&mut tx, &second.id, &consent).await.unwrap();
    tx.commit().await.unwrap();
    (first, second)
}

const MERGE: &[(&str, &str)] = &[
    ("client_births", "stays"),
    ("client_residences", "lost"),
    ("why", "母に確かめた"),
    ("seen", "1"),
];

both! {
    async fn two_records_are_found_compared_and_made_one(w: World) {
        let (a, b) = twice(&w).await;
        let officer = w.as_(Role::Officer).await;
        let nurse = w.as_(Role::Nurse).await;
        nurse.get(&format!("/clients/{}", b.number)).await.expect(200);
        w.pass_minutes(1);
        let found = officer.get("/duplicates").await.expect(200).text;
        let pair = format!("/clients/{}/same/{}", a.number, b.number);
        assert!(found.contains(&pair) && found.contains("1日ちがう"), "{found}");
        let page = officer.get(&pair).await.expect(200).text;
        assert!(page.contains("client_residences") && !page.contains("name=\"client_names\""));
        assert!(page.contains("片方の記録だけを見ていた相手"), "{page}");
        officer.post(&pair, &[("why", "母"), ("seen", "1")]).await.expect(422);
        officer.post(&pair, MERGE).await.expect(303);
        // The old number goes on: address, search, the number at the telephone, a form left open.
        let old = format!("/clients/{}", b.number);
        let moved = officer.get(&old).await.expect(303);
        assert_eq!(moved.location(), format!("/clients/{}?was={}", a.number, b.number));
        let shown = officer.get(moved.location()).await.expect(200).text;
        assert!(shown.contains("結合されています") && shown.contains("べつの番地"), "{shown}");
        let number = b.number.to_string();
        let list = officer.post("/clients", &[("q", &number)]).await.expect(200).text;
        assert!(list.contains(&format!("/clients/{}", a.number)), "{list}");
        let note = [("kind", "call"), ("text", "電話した"), ("occurred_at", "2026-11-20 9:30")];
        officer.post(&format!("{old}/notes/new"), &note).await.expect(303);
        let notes = "select count(*) from case_notes where client_id = $1";
        assert_eq!(w.count(notes, args![a.id]).await, 1);
        assert!(!officer.get("/duplicates").await.text.contains(&pair));
        let looks = officer.get(&format!("/clients/{}/looks", a.number)).await.expect(200).text;
        assert!(looks.contains("結合した"), "{looks}");
        let (joined, seen) = (looks.find("結合した"), looks.find("保健師一"));
        assert!(seen.is_some() && joined < seen, "who saw the other record, in order: {looks}");
        officer.get(&format!("/clients/{}/merges", a.number)).await.expect(200);
    }

    async fn only_the_ward_merges_and_a_merge_widens_nothing_unasked(w: World) {
        let (a, b) = twice(&w).await;
        let (pair, folder) = (
            format!("/clients/{}/same/{}", a.number, b.number),
            format!("/clients/{}", a.number),
        );
        for role in [Role::Coordinator, Role::Nurse, Role::Operator] {
            w.as_(role).await.post(&pair, MERGE).await.expect(404);
        }
        let (school, station) = (w.as_(Role::School).await, w.as_(Role::Operator).await);
        school.get(&format!("/clients/{}", b.number)).await.expect(200);
        school.get(&folder).await.expect(404);
        let officer = w.as_(Role::Officer).await;
        let hide = [("basis", "other"), ("reason", "安全"), ("shown_to", "staff")];
        officer.post(&format!("/clients/{}/address", b.number), &hide).await.expect(303);
        let station_id = w.actor(Role::Operator).organisation_id;
        let mut with = MERGE.to_vec();
        with.push(("kept", &station_id));
        officer.post(&pair, &with).await.expect(303);
        // The station was ticked and sees all of it, but not the address hidden in the other.
        let seen = station.get(&folder).await.expect(200).text;
        assert!(seen.contains("はると") && !seen.contains("番地"), "{seen}");
        school.get(&folder).await.expect(404);
        school.get(&format!("/clients/{}", b.number)).await.expect(404);
        let merge = w.read(&w.system()).await;
        let (id,): (String,) = { merge }.one("select id from merges", &[]).await.unwrap();
        let undo = format!("{folder}/merges/{id}/undo");
        officer.post(&undo, &[("why", "別の人だった")]).await.expect(303);
        school.get(&format!("/clients/{}", b.number)).await.expect(200);
        school.get(&folder).await.expect(404);
    }

    async fn what_was_written_since_stays_and_a_correction_follows(w: World) {
        let (a, b) = twice(&w).await;
        let officer = w.as_(Role::Officer).await;
        let there = format!("/clients/{}", b.number);
        let care = format!("{there}/parts/care/new");
        officer.post(&care, &[("kind", "ventilator")]).await.expect(303);
        let pair = format!("/clients/{}/same/{}", a.number, b.number);
        officer.post(&pair, MERGE).await.expect(303);
        w.pass_minutes(5);
        let here = format!("/clients/{}", a.number);
        let one = |sql: &'static str| {
            let w = w.clone();
            async move { w.read(&w.system()).await.one::<(String,)>(sql, &[]).await.unwrap().0 }
        };
        let care = one("select id from client_cares").await;
        let version = w.count("select version from client_parts where part = 'care'", &[]).await;
        let version = version.to_string();
        let right = [("kind", "suction"), ("why", "聞きまちがい"), ("_version", &version)];
        officer.post(&format!("{here}/parts/care/{care}/correct"), &right).await.expect(303);
        officer.post(&format!("{here}/parts/care/new"), &[("kind", "oxygen")]).await.expect(303);
        let merge = one("select id from merges").await;
        let page = officer.get(&format!("{here}/merges")).await.expect(200).text;
        assert!(page.contains("医療的ケア 2件"), "{page}");
        let undo = format!("{here}/merges/{merge}/undo");
        officer.post(&undo, &[("why", "")]).await.expect(422);
        officer.post(&undo, &[("why", "別の人だった")]).await.expect(303);
        let kinds = |id: String| {
            let w = w.clone();
            async move {
                let sql = "select kind from client_cares
                           where client_id = $1 and voided_at is null";
                let rows = w.read(&w.system()).await.all::<(String,)>(sql, args![id]).await;
                rows.unwrap().into_iter().map(|r| r.0).collect::<Vec<_>>()
            }
        };
        assert_eq!(kinds(b.id.clone()).await, ["suction"], "the corrected row went back");
        assert_eq!(kinds(a.id.clone()).await, ["oxygen"], "the new one stays");
    }

    async fn an_undo_that_would_lose_something_is_refused_in_words(w: World) {
        let (a, b) = twice(&w).await;
        let officer = w.as_(Role::Officer).await;
        let pair = format!("/clients/{}/same/{}", a.number, b.number);
        officer.post(&pair, MERGE).await.expect(303);
        w.set_clock("2026-11-22T01:00:00.000Z");
        // The record that stays gave way with its own residence; now there is a newer one.
        let here = format!("/clients/{}", a.number);
        let moved = [("area", "north"), ("address", "あたらしい番地")];
        let officer = w.as_(Role::Officer).await;
        officer.post(&format!("{here}/parts/residence/new"), &moved).await.expect(303);
        let (merge,): (String,) =
            w.read(&w.system()).await.one("select id from merges", &[]).await.unwrap();
        let before = w.digest().await;
        let undo = format!("{here}/merges/{merge}/undo");
        let said = officer.post(&undo, &[("why", "別の人だった")]).await.expect(422).text;
        assert!(said.contains("「住まい」が変わって"), "{said}");
        assert_eq!(w.digest().await, before);
    }

    async fn records_that_are_closed_differently_or_moving_are_not_merged(w: World) {
        let (a, b) = twice(&w).await;
        let officer = w.as_(Role::Officer).await;
        let pair = format!("/clients/{}/same/{}", a.number, b.number);
        let close = [("kind", "other"), ("on", "2026-11-20")];
        officer.post(&format!("/clients/{}/close", b.number), &close).await.expect(303);
        let said = officer.post(&pair, MERGE).await.expect(422).text;
        assert!(said.contains("片方だけが終結"), "{said}");
        officer.post(&format!("/clients/{}/close", a.number), &close).await.expect(303);
        officer.post(&pair, MERGE).await.expect(303);
    }

    async fn two_people_who_look_alike_are_asked_about_once(w: World) {
        let (a, b) = twice(&w).await;
        let officer = w.as_(Role::Officer).await;
        let pair = format!("/clients/{}/same/{}", a.number, b.number);
        let named = [("first", a.number.to_string()), ("second", b.number.to_string())];
        let named: Vec<_> = named.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let to = officer.post("/duplicates", &named).await.expect(303);
        assert_eq!(to.location(), pair);
        let twins = [("reason", "ふたご")];
        officer.post(&format!("{pair}/apart"), &twins).await.expect(303);
        let page = officer.get("/duplicates").await.expect(200).text;
        assert!(!page.contains(&pair) && page.contains("ふたご"), "{page}");
    }

    async fn records_merged_one_after_the_other_are_parted_in_the_same_way(w: World) {
        let (a, b) = (full(&w, "水野").await, full(&w, "川上").await);
        let c = full(&w, "山田").await;
        let before = contents(&w).await;
        let first = joined(&w, (&b, &c), vec![]).await;
        w.pass_minutes(1);
        let second = joined(&w, (&a, &b), vec![]).await;
        assert_eq!(summary(&w, c.number).await.id, a.id, "in one step");
        assert!(parted(&w, &a, &first).await.is_err(), "the later one first");
        parted(&w, &a, &second).await.unwrap();
        parted(&w, &b, &first).await.unwrap();
        assert_eq!(contents(&w).await, before);
    }
}
