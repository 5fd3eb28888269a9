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

both! { async fn a_common_name_shows_the_first_twenty_and_the_rest_when_asked(w: World) {
    for n in 0..23 {
        w.person("佐藤", &format!("{n:02}")).await;
    }
    search::complete(&w.app.db, &w.system()).await.unwrap();
    let desk = w.as_(Role::Officer).await;
    let rows = |text: &str| text.matches("scope=\"row\"").count();
    let first = desk.post("/clients", &[("q", "佐藤")]).await.expect(200).text;
    assert_eq!(rows(&first), 20);
    assert!(first.contains("はじめの20人") && first.contains("もっと見る"), "{first}");
    let all = desk.post("/clients", &[("q", "佐藤"), ("more", "1")]).await.expect(200).text;
    assert_eq!(rows(&all), 23);
    assert!(all.contains("23人") && !all.contains("ほかにもいます"));
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

const WAITING: &str = "select count(*) from case_requests where withdrawn_at is null";

/// The first record a drop-down offers.
fn first_option(page: &str, name: &str) -> String {
    let select = page.split(&format!("<select id=\"{name}\"")).nth(1).unwrap();
    select.split("<option value=\"").nth(2).unwrap().split('"').next().unwrap().to_owned()
}

/// A person of the coordinator's desk; the answer is the address of the folder.
async fn enrolled(w: &World) -> String {
    let desk = w.as_(Role::Coordinator).await;
    let made = desk.post("/clients/new", &entry(&[])).await.expect(303);
    made.location().split('?').next().unwrap().to_owned()
}

both! { async fn a_move_ends_the_old_address_and_both_can_be_asked(w: World) {
    let folder = enrolled(&w).await;
    w.set_clock("2026-12-10T01:00:00.000Z");
    let desk = w.as_(Role::Coordinator).await;
    let moved = [("area", "west"), ("address", "西町1-2-3"), ("from", "令和8年12月1日")];
    desk.post(&format!("{folder}/parts/residence/new"), &moved).await.expect(303);
    let on = |d: &str| format!("{folder}/parts/residence?on={d}");
    let now = desk.get(&format!("{folder}/parts/residence")).await.expect(200);
    let part = |t: &str| t.split("これまでの記録").next().unwrap().to_owned();
    assert!(part(&now.text).contains("西地区") && !part(&now.text).contains("東地区"));
    let before = desk.get(&on("2026-11-30")).await.expect(200);
    assert!(part(&before.text).contains("東地区") && !part(&before.text).contains("西地区"));
    // On 5 December nobody had recorded the move yet: as known then, the old address holds.
    let known = desk.get(&format!("{}&known=2026-12-05", on("2026-12-05"))).await.expect(200);
    assert!(part(&known.text).contains("東地区") && !part(&known.text).contains("西地区"));
    // A second row from the same day would overlap.
    let twice = desk.post(&format!("{folder}/parts/residence/new"), &moved).await.expect(422);
    assert!(twice.text.contains("すでにあります"));
} }

both! { async fn two_people_who_correct_the_same_part_see_each_other(w: World) {
    let folder = enrolled(&w).await;
    let (a, b) = (w.as_(Role::Coordinator).await, w.as_(Role::Nurse).await);
    let page = a.get(&format!("{folder}/parts/residence")).await.expect(200);
    let link = page.text.split("/correct\"").next().unwrap().rsplit('"').next().unwrap();
    let link = format!("{link}/correct");
    let open = a.get(&link).await.expect(200);
    let version = open.text.split("name=\"_version\" value=\"").nth(1).unwrap();
    let version = version.split('"').next().unwrap().to_owned();
    let first = [("area", "north"), ("why", "聞きまちがい"), ("_version", version.as_str())];
    b.post(&link, &first).await.expect(303);
    let second = [("area", "south"), ("why", "書きまちがい"), ("_version", version.as_str())];
    let said = a.post(&link, &second).await.expect(409);
    assert!(said.text.contains("ほかの人が保存した内容") && said.text.contains("北地区"));
    assert!(said.text.contains("value=\"south\" selected"), "what was typed is kept");
    let now = b.get(&format!("{folder}/parts/residence")).await.expect(200);
    assert!(now.text.contains("北地区") && now.text.contains("聞きまちがい"));
} }

both! { async fn death_stops_lists_requests_and_promises_at_once(w: World) {
    let folder = enrolled(&w).await;
    let desk = w.as_(Role::Coordinator).await;
    let page = desk.get(&format!("{folder}/request")).await.expect(200);
    let office = first_option(&page.text, "desk");
    let ask = [("received_on", "2026-11-20"), ("received_from", "母から電話"),
        ("desk", office.as_str())];
    desk.post(&format!("{folder}/request"), &ask).await.expect(303);
    assert_eq!(w.count(WAITING, &[]).await, 1);
    let close = [("kind", "death"), ("on", "令和8年11月19日")];
    desk.post(&format!("{folder}/close"), &close).await.expect(303);
    assert_eq!(w.count(WAITING, &[]).await, 0);
    assert!(found(&w, Role::Coordinator, "みずの").await.is_empty());
    assert!(!desk.get("/clients").await.expect(200).text.contains("水野"));
    assert!(desk.get("/clients?standing=closed").await.expect(200).text.contains("水野"));
    desk.post(&format!("{folder}/parts/care/new"), &[("kind", "oxygen")]).await.expect(422);
    let page = desk.get(&format!("{folder}/close")).await.expect(200);
    assert!(page.text.contains("担当を待つ依頼 1件"));
    desk.post(&format!("{folder}/close"), &[("why", "取りちがえ")]).await.expect(303);
    assert_eq!(found(&w, Role::Coordinator, "みずの").await.len(), 1);
    assert_eq!(w.count(WAITING, &[]).await, 0);
} }

both! { async fn a_new_telephone_is_found_and_every_part_takes_a_row(w: World) {
    let folder = enrolled(&w).await;
    let desk = w.as_(Role::Coordinator).await;
    let phone = [("owner", "父"), ("phone", "03-9876-5432")];
    desk.post(&format!("{folder}/parts/contact/new"), &phone).await.expect(303);
    assert_eq!(found(&w, Role::Coordinator, "5432").await.len(), 1);
    for part in kakehashi::clients::parts::all() {
        let page = desk.get(&format!("{folder}/parts/{}", part.id)).await.expect(200);
        assert!(page.text.contains(part.title));
        desk.get(&format!("{folder}/parts/{}/new", part.id)).await.expect(200);
    }
    desk.get(&format!("{folder}/parts/nonsense")).await.expect(404);
} }

both! { async fn an_organisation_joins_and_leaves_the_team(w: World) {
    let folder = enrolled(&w).await;
    let desk = w.as_(Role::Coordinator).await;
    let page = desk.get(&format!("{folder}/team")).await.expect(200);
    let org = first_option(&page.text, "organisation");
    let join = [("organisation", org.as_str()), ("role", "nursing_station")];
    desk.post(&format!("{folder}/team"), &join).await.expect(303);
    let page = desk.get(&format!("{folder}/team")).await.expect(200);
    assert!(page.text.matches("をきょうで終える").count() == 2);
    desk.post(&format!("{folder}/team"), &join).await.expect(422);
    let odd = [("organisation", "no-such"), ("role", "nursing_station")];
    desk.post(&format!("{folder}/team"), &odd).await.expect(422);
} }
