//! 支援経過 and the timeline: minutes by activity, corrections as rows, who may read them.

use kakehashi::access::Role;
use kakehashi::args;

use crate::support::{Answer, Browser, Person, Seat, World};

const NOTE: &[(&str, &str)] = &[
    ("kind", "home_visit"),
    ("text", "夜間の吸引の回数を聞いた"),
    ("agreed", "来週までに一覧を渡す"),
    ("with_whom", "母"),
    ("occurred_at", "2026-11-19 14:00"),
    ("minutes_visit", "60"),
    ("minutes_travel", "25"),
    ("minutes_paperwork", "0"),
];

fn number(person: &Person) -> String {
    kana::ClientNumber::from_row(person.number).to_string()
}

fn with<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = NOTE.iter().filter(|(n, _)| !more.iter().any(|(m, _)| m == n));
    kept.copied().chain(more.iter().copied()).collect()
}

fn says(answer: &Answer, words: &str) -> bool {
    answer.text.contains(words)
}

/// Writes a note and answers its path.
async fn write(browser: &Browser, person: &Person, more: &[(&str, &str)]) -> String {
    let path = format!("/clients/{}/notes/new", number(person));
    let answer = browser.post(&path, &with(more)).await.expect(303);
    answer.location().split('?').next().unwrap().to_owned()
}

async fn timeline(browser: &Browser, person: &Person, query: &str) -> Answer {
    browser.get(&format!("/clients/{}/timeline{query}", number(person))).await.expect(200)
}

both! {
    async fn a_note_has_minutes_by_activity_and_a_next_step(w: World) {
        let person = w.person("水野", "はると").await;
        let nurse = w.as_(Role::Nurse).await;
        let next = [("next_what", "一覧を作る"), ("next_due", "2026-11-27")];
        let path = write(&nurse, &person, &next).await;
        let shown = nurse.get(&path).await.expect(200);
        for words in ["合計 85分", "訪問・同行 60分", "移動 25分", "夜間の吸引", "一覧を作る", "家庭訪問"] {
            assert!(says(&shown, words), "{words}: {}", shown.text);
        }
        assert!(!says(&shown, "記録・書類 0分"));
        let list = nurse.get("/case-notes").await.expect(200);
        assert!(says(&list, "<h2 id=\"rows\">1件</h2>") && says(&list, "合計 85分"));
        assert!(says(&nurse.get("/follow-ups").await, "一覧を作る"));
    }

    async fn what_is_wrong_is_said_and_nothing_typed_is_lost(w: World) {
        let person = w.person("水野", "はると").await;
        let nurse = w.as_(Role::Nurse).await;
        let path = format!("/clients/{}/notes/new", number(&person));
        let before = w.digest().await;
        for (field, value, message) in [
            ("kind", "", "支援の方法を選んでください"),
            ("text", "", "したこと・聞いたことを入力してください"),
            ("occurred_at", "2026-11-21 9:00", "先の時刻"),
            ("partner", "no-such-record", "相手の機関"),
            ("minutes_travel", "長い", "移動は、数字"),
            ("minutes_travel", "1441", "移動は0から1440分まで"),
            ("next_due", "2026-11-01", "次にすることを入力"),
        ] {
            let sent = with(&[("agreed", "ここに書いたこと"), (field, value)]);
            let answer = nurse.post(&path, &sent).await.expect(422);
            assert!(says(&answer, message), "{field}: {}", answer.text);
            assert!(says(&answer, "ここに書いたこと"), "{field}");
        }
        let late = with(&[("next_what", "電話"), ("next_due", "2026-11-01")]);
        assert!(says(&nurse.post(&path, &late).await.expect(422), "記録の日より前"));
        assert_eq!(w.digest().await, before);
    }

    async fn one_timeline_holds_consultations_and_notes(w: World) {
        let person = w.person("水野", "はると").await;
        let officer = w.as_(Role::Officer).await;
        write(&officer, &person, &[]).await;
        let call = [
            ("scope", "individual"), ("client", &number(&person)), ("channel", "phone"),
            ("inquirer_kind", "family"), ("text", "就学の相談"), ("occurred_at", "2024-11-20 9:00"),
            ("next_what", "学校に聞く"),
        ];
        officer.post("/consultations/new", &call).await.expect(303);
        let year = timeline(&officer, &person, "").await;
        assert!(says(&year, "夜間の吸引") && !says(&year, "就学の相談"), "a year back");
        let all = timeline(&officer, &person, "?from=").await;
        let at = |words: &str| all.text.find(words).unwrap_or_else(|| panic!("{words}"));
        assert!(at("夜間の吸引") < at("就学の相談"), "the newest first");
        assert!(says(&all, "学校に聞く") && says(&all, "2件・合計 85分"));
        let calls = timeline(&officer, &person, "?from=&kind=consultation").await;
        assert!(!says(&calls, "夜間の吸引") && says(&calls, "就学の相談"));
        let visits = timeline(&officer, &person, "?from=&kind=home_visit").await;
        assert!(says(&visits, "夜間の吸引") && !says(&visits, "就学の相談"));
        let none = timeline(&officer, &person, "?from=&kind=meeting").await;
        assert!(says(&none, "この期間の記録はありません"));
    }

    async fn a_correction_keeps_what_was_written(w: World) {
        let person = w.person("水野", "はると").await;
        let nurse = w.as_(Role::Nurse).await;
        let path = write(&nurse, &person, &[("next_what", "一覧を作る")]).await;
        let correct = format!("{path}/correct");
        assert!(says(&nurse.get(&correct).await.expect(200), "value=\"60\""));
        nurse.post(&correct, &with(&[("minutes_visit", "50")])).await.expect(422);
        let sent = with(&[("minutes_visit", "50"), ("text", "日中の吸引の回数"), ("why", "聞きまちがい")]);
        let new = nurse.post(&correct, &sent).await.expect(303).location().to_owned();
        assert!(says(&nurse.get(&new).await.expect(200), "合計 75分"));
        assert!(says(&nurse.get(&path).await.expect(200), "訂正前の記録です"));
        let line = timeline(&nurse, &person, "").await;
        for words in ["訂正あり", "聞きまちがい", "日中の吸引", "夜間の吸引", "一覧を作る", "1件・合計 75分"] {
            assert!(says(&line, words), "{words}");
        }
        let mine = with(&[("text", "朝の吸引の回数"), ("why", "わたしも訂正")]);
        let late = nurse.post(&correct, &mine).await.expect(422);
        for words in ["ほかの人が先に", "朝の吸引", "日中の吸引", new.split('?').next().unwrap()] {
            assert!(says(&late, words), "{words}");
        }
        let list = nurse.get("/case-notes").await.expect(200);
        assert!(says(&list, "<h2 id=\"rows\">1件</h2>") && says(&list, "合計 75分"));
    }

    async fn withdrawing_ends_what_was_promised(w: World) {
        let person = w.person("水野", "はると").await;
        let nurse = w.as_(Role::Nurse).await;
        let path = write(&nurse, &person, &[("next_what", "一覧を作る")]).await;
        nurse.post(&format!("{path}/withdraw"), &[("why", "")]).await.expect(422);
        nurse.post(&format!("{path}/withdraw"), &[("why", "別の人の記録")]).await.expect(303);
        assert!(!says(&nurse.get("/follow-ups").await, "一覧を作る"));
        assert!(!says(&timeline(&nurse, &person, "").await, "夜間の吸引"));
        assert!(says(&nurse.get(&path).await.expect(200), "別の人の記録"));
    }

    async fn a_closed_person_gets_no_note(w: World) {
        let person = w.person("水野", "はると").await;
        w.exec(
            "insert into closures (id, client_id, kind, closed_on, recorded_at, recorded_by)
             values ('shut', $1, 'moved_out', '2026-11-01', '2026-11-01T01:00:00.000Z', $2)",
            args![person.id, w.actor(Role::Officer).account_id],
        )
        .await;
        let path = format!("/clients/{}/notes/new", number(&person));
        let answer = w.as_(Role::Nurse).await.post(&path, NOTE).await.expect(422);
        assert!(says(&answer, "終結しています") && says(&answer, "夜間の吸引"));
    }

    async fn who_may_not_see_the_person_finds_nothing(w: World) {
        let person = w.person("水野", "はると").await;
        let officer = w.as_(Role::Officer).await;
        let path = write(&officer, &person, &[]).await;
        let line = format!("/clients/{}/timeline", number(&person));
        let notes = format!("/clients/{}/notes/new", number(&person));
        for (role, seat) in [
            (Role::Officer, Seat::Abroad), (Role::Coordinator, Seat::First),
            (Role::Operator, Seat::First), (Role::School, Seat::First),
            (Role::Family, Seat::First), (Role::Prefecture, Seat::First),
            (Role::Auditor, Seat::First), (Role::Administrator, Seat::First),
        ] {
            let browser = w.sign_in(role, seat).await;
            for path in [&path, &line, &notes] {
                browser.get(path).await.expect(404);
            }
            browser.post(&notes, NOTE).await.expect(404);
            browser.post(&format!("{path}/withdraw"), &[("why", "x")]).await.expect(404);
            let list = browser.get("/case-notes").await;
            assert!(!says(&list, "夜間の吸引") && !says(&list, "水野"), "{role:?}");
        }
    }

    async fn a_consent_opens_the_reading_and_not_the_writing(w: World) {
        let person = w.person("水野", "はると").await;
        let path = write(&w.as_(Role::Officer).await, &person, &[]).await;
        let school = w.actor(Role::School);
        w.exec(
            "insert into team_members (id, client_id, organisation_id, role, valid_from,
               recorded_at, recorded_by) values ('member', $1, $2, 'school', '2026-04-01', $3, $4)",
            args![person.id, school.organisation_id, school.at, school.account_id],
        )
        .await;
        let browser = w.as_(Role::School).await;
        browser.get(&path).await.expect(404);
        w.exec(
            "insert into consents (id, client_id, purpose, recipient_id, valid_from, given_by,
               given_on, recorded_at, recorded_by)
             values ('agreed', $1, 'support', $2, '2026-04-01', '母', '2026-04-01', $3, $4)",
            args![person.id, school.organisation_id, school.at, school.account_id],
        )
        .await;
        w.exec(
            "insert into consent_categories (consent_id, category)
             values ('agreed', 'consultation')",
            args![],
        )
        .await;
        let shown = browser.get(&path).await.expect(200);
        assert!(says(&shown, "夜間の吸引"));
        assert!(!says(&shown, "水野"), "the name is another category: {}", shown.text);
        assert!(!says(&browser.get("/case-notes").await, "水野"));
        browser.get(&format!("{path}/correct")).await.expect(404);
    }

    async fn drafts_of_one_person_stay_with_that_person(w: World) {
        let (one, two) = (w.person("水野", "はると").await, w.person("森", "あおい").await);
        let nurse = w.as_(Role::Nurse).await;
        let subject = format!("{} x", one.id);
        let save = [("_subject", subject.as_str()), ("text", "書きかけ"), ("minutes_visit", "40")];
        nurse.post("/drafts/case-note", &save).await.expect(200);
        let page = async |p: &Person, more: &str| {
            nurse.get(&format!("/clients/{}/notes/new{more}", number(p))).await.expect(200)
        };
        assert!(says(&page(&one, "").await, "下書きがあります"));
        assert!(!says(&page(&two, "").await, "下書きがあります"));
        let on = page(&one, &format!("?draft={}", subject.replace(' ', "%20"))).await;
        assert!(says(&on, "書きかけ") && says(&on, "value=\"40\""));
        write(&nurse, &one, &[("_subject", &subject)]).await;
        assert!(!says(&page(&one, "").await, "下書きがあります"));
    }
}
