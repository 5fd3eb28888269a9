//! 台帳の項目: dated rows, what was known when, corrections, hidden addresses, ages, siblings.

use civil::Date;
use kakehashi::access::{Actor, CATEGORIES, Role};
use kakehashi::clients::enrol::{self, Enrolled};
use kakehashi::clients::parts::{self, Part, PartRow};
use kakehashi::clients::{address, close, search, see, team};
use kakehashi::store::Tx;
use kakehashi::web::{Entry, Error, Form, Values};

use crate::support::{Browser, Seat, World};

fn typed(fields: &[(&str, &str)]) -> Entry {
    Entry(fields.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect())
}

fn values(w: &World, form: &Form, fields: &[(&str, &str)]) -> Values {
    form.read(&typed(fields), &w.app.codes).unwrap()
}

async fn commit<T>(mut tx: Tx, done: Result<T, Error>) -> Result<T, Error> {
    let done = done?;
    tx.record(kakehashi::audit::Event::new("test", "world", "")).await?;
    tx.commit().await?;
    Ok(done)
}

async fn enrolled(w: &World, by: &Actor, kana: &str, born: &str) -> Enrolled {
    let fields = [
        ("family", "試し"),
        ("given", "人"),
        ("family_kana", kana),
        ("given_kana", "ひと"),
        ("born_on", born),
        ("sex", "unknown"),
        ("area", "east"),
    ];
    let mut tx = w.write(by).await;
    let done = enrol::enrol(&mut tx, &values(w, &enrol::form(), &fields)).await;
    commit(tx, done).await.unwrap()
}

fn part(id: &str) -> &'static Part {
    parts::find(id).unwrap()
}

fn day(d: &str) -> Date {
    d.parse().unwrap()
}

async fn add(
    w: &World,
    by: &Actor,
    id: &str,
    p: &str,
    f: &[(&str, &str)],
    from: &str,
) -> Result<String, Error> {
    let p = part(p);
    let mut tx = w.write(by).await;
    let done = parts::add(&mut tx, id, p, &values(w, &p.form, f), Some(day(from))).await;
    commit(tx, done).await
}

async fn rows(
    w: &World,
    by: &Actor,
    id: &str,
    p: &str,
    on: &str,
    known: Option<&str>,
) -> Vec<PartRow> {
    let known = known.map(|k| k.parse().unwrap());
    let mut read = w.read(by).await;
    parts::rows(&mut read, &w.app.codes, id, part(p), day(on), known).await.unwrap()
}

async fn areas(w: &World, id: &str, on: &str, known: Option<&str>) -> Vec<String> {
    let rows = rows(w, &w.actor(Role::Officer), id, "residence", on, known).await;
    rows.iter().map(|r| r.raw("area").to_owned()).collect()
}

fn refused(done: Result<String, Error>, field: &str) -> String {
    match done {
        Err(Error::Refused(bad)) => bad.of(field).unwrap_or_else(|| panic!("{bad:?}")).to_owned(),
        other => panic!("not refused: {other:?}"),
    }
}

both! { async fn a_move_recorded_late_was_not_known_before(w: World) {
    let id = enrolled(&w, &w.actor(Role::Officer), "ためし", "2020-04-01").await.id;
    w.set_clock("2026-12-10T01:00:00.000Z");
    add(&w, &w.actor(Role::Officer), &id, "residence", &[("area", "west")], "2026-12-01").await
        .unwrap();
    assert_eq!(areas(&w, &id, "2026-11-30", None).await, ["east"]);
    assert_eq!(areas(&w, &id, "2026-12-01", None).await, ["west"]);
    // On 5 December the old address still stood for 5 December, and for every later day.
    let then = Some("2026-12-05T01:00:00.000Z");
    assert_eq!(areas(&w, &id, "2026-12-05", then).await, ["east"]);
    let seen = rows(&w, &w.actor(Role::Officer), &id, "residence", "2026-12-05", then).await;
    assert_eq!(seen[0].valid_until, None, "nobody knew of an end");
    assert!(areas(&w, &id, "2026-12-05", Some("2026-11-01T00:00:00.000Z")).await.is_empty());
    // An end of one of several is learnt on a day as well.
    let care = add(&w, &w.actor(Role::Officer), &id, "care", &[("kind", "oxygen")], "2026-11-20")
        .await.unwrap();
    w.set_clock("2026-12-20T01:00:00.000Z");
    let mut tx = w.write(&w.actor(Role::Officer)).await;
    let done = parts::end(&mut tx, &id, part("care"), &care, day("2026-12-15")).await;
    commit(tx, done).await.unwrap();
    let count = async |known| {
        rows(&w, &w.actor(Role::Officer), &id, "care", "2026-12-16", known).await.len()
    };
    assert_eq!(count(None).await, 0);
    assert_eq!(count(Some("2026-12-19T00:00:00.000Z")).await, 1);
} }

both! { async fn two_addresses_never_hold_on_one_day(w: World) {
    let officer = w.actor(Role::Officer);
    let id = enrolled(&w, &officer, "ためし", "2020-04-01").await.id;
    w.set_clock("2026-12-20T01:00:00.000Z");
    let officer = w.actor(Role::Officer);
    let west = [("area", "west")];
    add(&w, &officer, &id, "residence", &west, "2026-12-01").await.unwrap();
    for from in ["2026-11-20", "2026-11-25", "2026-12-01"] {
        refused(add(&w, &officer, &id, "residence", &west, from).await, "from");
    }
    // The move was on 28 November: the address before it ends there, too.
    let now = rows(&w, &officer, &id, "residence", "2026-12-20", None).await.remove(0);
    let fix = async |from: &str, version: i64| {
        let mut form = part("residence").form.clone();
        form.fields.push(kakehashi::web::Field::new("from", "いつから", kakehashi::web::Kind::Date));
        let v = values(&w, &form, &[("area", "west"), ("from", from)]);
        let mut tx = w.write(&officer).await;
        let p = part("residence");
        let done = parts::correct(&mut tx, &id, p, &now.id, &v, "聞きまちがい", version).await;
        commit(tx, done).await
    };
    refused(fix("2026-11-20", 2).await, "from");
    refused(fix("2027-01-01", 2).await, "from");
    fix("2026-11-28", 2).await.unwrap();
    assert_eq!(areas(&w, &id, "2026-11-27", None).await, ["east"]);
    assert_eq!(areas(&w, &id, "2026-11-28", None).await, ["west"]);
    assert!(parts::overlaps(&mut w.read(&officer).await).await.unwrap().is_empty());
    let mut read = w.read(&officer).await;
    let all = parts::history(&mut read, &w.app.codes, &id, part("residence")).await.unwrap();
    let voided = all.iter().filter(|r| r.voided_at.is_some());
    assert!(voided.clone().all(|r| r.void_reason.as_deref() == Some("聞きまちがい")));
    assert_eq!((all.len(), voided.count()), (4, 2), "nothing is overwritten");
} }

both! { async fn of_two_who_save_at_the_same_moment_one_is_first(w: World) {
    let officer = w.actor(Role::Officer);
    let id = enrolled(&w, &officer, "ためし", "2020-04-01").await.id;
    let row = rows(&w, &officer, &id, "residence", "2026-11-20", None).await.remove(0).id;
    let save = async |area: &str| {
        let v = values(&w, &part("residence").form, &[("area", area)]);
        let mut tx = w.write(&officer).await;
        let done = parts::correct(&mut tx, &id, part("residence"), &row, &v, "訂正", 1).await;
        commit(tx, done).await
    };
    let (a, b) = tokio::join!(save("west"), save("north"));
    assert!(a.is_ok() != b.is_ok(), "{a:?} {b:?}");
    let lost = a.err().or(b.err());
    assert!(matches!(lost, Some(Error::Conflict(_))), "{lost:?}");
    assert_eq!(areas(&w, &id, "2026-11-20", None).await.len(), 1);
} }

both! { async fn what_no_single_field_can_say_is_refused(w: World) {
    let officer = w.actor(Role::Officer);
    let id = enrolled(&w, &officer, "ためし", "2020-04-01").await.id;
    let today = "2026-11-20";
    for (p, fields, field) in [
        ("birth", &[("sex", "female")][..], "born_on"),
        ("birth", &[("sex", "female"), ("born_on", "2026-11-21")], "born_on"),
        ("timetable", &[("weekday", "mon"), ("starts", "10:00"), ("ends", "9:00"),
            ("place", "学校")], "ends"),
        ("diagnosis", &[("name", "病名"), ("diagnosed_on", "2027-01-01")], "diagnosed_on"),
        ("sibling", &[("name", "姉"), ("sibling_number", "M-99999999")], "sibling_number"),
    ] {
        let before = w.digest().await;
        refused(add(&w, &officer, &id, p, fields, today).await, field);
        assert_eq!(w.digest().await, before, "{p} {field}");
    }
    let name = rows(&w, &officer, &id, "name", today, None).await.remove(0).id;
    let mut tx = w.write(&officer).await;
    assert!(parts::end(&mut tx, &id, part("name"), &name, day(today)).await.is_err());
    drop(tx);
    let mut tx = w.write(&officer).await;
    assert!(parts::void(&mut tx, &id, part("name"), &name, "まちがい").await.is_err());
    drop(tx);
    let next = [("family", "新"), ("family_kana", "あたらし")];
    refused(add(&w, &officer, &id, "name", &next, "2026-11-21").await, "from");
    assert_eq!(rows(&w, &officer, &id, "name", today, None).await.len(), 1);
} }

both! { async fn a_row_about_somebody_else_is_taken_back_and_stays_readable(w: World) {
    let officer = w.actor(Role::Officer);
    let person = enrolled(&w, &officer, "ためし", "2020-04-01").await;
    let care = add(&w, &officer, &person.id, "care", &[("kind", "dialysis")], "2026-11-20")
        .await.unwrap();
    let desk = w.as_(Role::Officer).await;
    let page = format!("/clients/{}/parts/care", person.number);
    desk.get(&format!("{page}/{care}/end")).await.expect(200);
    let bad = desk.post(&format!("{page}/{care}/void"), &[("why", "")]).await.expect(422);
    assert!(bad.text.contains("取り消す理由を入力してください"));
    desk.post(&format!("{page}/{care}/void"), &[("why", "別の人の記録")]).await.expect(303);
    let now = desk.get(&page).await.expect(200).text;
    let (today, past) = now.split_once("これまでの記録").unwrap();
    assert!(!today.contains("透析") && past.contains("透析") && past.contains("別の人の記録"));
    desk.post(&format!("{page}/{care}/void"), &[("why", "もう一度")]).await.expect(404);
} }

async fn listed(b: &Browser, query: &str) -> String {
    b.get(&format!("/clients?{query}")).await.expect(200).text
}

both! { async fn a_hidden_address_is_not_told_by_a_filter_either(w: World) {
    let officer = w.actor(Role::Officer);
    let (open, hidden) = (
        enrolled(&w, &officer, "みえる", "2020-04-01").await,
        enrolled(&w, &officer, "かくす", "2020-04-01").await,
    );
    let station = w.seated(Role::Operator, Seat::First);
    let mut tx = w.write(&officer).await;
    let all: Vec<&str> = CATEGORIES.iter().map(|(id, _)| *id).collect();
    for id in [&open.id, &hidden.id] {
        let on = day("2026-11-01");
        let role = "nursing_station";
        team::join(&mut tx, id, &station.organisation_id, None, role, on).await.unwrap();
        let consent = team::Consent { purpose: "support", recipient_id: &station.organisation_id,
            categories: &all, from: on, until: None, given_by: "母", given_on: on };
        team::consent(&mut tx, id, &consent).await.unwrap();
    }
    let v = values(&w, &address::form(), &[("basis", "other"), ("reason", "安全"),
        ("shown_to", "team"), ("from", "2026-11-01")]);
    address::hide(&mut tx, &hidden.id, &v).await.unwrap();
    tx.commit().await.unwrap();
    let operator = w.as_(Role::Operator).await;
    let all = listed(&operator, "").await;
    assert!(all.contains("みえる") && all.contains("かくす"));
    let east = listed(&operator, "area=east").await;
    assert!(east.contains("みえる") && !east.contains("かくす"));
    let mut read = w.read(&station).await;
    assert_eq!(see(&mut read, &hidden.number.to_string()).await.unwrap().area, "");
    assert_eq!(see(&mut read, &open.number.to_string()).await.unwrap().area, "east");
    drop(read);
    let desk = w.as_(Role::Officer).await;
    assert!(listed(&desk, "area=east").await.contains("かくす"));
    assert!(rows(&w, &station, &hidden.id, "residence", "2026-11-20", None).await.is_empty());
    assert_eq!(rows(&w, &station, &open.id, "residence", "2026-11-20", None).await.len(), 1);
} }

both! { async fn a_closed_case_is_opened_by_its_number_and_offered_apart(w: World) {
    let officer = w.actor(Role::Officer);
    let person = enrolled(&w, &officer, "ためし", "2020-04-01").await;
    let v = values(&w, &close::form(false), &[("kind", "moved_out"), ("on", "2026-11-19")]);
    let mut tx = w.write(&officer).await;
    let done = close::close(&mut tx, &person.id, &v).await;
    commit(tx, done).await.unwrap();
    let desk = w.as_(Role::Officer).await;
    let number = person.number.to_string();
    let to = desk.post("/clients", &[("q", &number)]).await.expect(303);
    assert_eq!(to.location(), format!("/clients/{number}"));
    let said = desk.post("/clients", &[("q", "ためし")]).await.expect(200).text;
    assert!(said.contains("終結した1人も見る") && !said.contains("試し 人"));
    let all = desk.post("/clients", &[("q", "ためし"), ("closed", "1")]).await.expect(200).text;
    assert!(all.contains("試し 人"));
    let mut read = w.read(&officer).await;
    assert!(search::find(&mut read, "ためし", 9).await.unwrap().is_empty());
} }

both! { async fn ages_turn_on_the_birthday(w: World) {
    let officer = w.actor(Role::Officer);
    enrolled(&w, &officer, "いちにち", "2020-04-01").await;
    enrolled(&w, &officer, "ふつか", "2020-04-02").await;
    enrolled(&w, &officer, "うるう", "2020-02-29").await;
    for (at, older) in [
        ("2027-02-27T15:00:00.000Z", vec![]),
        ("2027-02-28T15:00:00.000Z", vec!["うるう"]),
        ("2027-03-31T14:59:59.000Z", vec!["うるう"]),
        ("2027-03-31T15:00:00.000Z", vec!["うるう", "いちにち"]),
        ("2027-04-01T15:00:00.000Z", vec!["うるう", "いちにち", "ふつか"]),
    ] {
        w.set_clock(at);
        let desk = w.as_(Role::Officer).await;
        let (seven, six) = (listed(&desk, "age_from=7").await, listed(&desk, "age_to=6").await);
        for name in ["うるう", "いちにち", "ふつか"] {
            assert_eq!(seven.contains(name), older.contains(&name), "{at} {name}");
            assert_eq!(six.contains(name), !older.contains(&name), "{at} {name}");
        }
    }
} }

both! { async fn brothers_and_sisters_are_linked_from_both_sides(w: World) {
    let officer = w.actor(Role::Officer);
    let (a, b) = (
        enrolled(&w, &officer, "あね", "2020-04-01").await,
        enrolled(&w, &officer, "おとうと", "2022-04-01").await,
    );
    let (own, other) = (a.number.to_string(), b.number.to_string());
    let mine = [("name", "試し 人"), ("sibling_number", own.as_str())];
    let said = refused(add(&w, &officer, &a.id, "sibling", &mine, "2026-11-20").await,
        "sibling_number");
    assert!(said.contains("本人の番号"));
    // Said on the telephone without the letter: kept as it is printed.
    let heard = other.replace("M-", "");
    let good = [("name", "試し 人"), ("sibling_number", heard.as_str())];
    add(&w, &officer, &a.id, "sibling", &good, "2026-11-20").await.unwrap();
    let row = rows(&w, &officer, &a.id, "sibling", "2026-11-20", None).await.remove(0);
    assert_eq!(row.raw("sibling_number"), other);
    let desk = w.as_(Role::Officer).await;
    let there = desk.get(&format!("/clients/{other}/parts/sibling")).await.expect(200).text;
    assert!(there.contains(&format!("/clients/{own}/parts/sibling")) && there.contains("あね"));
} }
