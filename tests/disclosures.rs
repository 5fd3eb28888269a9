//! 開示・訂正・利用停止: received, decided, and obeyed.

use kakehashi::access::Role;
use kakehashi::args;
use kana::ClientNumber;

use crate::support::{Browser, Person, World};

const ASK: [(&str, &str); 5] = [
    ("asked_by", "水野 由佳"),
    ("asked_as", "guardian"),
    ("checked", "photo_card"),
    ("received_on", "2026-11-02"),
    ("what", "記録の写し"),
];

fn number(p: &Person) -> String {
    ClientNumber::from_row(p.number).to_string()
}

/// The address of the new request.
async fn ask(w: &World, p: &Person, kind: &str, more: &[(&str, &str)]) -> String {
    let form = [&ASK[..], &[("kind", kind)], more].concat();
    let path = format!("/clients/{}/disclosures", number(p));
    w.as_(Role::Officer).await.post(&path, &form).await.expect(303).location().to_owned()
}

async fn said(b: &Browser, path: &str) -> String {
    b.get(path).await.expect(200).text
}

/// A consultation with a neighbour's words.
async fn call(w: &World, p: &Person) {
    let form = [
        ("scope", "individual"),
        ("client", &number(p)),
        ("inquirer_kind", "family"),
        ("inquirer_name", "となりの大家"),
        ("channel", "phone"),
        ("text", "夜の音がひびく"),
        ("occurred_at", "2026-11-10 9:00"),
    ];
    let desk = w.as_(Role::Nurse).await;
    desk.post("/consultations/new", &form).await.expect(303);
}

/// In the operator's and the coordinator's team, with consent for everything.
async fn shared(w: &World, p: &Person) {
    for role in [Role::Operator, Role::Coordinator] {
        let a = w.actor(role);
        w.exec(
            "insert into team_members (id, client_id, organisation_id, role, valid_from,
               recorded_at, recorded_by) values ($1, $2, $3, 'other', '2026-05-01', $4, $5)",
            args![format!("team-{}", role.code()), p.id, a.organisation_id, a.at, a.account_id],
        )
        .await;
    }
    let a = w.actor(Role::Operator);
    w.exec(
        "insert into consents (id, client_id, purpose, recipient_id, valid_from, given_by,
           given_on, recorded_at, recorded_by)
         values ('agreed', $1, 'support', $2, '2026-05-01', '母', '2026-05-01', $3, $4)",
        args![p.id, a.organisation_id, a.at, a.account_id],
    )
    .await;
    w.exec("insert into consent_categories values ('agreed', 'identity')", args![]).await;
    let family = w.actor(Role::Family);
    w.exec(
        "insert into family_links (id, account_id, client_id, relation, valid_from, recorded_at,
           recorded_by) values ('link', $1, $2, 'mother', '2026-05-01', $3, $1)",
        args![family.account_id, p.id, family.at],
    )
    .await;
}

both! {
    async fn what_is_other_peoples_is_covered_where_it_was_decided(w: World) {
        let p = w.person("水野", "はる").await;
        call(&w, &p).await;
        let officer = w.as_(Role::Officer).await;
        let draft = [("_subject", "x"), ("client", &*number(&p)), ("text", "書きかけのことば")];
        w.as_(Role::Nurse).await.post("/drafts/consultation", &draft).await.expect(200);
        let at = ask(&w, &p, "disclosure", &[]).await;
        let due = "select count(*) from data_requests where due_on = '2026-12-02'";
        assert_eq!(w.count(due, args![]).await, 1, "thirty days from the day it came");
        assert!(said(&officer, "/disclosures").await.contains("水野"));
        let copy = said(&officer, &format!("{at}/copy")).await;
        for word in ["となりの大家", "夜の音がひびく", "書きかけのことば"] {
            assert!(copy.contains(word), "{word}");
        }
        officer.get(&format!("{at}/print")).await.expect(404); // nobody has decided
        let place = copy.split("value=\"consultations:").nth(1).unwrap();
        let place = format!("consultations:{}", place.split('"').next().unwrap());
        assert!(place.ends_with(":inquirer_name"), "{place}");
        officer.post(&format!("{at}/copy"), &[("cover", "clients:x:number")]).await.expect(422);
        officer.post(&format!("{at}/copy"), &[("cover", &place)]).await.expect(303);
        let decide = [("decision", "all"), ("answered_on", "2026-11-20")];
        officer.post(&format!("{at}/decide"), &decide).await.expect(303);
        let print = said(&officer, &format!("{at}/print")).await;
        assert!(!print.contains("となりの大家"), "covered");
        assert!(print.contains("夜の音がひびく"), "not ticked, so shown");
        officer.post(&format!("{at}/copy"), &[]).await.expect(422); // decided
        officer.post(&format!("{at}/decide"), &decide).await.expect(422); // once
        let printed = "select count(*) from audit_events where verb = 'print' and client_id = $1";
        assert_eq!(w.count(printed, args![p.id]).await, 1);
        w.sign_in(Role::Officer, crate::support::Seat::Abroad).await.get(&at).await.expect(404);
    }

    async fn a_refusal_says_why_and_how_to_appeal(w: World) {
        let p = w.person("水野", "はる").await;
        let officer = w.as_(Role::Officer).await;
        let at = ask(&w, &p, "correction", &[("part", "residence")]).await;
        let no = [("decision", "none"), ("answered_on", "2026-11-20")];
        let refused = officer.post(&format!("{at}/decide"), &no).await.expect(422).text;
        assert!(refused.contains("理由を入力") && refused.contains("教示の文を入力"), "{refused}");
        let early = [("decision", "all"), ("answered_on", "2026-11-01")];
        officer.post(&format!("{at}/decide"), &early).await.expect(422);
        let yes = [("decision", "all"), ("answered_on", "2026-11-20")];
        officer.post(&format!("{at}/decide"), &yes).await.expect(303);
        let page = said(&officer, &at).await;
        let part = format!("/clients/{}/parts/residence", number(&p));
        assert!(page.contains(&part), "leads to what is wrong");
        said(&officer, &part).await;
    }

    async fn a_stop_of_use_holds_on_every_page_and_ends(w: World) {
        let p = w.person("水野", "はる").await;
        shared(&w, &p).await;
        let folder = format!("/clients/{}", number(&p));
        let at = ask(&w, &p, "stop", &[]).await;
        let officer = w.as_(Role::Officer).await;
        let yes = [("decision", "all"), ("answered_on", "2026-11-20")];
        officer.post(&format!("{at}/decide"), &yes).await.expect(422); // who goes on seeing it?
        let (outside, desk) = (w.as_(Role::Operator).await, w.as_(Role::Coordinator).await);
        outside.get(&folder).await.expect(200);
        let rest = [&yes[..], &[("left_to", "team"), ("left_why", "調整を続ける")]].concat();
        officer.post(&format!("{at}/decide"), &rest).await.expect(303);
        outside.get(&folder).await.expect(404);
        assert!(!said(&outside, "/clients").await.contains("水野"));
        desk.get(&folder).await.expect(200);
        officer.get(&folder).await.expect(200);
        assert!(said(&w.as_(Role::Family).await, "/mine").await.contains("はる"));
        w.exec("update use_stops set left_to = 'staff'", args![]).await;
        desk.get(&folder).await.expect(404);
        officer.post(&format!("{at}/resume"), &[("end_why", "戻した")]).await.expect(422);
        let end = [("end_why", "取り下げた"), ("sure", "1")];
        officer.post(&format!("{at}/resume"), &end).await.expect(303);
        outside.get(&folder).await.expect(200);
        officer.post(&format!("{at}/resume"), &end).await.expect(422);
    }

    async fn the_day_may_be_moved_once_and_not_after_it_has_passed(w: World) {
        let p = w.person("水野", "はる").await;
        let officer = w.as_(Role::Officer).await;
        let at = ask(&w, &p, "disclosure", &[]).await;
        let why = [("extend_why", "量が多い")];
        officer.post(&format!("{at}/extend"), &why).await.expect(303);
        let later = "select count(*) from data_requests where due_on = '2027-01-01'";
        assert_eq!(w.count(later, args![]).await, 1);
        officer.post(&format!("{at}/extend"), &why).await.expect(422);
        let late = ask(&w, &p, "stop", &[]).await;
        w.set_clock("2026-12-10T01:00:00.000Z");
        let officer = w.as_(Role::Officer).await;
        officer.post(&format!("{late}/extend"), &why).await.expect(422);
        assert!(said(&officer, "/").await.contains("利用停止の請求 1件"));
        officer.post(&format!("{late}/withdraw"), &[("withdraw_why", "やめた")]).await.expect(303);
        assert!(!said(&officer, "/").await.contains("利用停止の請求 1件"));
    }
}
