//! 相談: logged, listed, shown, corrected, withdrawn; who sees which.

use kakehashi::access::Role;
use kakehashi::args;

use crate::support::{Answer, Browser, Person, Seat, World};

/// The least a form needs: a community consultation, as the page sends it.
const COMMUNITY: &[(&str, &str)] = &[
    ("scope", "community"),
    ("channel", "phone"),
    ("inquirer_kind", "municipality"),
    ("text", "巡回相談の進め方について"),
    ("occurred_at", "2026-11-20 9:30"),
];

pub fn with<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = COMMUNITY.iter().filter(|(n, _)| !more.iter().any(|(m, _)| m == n));
    kept.copied().chain(more.iter().copied()).collect()
}

/// Logs and answers the id of the new consultation.
pub async fn log(browser: &Browser, more: &[(&str, &str)]) -> String {
    let answer = browser.post("/consultations/new", &with(more)).await.expect(303);
    let to = answer.location().to_owned();
    to.trim_start_matches("/consultations/").split('?').next().unwrap().to_owned()
}

pub fn number(person: &Person) -> String {
    kana::ClientNumber::from_row(person.number).to_string()
}

/// The seat's organisation belongs to the person's team from long ago.
async fn join_team(w: &World, person: &Person, role: Role) {
    let a = w.seated(role, Seat::First);
    w.exec(
        "insert into team_members (id, client_id, organisation_id, role, valid_from, recorded_at,
           recorded_by) values ($1, $2, $3, 'coordinator', '2026-04-01', $4, $5)",
        args![
            format!("team-{}-{}", person.id, role.code()),
            person.id,
            a.organisation_id,
            a.at,
            a.account_id
        ],
    )
    .await;
}

pub fn says(answer: &Answer, words: &str) -> bool {
    answer.text.contains(words)
}

both! {
    async fn what_is_logged_is_listed_and_shown(w: World) {
        let officer = w.as_(Role::Officer).await;
        let more = [("topics", "school"), ("answer", "来週伺います"), ("minutes", "15")];
        let id = log(&officer, &more).await;
        let list = officer.get("/consultations").await.expect(200);
        assert!(says(&list, &format!("/consultations/{id}")) && says(&list, "1件"));
        let shown = officer.get(&format!("/consultations/{id}")).await.expect(200);
        for words in ["巡回相談の進め方について", "来週伺います", "15分", "就園・就学", "特定の人なし"] {
            assert!(says(&shown, words), "{words}");
        }
    }

    async fn what_is_wrong_is_said_and_nothing_typed_is_lost(w: World) {
        let officer = w.as_(Role::Officer).await;
        let before = w.digest().await;
        for (field, value, message) in [
            ("text", "", "相談の内容を入力してください"),
            ("occurred_at", "2026-11-21 9:00", "先の時刻"),
            ("handler", "no-such-record", "受けた人"),
            ("previous", "no-such-record", "前の相談"),
            ("scope", "individual", "利用者を選んでください"),
            ("client", "M-99999999", "見つかりません"),
            ("text", "番号は123456789018です", "マイナンバー"),
            ("next_due", "2026-12-01", "次にすることを入力"),
            ("next_owner", "no-such-record", "次にすること"),
        ] {
            let sent = with(&[("answer", "ここに書いた答え"), (field, value)]);
            let answer = officer.post("/consultations/new", &sent).await.expect(422);
            assert!(says(&answer, message), "{field}: {}", answer.text);
            assert!(says(&answer, "ここに書いた答え"), "{field}");
        }
        assert_eq!(w.digest().await, before);
        let day = with(&[
            ("occurred_at", ""), ("occurred_at_y", "8"), ("occurred_at_m", "2"),
            ("occurred_at_d", "30"), ("occurred_at_t", "9:15"),
        ]);
        let answer = officer.post("/consultations/new", &day).await.expect(422);
        assert!(says(&answer, "value=\"30\"") && says(&answer, "value=\"9:15\""));
    }

    async fn everything_that_is_wrong_is_said_at_once(w: World) {
        let officer = w.as_(Role::Officer).await;
        let sent = with(&[("scope", "individual"), ("text", ""), ("minutes", "長い")]);
        let answer = officer.post("/consultations/new", &sent).await.expect(422);
        for words in ["3か所を直してください", "利用者を選んでください", "相談の内容を", "かかった時間は"] {
            assert!(says(&answer, words), "{words}");
        }
    }

    async fn a_person_is_found_before_anything_is_saved(w: World) {
        let person = w.person("水野", "はると").await;
        let officer = w.as_(Role::Officer).await;
        let number = number(&person);
        let sent = with(&[("scope", "individual"), ("client_q", &number), ("find", "1")]);
        let found = officer.post("/consultations/new", &sent).await.expect(200);
        assert!(says(&found, &format!("name=\"client\" value=\"{number}\"")), "{}", found.text);
        assert!(says(&found, "巡回相談の進め方について"));
        let id = log(&officer, &[("scope", "individual"), ("client", &number)]).await;
        let shown = officer.get(&format!("/consultations/{id}")).await.expect(200);
        assert!(says(&shown, "水野 はると") && says(&shown, "新規"));
        let next = log(&officer, &[("scope", "individual"), ("client", &number)]).await;
        let shown = officer.get(&format!("/consultations/{next}")).await.expect(200);
        assert!(says(&shown, "継続") && says(&shown, &format!("href=\"/consultations/{id}\"")));
    }

    async fn two_people_of_one_reading_are_told_apart(w: World) {
        for given in ["はると", "春斗"] {
            let person = w.person("水野", given).await;
            w.exec(
                "insert into client_search (key, client_id, kind) values ($1, $2, 'kana')",
                args![kana::search_key("みずのはると"), person.id],
            )
            .await;
        }
        let officer = w.as_(Role::Officer).await;
        let sent = with(&[("scope", "individual"), ("client_q", "ﾐｽﾞﾉ"), ("find", "1")]);
        let found = officer.post("/consultations/new", &sent).await.expect(200);
        for words in ["2人見つかりました", "読みが同じ方がいます", "水野 はると", "水野 春斗"] {
            assert!(says(&found, words), "{words}: {}", found.text);
        }
        let unsettled = with(&[("scope", "individual"), ("client_q", "ﾐｽﾞﾉ")]);
        let answer = officer.post("/consultations/new", &unsettled).await.expect(422);
        assert!(says(&answer, "候補から選んでください") && says(&answer, "水野 春斗"));
        let abroad = w.sign_in(Role::Officer, Seat::Abroad).await;
        let found = abroad.post("/consultations/new", &sent).await.expect(200);
        assert!(says(&found, "見つかりませんでした") && !says(&found, "水野"));
    }

    async fn a_closed_person_is_refused_in_words(w: World) {
        let person = w.person("水野", "はると").await;
        w.exec(
            "insert into closures (id, client_id, kind, closed_on, recorded_at, recorded_by)
             values ('shut', $1, 'moved_out', '2026-11-01', '2026-11-01T01:00:00.000Z', $2)",
            args![person.id, w.actor(Role::Officer).account_id],
        )
        .await;
        let number = number(&person);
        let sent = with(&[("scope", "individual"), ("client", &number)]);
        let answer = w.as_(Role::Officer).await.post("/consultations/new", &sent).await.expect(422);
        assert!(says(&answer, "終結しています"));
    }

    async fn a_correction_is_a_row_and_counts_once(w: World) {
        let officer = w.as_(Role::Officer).await;
        let old = log(&officer, &[("next_what", "資料を送る"), ("next_due", "2026-11-25")]).await;
        let path = format!("/consultations/{old}/correct");
        let form = officer.get(&path).await.expect(200);
        assert!(says(&form, "巡回相談の進め方について"));
        let sent = with(&[("text", "訪問相談の進め方について")]);
        let answer = officer.post(&path, &sent).await.expect(422);
        assert!(says(&answer, "訂正の理由を入力してください") && says(&answer, "訪問相談の進め方について"));
        let sent = with(&[("text", "訪問相談の進め方について"), ("why", "聞きまちがい")]);
        let new = officer.post(&path, &sent).await.expect(303).location().to_owned();
        let shown = officer.get(&new).await.expect(200);
        assert!(says(&shown, "訪問相談") && says(&shown, "聞きまちがい") && says(&shown, "資料を送る"));
        let shown = officer.get(&format!("/consultations/{old}")).await.expect(200);
        assert!(says(&shown, "訂正前の記録です") && says(&shown, "巡回相談"));
        let list = officer.get("/consultations").await.expect(200);
        assert!(says(&list, "<h2 id=\"rows\">1件</h2>") && !says(&list, "巡回相談"));
        let mine = with(&[("text", "電話相談の進め方について"), ("why", "わたしも訂正")]);
        let late = officer.post(&path, &mine).await.expect(422);
        for words in ["ほかの人が先に", "電話相談", "訪問相談", new.split('?').next().unwrap()] {
            assert!(says(&late, words), "{words}");
        }
    }

    async fn a_correction_to_another_person_leaves_nothing_with_the_first(w: World) {
        let (wrong, right) = (w.person("水野", "はると").await, w.person("森", "あおい").await);
        for (person, role) in [(&wrong, Role::Coordinator), (&right, Role::Nurse)] {
            join_team(&w, person, role).await;
        }
        let officer = w.as_(Role::Officer).await;
        let (a, b) = (number(&wrong), number(&right));
        let about = [("scope", "individual"), ("client", a.as_str()), ("next_what", "折り返し")];
        let old = log(&officer, &about).await;
        let sent = with(&[("scope", "individual"), ("client", &b), ("why", "人ちがい")]);
        let path = format!("/consultations/{old}/correct");
        let new = officer.post(&path, &sent).await.expect(303).location().to_owned();
        assert!(says(&officer.get(&new).await.expect(200), "折り返し"));
        let centre = w.as_(Role::Coordinator).await;
        centre.get(&new).await.expect(404);
        let shown = centre.get(&format!("/consultations/{old}")).await.expect(200);
        assert!(!says(&shown, "森") && !says(&shown, "折り返し") && says(&shown, "人ちがい"));
        w.exec("update team_members set organisation_id = 'org-centre-second'", args![]).await;
        w.exec(
            "update team_members set organisation_id = 'org-centre-first' where client_id = $1",
            args![right.id],
        )
        .await;
        let shown = centre.get(&new).await.expect(200);
        assert!(says(&shown, "森") && !says(&shown, "水野") && !says(&shown, &old));
    }

    async fn every_look_is_written_down(w: World) {
        let person = w.person("水野", "はると").await;
        let officer = w.as_(Role::Officer).await;
        let number = number(&person);
        let id = log(&officer, &[("scope", "individual"), ("client", &number)]).await;
        let looks = async || {
            let sql = "select count(*) from audit_events where verb = 'view' and client_id = $1";
            w.count(sql, args![person.id]).await
        };
        let mut before = looks().await;
        for path in [
            format!("/consultations/{id}"), format!("/consultations/{id}/correct"),
            format!("/consultations/{id}/withdraw"), format!("/consultations?client={number}"),
            format!("/consultations/new?client={number}"), format!("/clients/{number}/timeline"),
            format!("/clients/{number}/notes/new"),
        ] {
            officer.get(&path).await.expect(200);
            assert_eq!(looks().await, before + 1, "{path}");
            before += 1;
        }
    }

    async fn what_was_known_then_can_be_asked_again(w: World) {
        let officer = w.as_(Role::Officer).await;
        let old = log(&officer, &[]).await;
        w.pass_minutes(10);
        let officer = w.as_(Role::Officer).await;
        let gone = format!("/consultations/{old}/withdraw");
        officer.post(&gone, &[("why", "二度登録した")]).await.expect(303);
        let now = officer.get("/consultations").await.expect(200);
        assert!(says(&now, "<h2 id=\"rows\">0件</h2>"));
        let then = "/consultations?known_at=2026-11-20T01:05:00.000Z";
        let then = officer.get(then).await.expect(200);
        assert!(says(&then, "<h2 id=\"rows\">1件</h2>"), "{}", then.text);
        let shown = officer.get(&format!("/consultations/{old}")).await.expect(200);
        assert!(says(&shown, "取り消した記録です") && says(&shown, "二度登録した"));
    }

    async fn withdrawing_ends_what_was_promised(w: World) {
        let officer = w.as_(Role::Officer).await;
        let id = log(&officer, &[("next_what", "折り返し電話")]).await;
        assert!(says(&officer.get("/follow-ups").await, "折り返し電話"));
        let path = format!("/consultations/{id}/withdraw");
        officer.post(&path, &[("why", "")]).await.expect(422);
        assert!(says(&officer.get("/follow-ups").await, "折り返し電話"));
        officer.post(&path, &[("why", "まちがい")]).await.expect(303);
        assert!(!says(&officer.get("/follow-ups").await, "折り返し電話"));
    }

    async fn a_call_after_midnight_in_japan_counts_in_april(w: World) {
        w.set_clock("2024-03-31T15:30:00.000Z");
        let officer = w.as_(Role::Officer).await;
        log(&officer, &[("occurred_at", "2024-04-01 0:30"), ("text", "日付の境目")]).await;
        log(&officer, &[("occurred_at", "2024-03-31 23:59"), ("text", "前の年度")]).await;
        let april = officer.get("/consultations?month=2024-04").await.expect(200);
        assert!(says(&april, "日付の境目") && !says(&april, "前の年度"));
        let fy = officer.get("/consultations?from=2023-04-01&until=2024-03-31").await.expect(200);
        assert!(!says(&fy, "日付の境目") && says(&fy, "前の年度"));
        assert!(says(&fy, "令和5年4月1日から令和6年3月31日まで"));
    }

    async fn the_list_narrows_as_a_report_asks(w: World) {
        let person = w.person("水野", "はると").await;
        let officer = w.as_(Role::Officer).await;
        let number = number(&person);
        let about = [("scope", "individual"), ("client", number.as_str())];
        let words = [("topics", "respite"), ("text", "ﾚｽﾊﾟｲﾄの相談")];
        log(&officer, &[about, words].concat()).await;
        log(&officer, &[("channel", "mail"), ("region", "tama")]).await;
        for (query, of_two) in [
            ("scope=individual", 1), ("scope=community", 1), ("region=tama", 1), ("region=ku", 1),
            ("channel=mail", 1), ("topic=respite", 1), ("topic=school", 0), ("series=new", 2),
            ("inquirer_kind=municipality", 2), ("inquirer_kind=family", 0),
            ("month=2026-11", 2), ("month=2026-10", 0),
            ("from=2026-11-20", 2), ("from=2026-11-21", 0),
            ("until=2026-11-20", 2), ("until=2026-11-19", 0),
            ("q=%E3%83%AC%E3%82%B9%E3%83%91%E3%82%A4%E3%83%88", 1),
            ("q=%25", 2), ("age_from=6&age_until=7", 1), ("age_until=6", 0), ("age_from=7", 0),
            ("organisation=org-ward-first", 2), ("organisation=elsewhere", 0),
            ("handler=account-officer-first", 2), ("handler=account-nurse-first", 0),
        ] {
            let list = officer.get(&format!("/consultations?{query}")).await.expect(200);
            let heading = format!("<h2 id=\"rows\">{of_two}件</h2>");
            assert!(says(&list, &heading), "{query}: {}", list.text);
        }
        let list = officer.get(&format!("/consultations?client={number}")).await.expect(200);
        assert!(says(&list, "<h2 id=\"rows\">1件</h2>"));
        officer.get("/consultations?client=M-99999").await.expect(422);
        let wrong = officer.get("/consultations?from=2026-02-30").await.expect(422);
        assert!(says(&wrong, "しぼりこめません。1か所"), "{}", wrong.text);
        assert!(!says(&wrong, "まだ相談がありません"), "nobody has looked yet");
    }

    async fn a_day_is_a_day_in_japan(w: World) {
        let officer = w.as_(Role::Officer).await;
        log(&officer, &[("occurred_at", "2026-11-20 0:00")]).await;
        log(&officer, &[("occurred_at", "2026-11-19 23:59")]).await;
        for (query, count) in [
            ("from=2026-11-20", 1), ("until=2026-11-19", 1), ("from=2026-11-19", 2),
            ("from=2026-11-20&until=2026-11-20", 1), ("until=2026-11-18", 0),
        ] {
            let list = officer.get(&format!("/consultations?{query}")).await.expect(200);
            assert!(says(&list, &format!("<h2 id=\"rows\">{count}件</h2>")), "{query}");
        }
    }

    async fn pages_follow_each_other_without_gap_or_overlap(w: World) {
        let officer = w.as_(Role::Officer).await;
        for n in 0..53 {
            log(&officer, &[("text", &format!("相談その{n:03}"))]).await;
        }
        let first = officer.get("/consultations?channel=phone").await.expect(200);
        let from = first.text.find("/consultations?channel=phone&").expect("a second page");
        let more = first.text[from..].split('"').next().unwrap().replace("&#38;", "&");
        let second = officer.get(&more).await.expect(200);
        for n in 0..53 {
            let words = format!("相談その{n:03}");
            assert_ne!(says(&first, &words), says(&second, &words), "{words} once");
        }
    }

    async fn who_may_see_a_consultation_sees_it_and_nobody_else(w: World) {
        let person = w.person("水野", "はると").await;
        join_team(&w, &person, Role::Coordinator).await;
        let officer = w.as_(Role::Officer).await;
        let number = number(&person);
        let named = log(&officer, &[("scope", "individual"), ("client", &number)]).await;
        let anonymous = log(&officer, &[("scope", "individual"), ("standing", "anonymous")]).await;
        let nobody = log(&officer, &[]).await;
        let status = async |role: Role, seat: Seat, id: &str| {
            w.sign_in(role, seat).await.get(&format!("/consultations/{id}")).await.status
        };
        for id in [&named, &anonymous, &nobody] {
            assert_eq!(status(Role::Officer, Seat::Second, id).await, 200);
            assert_eq!(status(Role::Officer, Seat::Abroad, id).await, 404);
            assert_eq!(status(Role::Hospital, Seat::First, id).await, 404);
            assert_eq!(status(Role::Auditor, Seat::First, id).await, 404);
        }
        assert_eq!(status(Role::Coordinator, Seat::First, &named).await, 200);
        assert_eq!(status(Role::Coordinator, Seat::Second, &named).await, 404);
        assert_eq!(status(Role::Coordinator, Seat::First, &anonymous).await, 404);
        let centre = w.as_(Role::Coordinator).await;
        let own = log(&centre, &[("scope", "individual"), ("standing", "anonymous")]).await;
        assert_eq!(status(Role::Coordinator, Seat::First, &own).await, 200);
        assert_eq!(status(Role::Coordinator, Seat::Second, &own).await, 404);
        let list = centre.get("/consultations").await.expect(200);
        assert!(says(&list, "<h2 id=\"rows\">2件</h2>"), "{}", list.text);
        let path = format!("/consultations/{named}/correct");
        centre.get(&path).await.expect(404);
    }

    async fn a_draft_survives_and_another_call_does_not_overwrite_it(w: World) {
        let officer = w.as_(Role::Officer).await;
        let save = [("_subject", "one"), ("text", "書きかけの相談"), ("scope", "community")];
        officer.post("/drafts/consultation", &save).await.expect(200);
        let fresh = officer.get("/consultations/new").await.expect(200);
        assert!(says(&fresh, "に保存した下書きがあります") && !says(&fresh, "書きかけの相談"));
        assert!(!says(&fresh, "name=\"_subject\" value=\"one\"><h2"));
        let on = officer.get("/consultations/new?draft=one").await.expect(200);
        assert!(says(&on, "書きかけの相談"));
        log(&officer, &[("_subject", "two")]).await;
        assert!(says(&officer.get("/consultations/new").await, "下書きがあります"));
        log(&officer, &[("_subject", "one")]).await;
        assert!(!says(&officer.get("/consultations/new").await, "下書きがあります"));
        officer.post("/drafts/consultation", &save).await.expect(200);
        let gone = [("_subject", "one"), ("_back", "/consultations/new")];
        officer.post("/drafts/consultation/drop", &gone).await.expect(303);
        assert!(!says(&officer.get("/consultations/new").await, "下書きがあります"));
    }

    async fn the_next_form_opens_with_what_is_usually_right(w: World) {
        let officer = w.as_(Role::Officer).await;
        let answer = officer.post("/consultations/new", &with(&[("again", "1")])).await.expect(303);
        assert!(answer.location().starts_with("/consultations/new?saved="));
        let form = officer.get(answer.location()).await.expect(200);
        assert!(says(&form, "登録しました"));
        for chosen in ["municipality", "phone", "individual"] {
            assert!(says(&form, &format!("value=\"{chosen}\" checked")), "{chosen}");
        }
        assert!(says(&form, "value=\"individual\" checked autofocus"));
    }
}
