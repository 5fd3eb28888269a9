//! One page about a person: what each relation and consent shows of it; the care score as a form;
//! what the family reads.

use kakehashi::access::Role;
use kakehashi::args;
use kakehashi::clients::{address, parts, team};
use kakehashi::web::Entry;

use crate::support::{Answer, Browser, Person, Seat, World};

fn path(person: &Person, rest: &str) -> String {
    format!("/clients/{}{rest}", kana::ClientNumber::from_row(person.number))
}

/// Adds a row to a part of the folder through its form.
async fn fill(w: &World, person: &Person, part: &str, fields: &[(&str, &str)]) {
    let part = parts::find(part).unwrap();
    let entry = Entry(fields.iter().map(|(n, v)| ((*n).into(), (*v).into())).collect());
    let values = part.form.read(&entry, &w.app.codes).unwrap();
    let mut tx = w.write(&w.actor(Role::Officer)).await;
    parts::add(&mut tx, &person.id, part, &values, Some("2026-04-01".parse().unwrap()))
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

async fn full(w: &World) -> Person {
    let person = w.person("水野", "はると").await;
    let ventilator = [
        ("kind", "ventilator"),
        ("watts", "60"),
        ("internal_minutes", "120"),
        ("external_count", "2"),
        ("external_minutes", "75"),
    ];
    fill(w, &person, "device", &ventilator).await;
    fill(w, &person, "care", &[("kind", "ventilator"), ("always", "1"), ("settings", "設定ABC")])
        .await;
    fill(w, &person, "allergy", &[("substance", "ラテックス")]).await;
    let mother = [
        ("name", "水野母"),
        ("relation", "mother"),
        ("leave_until", "2026-12-20"),
        ("night_care", "1"),
    ];
    fill(w, &person, "carer", &mother).await;
    fill(w, &person, "residence", &[("area", "east"), ("address", "みどり町ひみつ番地")]).await;
    person
}

/// The role's organisation joins the team, with a consent for the categories.
async fn joins(w: &World, person: &Person, role: Role, categories: &[&str]) -> Option<String> {
    let actor = w.actor(role);
    let mut tx = w.write(&w.actor(Role::Officer)).await;
    let on = "2026-04-01".parse().unwrap();
    team::join(&mut tx, &person.id, &actor.organisation_id, None, "other", on).await.unwrap();
    let mut id = None;
    if !categories.is_empty() {
        let consent = team::Consent {
            purpose: "support",
            recipient_id: &actor.organisation_id,
            categories,
            from: on,
            until: None,
            given_by: "母",
            given_on: on,
        };
        id = Some(team::consent(&mut tx, &person.id, &consent).await.unwrap());
    }
    tx.commit().await.unwrap();
    id
}

async fn hide(w: &World, person: &Person) {
    let mut tx = w.write(&w.actor(Role::Officer)).await;
    let entry =
        [("basis", "other"), ("reason", "安全"), ("shown_to", "team"), ("from", "2026-04-01")];
    let entry = Entry(entry.map(|(n, v)| (n.to_owned(), v.to_owned())).to_vec());
    let values = address::form().read(&entry, &w.app.codes).unwrap();
    address::hide(&mut tx, &person.id, &values).await.unwrap();
    tx.commit().await.unwrap();
}

async fn link(w: &World, person: &Person) {
    let account = w.actor(Role::Family).account_id;
    let at = w.actor(Role::Officer).at;
    let sql = "insert into family_links (id, account_id, client_id, relation, valid_from, \
               recorded_at, recorded_by) values ('link', $1, $2, 'mother', '2026-04-01', $3, $1)";
    w.exec(sql, args![account, person.id, at]).await;
}

const SECRET: &str = "みどり町ひみつ番地";

/// 気切 with watch, 吸引 and 酸素 low: D1 of the published table; with a ventilator D2.
const JUDGED: &[(&str, &str)] = &[
    ("care_tracheostomy", "1"),
    ("watch_tracheostomy", "yes"),
    ("care_oxygen", "1"),
    ("watch_oxygen", "low"),
    ("care_suction", "1"),
    ("watch_suction", "low"),
    ("base_by", "physician"),
    ("base_name", "山川"),
    ("base_on", "2026-11-01"),
    ("watch_name", "山川"),
    ("watch_on", "2026-11-01"),
];

async fn judge(browser: &Browser, person: &Person, action: &str, more: &[(&str, &str)]) -> Answer {
    let kept = JUDGED.iter().filter(|(n, _)| !more.iter().any(|(m, _)| m == n)).copied();
    let mut all: Vec<(&str, &str)> = kept.chain(more.iter().copied()).collect();
    all.push(("_do", action));
    browser.post(&path(person, "/care-score/new"), &all).await
}

both! {
    async fn the_officer_sees_the_whole_person(w: World) {
        let person = full(&w).await;
        let shown = w.as_(Role::Officer).await.get(&path(&person, "")).await.expect(200);
        for words in [
            "水野 はると", "令和2年（2020年）4月1日生", "6歳7か月", "小学1年", "4時間30分", "ラテックス",
            "設定ABC", SECRET, "休業の終わりまであと30日", "夜間のケア", "この記録を見た人",
        ] {
            assert!(shown.text.contains(words), "{words}: {}", shown.text);
        }
        assert!(!shown.text.contains("同意の範囲に入っていません"));
        let looked = "select count(*) from audit_events where verb = 'view' and noun = 'client'
                        and client_id = $1";
        assert_eq!(w.count(looked, kakehashi::args![person.id]).await, 1);
    }

    async fn a_consent_opens_its_own_sections_and_no_other(w: World) {
        let person = full(&w).await;
        let nurse = w.as_(Role::Operator).await;
        nurse.get(&path(&person, "")).await.expect(404);
        let identity = joins(&w, &person, Role::Operator, &["identity"]).await.unwrap();
        let shown = nurse.get(&path(&person, "")).await.expect(200);
        assert!(shown.text.contains("水野 はると"));
        assert!(shown.text.contains("同意の範囲に入っていません"));
        for hidden in ["設定ABC", "ラテックス", "水野母", "4時間30分"] {
            assert!(!shown.text.contains(hidden), "{hidden}");
        }
        joins_more(&w, &person, Role::Operator, &["care"]).await;
        let shown = nurse.get(&path(&person, "")).await.expect(200);
        assert!(shown.text.contains("設定ABC") && shown.text.contains("ラテックス"));
        assert!(!shown.text.contains("水野母"));
        let mut tx = w.write(&w.actor(Role::Officer)).await;
        team::withdraw(&mut tx, &person.id, &identity).await.unwrap();
        tx.commit().await.unwrap();
        nurse.get(&path(&person, "")).await.expect(404);
    }

    async fn a_hidden_address_is_for_the_ward_and_its_coordinator(w: World) {
        let person = full(&w).await;
        let every = ["identity", "care", "family", "consultation", "plan", "disaster"];
        joins(&w, &person, Role::Operator, &every).await;
        joins(&w, &person, Role::Coordinator, &[]).await;
        link(&w, &person).await;
        let operator = w.as_(Role::Operator).await;
        assert!(operator.get(&path(&person, "")).await.expect(200).text.contains(SECRET));
        hide(&w, &person).await;
        let shown = operator.get(&path(&person, "")).await.expect(200);
        assert!(!shown.text.contains(SECRET) && shown.text.contains("住所は非開示"));
        assert!(!w.as_(Role::Family).await.get("/mine").await.expect(200).text.contains(SECRET));
        for role in [Role::Officer, Role::Coordinator] {
            let shown = w.as_(role).await.get(&path(&person, "")).await.expect(200);
            assert!(shown.text.contains(SECRET), "{role:?}");
        }
    }

    async fn a_date_shows_the_folder_of_that_day(w: World) {
        let person = full(&w).await;
        let officer = w.as_(Role::Officer).await;
        let before = officer.get(&path(&person, "?on=R8.3.1")).await.expect(200);
        assert!(before.text.contains("令和8年3月1日の時点"));
        assert!(!before.text.contains("設定ABC"));
        let odd = officer.get(&path(&person, "?on=8.13.1x")).await.expect(200);
        assert!(odd.text.contains("日付を読めませんでした"));
    }

    async fn somebody_with_the_same_reading_is_named(w: World) {
        let person = w.person("水野", "はると").await;
        let officer = w.as_(Role::Officer).await;
        let alone = officer.get(&path(&person, "")).await.expect(200);
        assert!(!alone.text.contains("読みが同じ方"));
        let other = w.person("水埜", "春斗").await;
        let shown = officer.get(&path(&person, "")).await.expect(200);
        assert!(shown.text.contains("読みが同じ方") && shown.text.contains("水埜 春斗"));
        assert!(shown.text.contains(&path(&other, "")));
    }

    async fn a_score_is_shown_with_reasons_before_it_is_kept(w: World) {
        let person = w.person("水野", "はると").await;
        let nurse = w.as_(Role::Nurse).await;
        nurse.get(&path(&person, "/care-score/new")).await.expect(200);
        let before = w.digest().await;
        let d1 = judge(&nurse, &person, "calculate", &[]).await.expect(200);
        assert!(d1.text.contains("26<small>点") && d1.text.contains("区分2"), "{}", d1.text);
        let ventilator = [("care_ventilator", "1"), ("watch_ventilator", "high")];
        let d2 = judge(&nurse, &person, "calculate", &ventilator).await.expect(200);
        assert!(d2.text.contains("36<small>点") && d2.text.contains("加点しない"), "{}", d2.text);
        assert_eq!(w.digest().await, before, "calculating keeps nothing");
        judge(&nurse, &person, "save", &ventilator).await.expect(303);
        let kept = nurse.get(&path(&person, "/care-score")).await.expect(200);
        assert!(kept.text.contains("36<small>点") && kept.text.contains("区分3"));
        let folder = nurse.get(&path(&person, "")).await.expect(200);
        assert!(folder.text.contains("36<small>点"));
        let early = nurse.get(&path(&person, "/care-score?on=2026-10-31")).await.expect(200);
        assert!(early.text.contains("この日に有効な判定はありません"));
    }

    async fn what_the_table_does_not_allow_is_refused_at_its_row(w: World) {
        let person = w.person("水野", "はると").await;
        let nurse = w.as_(Role::Nurse).await;
        let before = w.digest().await;
        let catheter =
            [("care_intermittent_catheter", "1"), ("watch_intermittent_catheter", "yes")];
        for (more, words, field) in [
            (&catheter[..], "見守りスコアがありません", "watch_intermittent_catheter-e"),
            (&[("watch_oxygen", "mid")], "「中」はありません", "watch_oxygen-e"),
            (&[("watch_oxygen", "odd")], "選び直して", "watch_oxygen-e"),
            (&[("watch_name", ""), ("watch_on", "")], "医師の判定が必要", "watch_name-e"),
            (&[("base_on", "2026-11-21")], "先の日付", "base_on-e"),
            (&[("base_name", "")], "入力してください", "base_name-e"),
        ] {
            let said = judge(&nurse, &person, "save", more).await.expect(422);
            assert!(said.text.contains(words), "{words}: {}", said.text);
            assert!(said.text.contains(&format!("id=\"{field}\"")), "{field}");
            assert!(said.text.contains("山川"), "what was typed is kept");
        }
        assert_eq!(w.digest().await, before);
    }

    async fn a_new_judgement_ends_the_old_and_a_correction_takes_its_place(w: World) {
        let person = w.person("水野", "はると").await;
        let nurse = w.as_(Role::Nurse).await;
        judge(&nurse, &person, "save", &[]).await.expect(303);
        let (first,): (String,) = id_of(&w, "2026-11-01").await;
        let later = [("base_on", "2026-11-10"), ("watch_on", "2026-11-10")];
        let stale = judge(&nurse, &person, "save", &later).await;
        assert_eq!(stale.status, 409, "somebody who has not seen the first is stopped");
        let seen = [&later[..], &[("_current", first.as_str())]].concat();
        judge(&nurse, &person, "save", &seen).await.expect(303);
        let (second,): (String,) = id_of(&w, "2026-11-10").await;
        let again = [&later[..], &[("_current", second.as_str())]].concat();
        judge(&nurse, &person, "save", &again).await.expect(422);
        let ended = "select count(*) from care_scores where id = $1 and valid_until = '2026-11-10'";
        assert_eq!(w.count(ended, kakehashi::args![first]).await, 1);
        let correct = [
            &again[..],
            &[("_correct", second.as_str()), ("watch_oxygen", "yes")],
        ]
        .concat();
        judge(&nurse, &person, "save", &correct).await.expect(422);
        let correct = [&correct[..], &[("reason", "転記まちがい")]].concat();
        judge(&nurse, &person, "save", &correct).await.expect(303);
        let history = nurse.get(&path(&person, "/care-score")).await.expect(200);
        for words in ["27<small>点", "訂正前", "転記まちがい", "これまでの判定 3件"] {
            assert!(history.text.contains(words), "{words}: {}", history.text);
        }
    }

    async fn a_judgement_of_somebody_unseen_is_not_found(w: World) {
        let abroad = w.person_of(crate::support::ABROAD, "山田", "花子").await;
        let nurse = w.as_(Role::Nurse).await;
        let before = w.digest().await;
        for rest in ["", "/care-score", "/care-score/new", "/looks"] {
            nurse.get(&path(&abroad, rest)).await.expect(404);
        }
        judge(&nurse, &abroad, "save", &[]).await.expect(404);
        judge(&nurse, &abroad, "calculate", &[]).await.expect(404);
        assert_eq!(w.digest().await, before);
    }

    async fn the_family_reads_its_own_child_and_who_looked(w: World) {
        let person = full(&w).await;
        let other = w.person("別野", "そら").await;
        let family = w.as_(Role::Family).await;
        let none = family.get("/mine").await.expect(200);
        assert!(none.text.contains("見られる記録がありません") && !none.text.contains("水野"));
        link(&w, &person).await;
        w.as_(Role::Officer).await.get(&path(&person, "")).await.expect(200);
        let mine = family.get("/mine").await.expect(200);
        for words in ["水野 はると", "ラテックス", "4時間30分", "障害福祉課一", "利用者の記録を見た"] {
            assert!(mine.text.contains(words), "{words}: {}", mine.text);
        }
        assert!(!mine.text.contains("別野") && !mine.text.contains("同意の範囲"));
        let number = |p: &Person| kana::ClientNumber::from_row(p.number).to_string();
        let looks = format!("/mine/looks?client={}", number(&person));
        assert!(family.get(&looks).await.expect(200).text.contains("区の担当職員一"));
        // A telephone's length at a time; the rest is behind a link.
        for _ in 0..15 {
            w.as_(Role::Nurse).await.get(&path(&person, "")).await.expect(200);
        }
        let first = family.get(&looks).await.expect(200).text;
        assert_eq!(first.matches("<li><p>").count(), 15);
        let next = first.split("&amp;before=").nth(1).unwrap().split('"').next().unwrap();
        let rest = family.get(&format!("{looks}&before={next}")).await.expect(200).text;
        assert!(rest.contains("区の担当職員一") && !first.contains("区の担当職員一"), "{rest}");
        let of_other = format!("/mine/looks?client={}", number(&other));
        family.get(&of_other).await.expect(404);
        family.get(&path(&person, "")).await.expect(404);
        let abroad = w.sign_in(Role::Family, Seat::Abroad).await;
        assert!(!abroad.get("/mine").await.expect(200).text.contains("水野"));
    }

    async fn looks_name_who_did_what(w: World) {
        let person = full(&w).await;
        let officer = w.as_(Role::Officer).await;
        officer.get(&path(&person, "")).await.expect(200);
        let looks = w.as_(Role::Nurse).await.get(&path(&person, "/looks")).await.expect(200);
        assert!(looks.text.contains("利用者の記録を見た") && looks.text.contains("区の担当職員一"));
        w.as_(Role::Hospital).await.get(&path(&person, "/looks")).await.expect(404);
    }
}

async fn id_of(w: &World, from: &str) -> (String,) {
    let mut read = w.read(&w.system()).await;
    read.one(
        "select id from care_scores where valid_from = $1 and voided_at is null",
        kakehashi::args![from],
    )
    .await
    .unwrap()
}

/// A second consent for an organisation that is already in the team.
async fn joins_more(w: &World, person: &Person, role: Role, categories: &[&str]) {
    let actor = w.actor(role);
    let on = "2026-04-01".parse().unwrap();
    let consent = team::Consent {
        purpose: "support",
        recipient_id: &actor.organisation_id,
        categories,
        from: on,
        until: None,
        given_by: "母",
        given_on: on,
    };
    let mut tx = w.write(&w.actor(Role::Officer)).await;
    team::consent(&mut tx, &person.id, &consent).await.unwrap();
    tx.commit().await.unwrap();
}
