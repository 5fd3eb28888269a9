//! 使える事業, 申請, 決定: from what a person can get to a letter with its number and 教示.

use kakehashi::access::Role;
use kana::ClientNumber;

use crate::support::{Answer, Browser, Person, Seat, World};

/// A child with a ventilator at home, as the folder says it.
pub async fn child(w: &World) -> (Person, String) {
    let p = w.person("水野", "はる").await;
    let folder = format!("/clients/{}", ClientNumber::from_row(p.number));
    let desk = w.as_(Role::Officer).await;
    let parts: [(&str, &[(&str, &str)]); 4] = [
        ("residence", &[("area", "east"), ("from", "2026-04-01")]),
        ("whereabouts", &[("kind", "home"), ("from", "2026-04-01")]),
        ("condition", &[("mobility", "bedridden"), ("smid", "yes"), ("from", "2026-04-01")]),
        ("care", &[("kind", "ventilator"), ("always", "yes"), ("from", "2026-04-01")]),
    ];
    for (part, fields) in parts {
        let answer = desk.post(&format!("{folder}/parts/{part}/new"), fields).await;
        assert_eq!(answer.status, 303, "{part}: {}", answer.text);
    }
    (p, folder)
}

/// What one article of the page says about a programme.
fn article<'a>(page: &'a Answer, name: &str) -> &'a str {
    let found = page.text.split("<article").find(|a| a.contains(name));
    found.unwrap_or_else(|| panic!("no article about {name}"))
}

async fn answer(desk: &Browser, folder: &str, fact: &str, value: &str) {
    let form = [("value", value), ("paper", "医師指示書"), ("from", "2026-04-01")];
    desk.post(&format!("{folder}/facts/{fact}"), &form).await.expect(303);
}

/// An application for home respite, received by the nurse; its address.
async fn apply(w: &World, folder: &str) -> String {
    let form = [
        ("programme", "home_respite"),
        ("applied_by", "水野 由佳（母）"),
        ("applied_on", "2026-11-02"),
        ("papers", "利用申請書"),
    ];
    let nurse = w.as_(Role::Nurse).await;
    let path = format!("{folder}/applications/new");
    nurse.post(&path, &form).await.expect(303).location().to_owned()
}

const APPROVE: [(&str, &str); 2] = [("answer", "approved"), ("how", "screen")];
const DECIDE: [(&str, &str); 2] = [("addressee", "水野 由佳"), ("decided_on", "2026-11-20")];
const RESPITE: &str = "重症心身障害児者等在宅レスパイト";

both! {
    async fn what_is_not_known_is_asked_and_then_counts(w: World) {
        let (_, folder) = child(&w).await;
        let desk = w.as_(Role::Officer).await;
        let path = format!("{folder}/programmes");
        let page = desk.get(&path).await.expect(200);
        let before = article(&page, RESPITE);
        assert!(before.contains("確認が"), "{before}");
        assert!(before.contains("医師指示書") && before.contains("facts/physician_order"));
        answer(&desk, &folder, "physician_order", "yes").await;
        let page = desk.get(&path).await.expect(200);
        assert!(article(&page, RESPITE).contains("vmark--yes"), "{}", page.text);
        let year = format!("{path}?on=2016-03-31");
        let old = desk.get(&year).await.expect(200);
        assert!(article(&old, RESPITE).contains("vmark--other"), "before the programme began");
        let odd = desk.get(&format!("{path}?on=%E3%81%82%E3%81%97%E3%81%9F")).await.expect(200);
        assert!(odd.text.contains("日付として読めませんでした"));
        let changed = w.count("select count(*) from audit_events where verb = 'confirm'", &[]);
        assert_eq!(changed.await, 1);
    }

    async fn an_answer_that_was_wrong_no_longer_counts(w: World) {
        let (_, folder) = child(&w).await;
        let desk = w.as_(Role::Officer).await;
        answer(&desk, &folder, "physician_order", "no").await;
        let page = desk.get(&format!("{folder}/programmes")).await;
        assert!(article(&page, RESPITE).contains("vmark--no"));
        let page = desk.get(&format!("{folder}/facts/physician_order")).await.expect(200);
        let row = page.text.split("/facts/").find(|s| s.contains("/void\"")).unwrap();
        let row = row.split('/').next().unwrap();
        desk.post(&format!("{folder}/facts/{row}/void"), &[]).await.expect(303);
        let page = desk.get(&format!("{folder}/programmes")).await;
        assert!(article(&page, RESPITE).contains("vmark--ask"));
        let page = desk.get(&format!("{folder}/facts/physician_order")).await;
        assert!(page.text.contains("取り消し"), "what was said stays readable");
        for fact in ["born_on", "holds_home_respite", "nothing", "home_respite.yen_an_hour"] {
            desk.get(&format!("{folder}/facts/{fact}")).await.expect(404);
        }
    }

    async fn an_application_becomes_a_decision_with_a_letter(w: World) {
        let (_, folder) = child(&w).await;
        let first = w.as_(Role::Officer).await;
        let second = w.sign_in(Role::Officer, Seat::Second).await;
        let at = apply(&w, &folder).await;
        let award = [("proposal", "award")];
        let early = first.post(&format!("{at}/assess"), &award).await.expect(422);
        assert!(early.text.contains("まだ確かめていないこと"), "{}", early.text);
        answer(&first, &folder, "physician_order", "yes").await;
        first.post(&format!("{at}/decide"), &DECIDE).await.expect(422);
        first.post(&format!("{at}/assess"), &award).await.expect(303);
        let own = first.post(&format!("{at}/approve"), &APPROVE).await.expect(422);
        assert!(own.text.contains("本人は決裁できません"));
        first.post(&format!("{at}/decide"), &DECIDE).await.expect(422);
        second.post(&format!("{at}/approve"), &APPROVE).await.expect(303);
        let done = first.post(&format!("{at}/decide"), &DECIDE).await.expect(303);
        let award = done.location().to_owned();
        let page = first.get(&award).await.expect(200);
        assert!(page.text.contains("同じ結果"), "{}", page.text);
        assert!(page.text.contains("令和9年3月31日まで"), "to the end of the fiscal year");
        let letter = first.get(&format!("{award}/letter")).await.expect(200);
        for said in ["令和8年度第1号", "水野 由佳　様", "教示", "審査請求", "利用決定"] {
            assert!(letter.text.contains(said), "{said}: {}", letter.text);
        }
        let verdicts = first.get(&format!("{folder}/programmes")).await;
        assert!(article(&verdicts, RESPITE).contains("利用中"));
        first.post(&format!("{at}/decide"), &DECIDE).await.expect(422);
        for path in [at.as_str(), award.as_str()] {
            w.as_(Role::Operator).await.get(path).await.expect(404);
            w.sign_in(Role::Officer, Seat::Abroad).await.get(path).await.expect(404);
        }
        let end = [("ended_on", "2026-11-19"), ("end_reason", "入院")];
        first.post(&format!("{award}/end"), &end).await.expect(303);
        let verdicts = first.get(&format!("{folder}/programmes")).await;
        assert!(!article(&verdicts, RESPITE).contains("利用中"));
    }

    async fn a_refusal_carries_reason_and_clause_and_grants_nothing(w: World) {
        let (_, folder) = child(&w).await;
        let first = w.as_(Role::Officer).await;
        let second = w.sign_in(Role::Officer, Seat::Second).await;
        answer(&first, &folder, "physician_order", "no").await;
        let at = apply(&w, &folder).await;
        let award = first.post(&format!("{at}/assess"), &[("proposal", "award")]).await;
        assert!(award.expect(422).text.contains("要件を満たしていません"));
        let bare = first.post(&format!("{at}/assess"), &[("proposal", "rejection")]).await;
        assert!(bare.expect(422).text.contains("理由を入力"));
        let refuse = [("proposal", "rejection"), ("reason", "指示書がないため")];
        first.post(&format!("{at}/assess"), &refuse).await.expect(303);
        second.post(&format!("{at}/approve"), &APPROVE).await.expect(303);
        let decision = first.post(&format!("{at}/decide"), &DECIDE).await.expect(303);
        let letter = first.get(&format!("{}/letter", decision.location())).await.expect(200);
        for said in ["利用不承認", "指示書がないため", "医師の指示書がある", "教示"] {
            assert!(letter.text.contains(said), "{said}");
        }
        let verdicts = first.get(&format!("{folder}/programmes")).await;
        assert!(!article(&verdicts, RESPITE).contains("利用中"));
    }

    async fn an_application_is_sent_back_completed_and_taken_back(w: World) {
        let (_, folder) = child(&w).await;
        let first = w.as_(Role::Officer).await;
        let at = apply(&w, &folder).await;
        let again = w.as_(Role::Nurse).await;
        let twice = [
            ("programme", "home_respite"),
            ("applied_by", "母"),
            ("applied_on", "2026-11-03"),
        ];
        let twice = again.post(&format!("{folder}/applications/new"), &twice).await;
        assert!(twice.expect(422).text.contains("決まらずに残っています"));
        let missing = [("missing", "指示書の写し")];
        first.post(&format!("{at}/return"), &missing).await.expect(303);
        first.post(&format!("{at}/assess"), &[("proposal", "award")]).await.expect(422);
        let list = first.get("/applications").await.expect(200);
        assert!(list.text.contains("差し戻し中") && list.text.contains("指示書の写し"));
        again.post(&format!("{at}/complete"), &[]).await.expect(303);
        let why = [("withdraw_why", "転居するため")];
        again.post(&format!("{at}/withdraw"), &why).await.expect(303);
        first.post(&format!("{at}/withdraw"), &why).await.expect(422);
        first.post(&format!("{at}/return"), &missing).await.expect(422);
        let list = first.get("/applications").await;
        assert!(list.text.contains("取り下げ"));
    }

    async fn paper_approval_is_noted_with_who_stamped_it(w: World) {
        let (_, folder) = child(&w).await;
        let first = w.as_(Role::Officer).await;
        answer(&first, &folder, "physician_order", "yes").await;
        let at = apply(&w, &folder).await;
        first.post(&format!("{at}/assess"), &[("proposal", "award")]).await.expect(303);
        let draft = first.get(&format!("{at}/draft")).await.expect(200);
        assert!(draft.text.contains("伺い") && draft.text.contains("決裁権者"));
        let paper = [("answer", "approved"), ("how", "paper")];
        first.post(&format!("{at}/approve"), &paper).await.expect(422);
        let back = [("answer", "returned"), ("how", "paper"), ("approver", "課長 山本")];
        first.post(&format!("{at}/approve"), &back).await.expect(303);
        first.post(&format!("{at}/decide"), &DECIDE).await.expect(422);
        first.post(&format!("{at}/assess"), &[("proposal", "award")]).await.expect(303);
        let paper = [("answer", "approved"), ("how", "paper"), ("approver", "課長 山本")];
        first.post(&format!("{at}/approve"), &paper).await.expect(303);
        first.post(&format!("{at}/decide"), &DECIDE).await.expect(303);
        let draft = first.get(&format!("{at}/draft")).await;
        assert!(draft.text.contains("課長 山本"));
    }

    async fn a_draft_is_tried_without_touching_anything(w: World) {
        let (_, folder) = child(&w).await;
        let desk = w.as_(Role::Officer).await;
        answer(&desk, &folder, "physician_order", "yes").await;
        let all = kakehashi::programmes::load(&w.app.config).unwrap();
        let text = &all.find("home_respite").unwrap().text;
        let draft = text.replace("when = \"at_home\"", "when = \"at_home && age >= 18\"");
        assert_ne!(&draft, text);
        let before = w.digest().await;
        let send = async |text: String| {
            let fields = [("programme", "home_respite")];
            desk.upload("/what-if", &fields, "draft.toml", text.as_bytes()).await
        };
        let told = send(draft).await.expect(200);
        assert!(told.text.contains("使えなくなる</span><span class=\"n\">1"), "{}", told.text);
        let same = send(text.clone()).await.expect(200);
        assert!(same.text.contains("使えなくなる</span><span class=\"n\">0"), "{}", same.text);
        let typo = send(text.replace("when = \"at_home\"", "when = \"at_hme\"")).await.expect(422);
        assert!(typo.text.contains("「at_home」ではありませんか"), "{}", typo.text);
        send(String::new()).await.expect(422);
        assert_eq!(w.digest().await, before);
        w.as_(Role::Coordinator).await.get("/what-if").await.expect(404);
    }

    async fn who_could_use_it_is_a_list(w: World) {
        let (_, folder) = child(&w).await;
        let desk = w.as_(Role::Officer).await;
        let list = |which: &str| format!("/programmes/home_respite/people/{which}");
        let unknown = desk.get(&list("unknown")).await.expect(200);
        assert!(unknown.text.contains("水野") && unknown.text.contains("医師指示書がある"));
        answer(&desk, &folder, "physician_order", "yes").await;
        let entitled = desk.get(&list("entitled")).await.expect(200);
        assert!(entitled.text.contains("水野"), "{}", entitled.text);
        let abroad = w.sign_in(Role::Officer, Seat::Abroad).await;
        assert!(!abroad.get(&list("entitled")).await.expect(200).text.contains("水野"));
        desk.get(&list("nothing")).await.expect(404);
    }

    async fn renewals_of_all_programmes_are_one_page(w: World) {
        let (person, folder) = child(&w).await;
        let desk = w.as_(Role::Officer).await;
        let page = desk.get("/programmes/people").await.expect(200).text;
        assert!(page.contains("60日のうちに終わる決定はありません"), "{page}");
        let (soon, later) = (Some("2027-01-19"), Some("2027-01-20"));
        let respite = w.award(&person, "home_respite", "2026-04-01", soon).await;
        w.award(&person, "emergency_call", "2026-04-01", soon).await;
        w.award(&person, "care_taxi", "2026-04-01", later).await;
        let page = desk.get("/programmes/people").await.expect(200).text;
        let renewals = page.split("id=\"lists\"").next().unwrap();
        assert_eq!(renewals.matches("applications/new?renews=").count(), 2, "{renewals}");
        assert!(renewals.contains(&format!("?renews={respite}\"")), "{renewals}");
        assert!(renewals.contains("令和9年1月18日まで"), "{renewals}");
        let respite = "/programmes/home_respite/people/unmet";
        let here = page.split(respite).nth(1).unwrap().split("</li>").next().unwrap();
        assert!(here.contains("1人") && page.contains("href=\"/ledger\""), "{here}");
        let unmet = desk.get(respite).await.expect(200).text;
        assert!(unmet.contains("水野") && unmet.contains("医師指示書がある"), "{unmet}");
        answer(&desk, &folder, "physician_order", "yes").await;
        assert!(!desk.get(respite).await.expect(200).text.contains("水野"), "it is complete now");
        let ended = [("value", "no"), ("from", "2026-11-01")];
        desk.post(&format!("{folder}/facts/physician_order"), &ended).await.expect(303);
        let unmet = desk.get(respite).await.expect(200).text;
        assert!(unmet.contains("医療的ケアの人は、医師の指示書がある"), "the clause itself: {unmet}");
        w.award(&person, "backup_power", "2026-04-01", None).await;
        let plan = "/programmes/backup_power/people/plan";
        let without = desk.get(plan).await.expect(200).text;
        assert!(without.contains("水野") && without.contains("災害時個別支援計画"), "{without}");
        assert!(!without.contains("人工呼吸器"), "the plan alone: {without}");
        answer(&desk, &folder, "disaster_plan", "yes").await;
        assert!(!desk.get(plan).await.expect(200).text.contains("水野"), "the plan is there");
        let abroad = w.sign_in(Role::Officer, Seat::Abroad).await;
        assert!(!abroad.get("/programmes/people").await.expect(200).text.contains("水野"));
    }
}
