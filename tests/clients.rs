//! 利用者: entered once, found by any spelling, seen by whom it concerns.

use kakehashi::access::Role;
use kakehashi::clients::search;

use crate::support::World;

/// A full entry form; `with` replaces or adds answers.
fn entry<'a>(with: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut out = vec![
        ("family", "水野"),
        ("given", "はると"),
        ("family_kana", "みずの"),
        ("given_kana", "はると"),
        ("born_on", "令和2年6月3日"),
        ("sex", "male"),
        ("area", "east"),
        ("carer_name", "水野 由佳"),
        ("relation", "mother"),
        ("phone", "090-1234-5678"),
        ("cares", "ventilator"),
        ("cares", "suction"),
    ];
    out.retain(|(n, _)| !with.iter().any(|(w, _)| w == n));
    out.extend(with.iter().filter(|(_, v)| !v.is_empty()));
    out
}

async fn found(w: &World, role: Role, typed: &str) -> Vec<String> {
    let mut read = w.read(&w.actor(role)).await;
    let people = search::find(&mut read, typed, 20).await.unwrap();
    people.into_iter().map(|p| p.name).collect()
}

both! { async fn a_person_is_entered_and_found_by_any_spelling(w: World) {
    let desk = w.as_(Role::Coordinator).await;
    desk.post("/clients/new", &entry(&[])).await.expect(303);
    let others = [("family", "髙橋"), ("given", "花子"), ("family_kana", "たかはし"),
        ("given_kana", "はなこ"), ("born_on", "H29.9.21"), ("phone", ""), ("carer_name", ""),
        ("relation", "")];
    desk.post("/clients/new", &entry(&others)).await.expect(303);
    for typed in [
        "水野", "水", "はると", "水野はる", "水野　はると", "みずの", "ミズノ", "ﾐｽﾞﾉ ﾊﾙ", "みずのはると",
        "090-1234-5678", "09012345678", "5678", "０９０（１２３４）５６７８", "R2.6.3", "2020/6/3",
        "令和2年6月3日", "20200603",
    ] {
        assert_eq!(found(&w, Role::Coordinator, typed).await, ["水野 はると"], "{typed}");
    }
    for typed in ["高橋", "髙橋", "高", "橋花", "たかはしは", "平成29年9月21日"] {
        assert_eq!(found(&w, Role::Coordinator, typed).await, ["髙橋 花子"], "{typed}");
    }
    for typed in ["野水", "みすの", "090-1234-5679", "R2.6.4", "　", "%", "_"] {
        assert!(found(&w, Role::Coordinator, typed).await.is_empty(), "{typed}");
    }
} }

both! { async fn a_number_opens_the_person_and_a_wrong_one_does_not(w: World) {
    let desk = w.as_(Role::Coordinator).await;
    let made = desk.post("/clients/new", &entry(&[])).await.expect(303);
    let number = made.location().split(['/', '?']).nth(2).unwrap().to_owned();
    let open = desk.post("/clients", &[("q", number.as_str())]).await.expect(303);
    assert_eq!(open.location(), format!("/clients/{number}"));
    let last = if number.ends_with('1') { "2" } else { "1" };
    let wrong = format!("{}{last}", &number[..number.len() - 1]);
    let page = desk.post("/clients", &[("q", wrong.as_str())]).await.expect(200);
    assert!(!page.text.contains("水野"), "a wrong check digit finds nobody");
} }

both! { async fn nobody_finds_whom_they_may_not_see(w: World) {
    w.as_(Role::Coordinator).await.post("/clients/new", &entry(&[])).await.expect(303);
    for (role, sees) in [
        (Role::Officer, true), (Role::Nurse, true), (Role::Coordinator, true),
        (Role::Operator, false), (Role::Hospital, false), (Role::School, false),
        (Role::Prefecture, false), (Role::Auditor, false), (Role::Family, false),
    ] {
        for typed in ["水野", "090-1234-5678", "R2.6.3"] {
            assert_eq!(!found(&w, role, typed).await.is_empty(), sees, "{role:?} {typed}");
        }
    }
} }

both! { async fn the_same_person_is_not_entered_twice_by_accident(w: World) {
    let desk = w.as_(Role::Coordinator).await;
    desk.post("/clients/new", &entry(&[])).await.expect(303);
    let before = w.digest().await;
    let again = desk.post("/clients/new", &entry(&[("phone", "")])).await.expect(422);
    assert!(again.text.contains("似た記録が1件あります") && again.text.contains("水野 はると"));
    assert_eq!(w.digest().await, before);
    let sure = entry(&[("phone", ""), ("sure", "1")]);
    desk.post("/clients/new", &sure).await.expect(303);
    assert_eq!(found(&w, Role::Officer, "みずの").await.len(), 2);
} }

both! { async fn before_birth_and_adults_and_people_without_certificates(w: World) {
    let desk = w.as_(Role::Nurse).await;
    let unborn = [("given", ""), ("given_kana", ""), ("born_on", ""), ("expected_on", "R9.2.1"),
        ("whereabouts", "unborn"), ("cares", "")];
    let made = desk.post("/clients/new", &entry(&unborn)).await.expect(303);
    assert!(made.location().starts_with("/clients/M-"));
    let adult = [("family_kana", "いしい"), ("family", "石井"), ("born_on", "S64.1.7"), ("phone", "")];
    desk.post("/clients/new", &entry(&adult)).await.expect(303);
    let list = desk.get("/clients?age_from=18").await.expect(200);
    assert!(list.text.contains("石井") && !list.text.contains("水野"));
    assert!(list.text.contains("昭和64年（1989年）1月7日生・37歳"), "{}", list.text);
    let neither = [("born_on", ""), ("expected_on", "")];
    let bad = desk.post("/clients/new", &entry(&neither)).await.expect(422);
    assert!(bad.text.contains("出生前のときは出産予定日"));
} }
