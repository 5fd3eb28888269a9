//! コーディネーターと担当: from the request to the decision, the handover and the batch.

use kakehashi::access::Role;
use kakehashi::args;
use kana::ClientNumber;

use crate::support::{Browser, Person, Seat, World};

pub const FIRST: &str = "account-coordinator-first";
pub const SECOND: &str = "account-coordinator-second";
pub const CENTRE: &str = "org-centre-first";

pub fn printed(p: &Person) -> String {
    ClientNumber::from_row(p.number).to_string()
}

/// Both coordinators of the ward, described by the officer.
pub async fn staffed(w: &World) -> Browser {
    let officer = w.as_(Role::Officer).await;
    describe(&officer, FIRST, "org-centre-first", &[("areas", "east"), ("skills", "ventilator")])
        .await;
    describe(&officer, SECOND, "org-centre-second", &[("areas", "west")]).await;
    officer
}

pub async fn describe(by: &Browser, account: &str, office: &str, more: &[(&str, &str)]) {
    let mut fields = vec![("organisation", office), ("training", "completed")];
    fields.extend(day("starts_on", "8", "4", "1"));
    fields.extend(more);
    by.post(&format!("/coordinators/{account}/profile"), &fields).await.expect(303);
}

pub fn day(
    name: &str,
    y: &'static str,
    m: &'static str,
    d: &'static str,
) -> Vec<(&'static str, &'static str)> {
    let part = |p: &str| -> &'static str { Box::leak(format!("{name}_{p}").into_boxed_str()) };
    vec![(part("era"), "令和"), (part("y"), y), (part("m"), m), (part("d"), d)]
}

async fn lives(w: &World, p: &Person, area: &str) {
    w.exec(
        "insert into client_residences (id, client_id, area, valid_from, recorded_at, recorded_by)
         values ($1, $2, $3, '2026-04-01', '2026-04-01T00:00:00.000Z', 'system')",
        args![format!("home-{}", p.number), p.id, area],
    )
    .await;
}

async fn cared(w: &World, p: &Person, kind: &str) {
    w.exec(
        "insert into client_cares (id, client_id, kind, valid_from, recorded_at, recorded_by)
         values ($1, $2, $3, '2026-04-01', '2026-04-01T00:00:00.000Z', 'system')",
        args![format!("care-{}-{kind}", p.number), p.id, kind],
    )
    .await;
}

/// Asked for by the ward, to be decided by the first centre. The answer is the page to decide.
pub async fn asked(by: &Browser, p: &Person, more: &[(&str, &str)]) -> String {
    let mut fields = vec![("received_from", "保健センターから電話"), ("desk", CENTRE)];
    fields.extend(day("received_on", "8", "11", "14"));
    fields.extend(more);
    let answer = by.post(&format!("/clients/{}/request", printed(p)), &fields).await.expect(303);
    answer.location().to_owned()
}

pub fn decision<'a>(account: &'a str, reason: &'a str) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![("account", account), ("kind", "main"), ("weight", "100")];
    fields.extend(day("starts_on", "8", "11", "20"));
    fields.push(("reason", reason));
    fields
}

pub async fn charged(w: &World, account: &str, n: usize) {
    for i in 0..n {
        let p = w.person("既存", &format!("{i}")).await;
        w.exec(
            "insert into assignments (id, client_id, account_id, organisation_id, kind, weight,
               reason, valid_from, recorded_at, recorded_by)
             values ($1, $2, $3, $4, 'main', 100, 'x', '2026-05-01', '2026-05-01T00:00:00.000Z',
               'system')",
            args![format!("held-{account}-{i}"), p.id, account, CENTRE],
        )
        .await;
    }
}

pub fn place(text: &str, part: &str) -> usize {
    text.find(part).unwrap_or_else(|| panic!("no {part} in {text}"))
}

both! {
    async fn the_proposal_names_reasons_and_the_nearest_first(w: World) {
        let officer = staffed(&w).await;
        let p = w.person("相良", "一").await;
        lives(&w, &p, "east").await;
        cared(&w, &p, "ventilator").await;
        let page = asked(&officer, &p, &[("needs", "ventilator")]).await;
        let shown = officer.get(&page).await.expect(200).text;
        for words in [
            "東地区を担当している",
            "必要な「人工呼吸器」が得意",
            "受付から6日",
            "1.5件分",
            "担当は西地区で、東地区は入っていない",
        ] {
            assert!(shown.contains(words), "{words}");
        }
        assert!(place(&shown, FIRST) < place(&shown, SECOND));
        assert!(!shown.contains("相良"), "the page decides by number, not by name");
    }

    async fn the_felt_limit_is_a_setting(w: World) {
        let officer = staffed(&w).await;
        charged(&w, FIRST, 2).await;
        let p = w.person("相良", "二").await;
        let page = asked(&officer, &p, &[]).await;
        let over = "引き受けると3件分（目安2）で、目安を超える";
        let shown = officer.get(&page).await.expect(200).text;
        assert!(shown.contains("引き受けると3件分（目安3）で、目安に収まる"), "{shown}");
        assert!(!shown.contains(over));
        let set = [("felt_limit", "2"), ("stalled_days", "60")];
        officer.post("/assignments/settings", &set).await.expect(303);
        assert!(officer.get(&page).await.text.contains(over));
        // Their own limit comes before the region's.
        describe(&officer, FIRST, CENTRE, &[("felt_limit", "5")]).await;
        assert!(officer.get(&page).await.text.contains("引き受けると3件分（目安5）"));
    }

    async fn whoever_is_on_leave_cannot_be_chosen(w: World) {
        let officer = staffed(&w).await;
        let mut away = day("starts_on", "8", "11", "10");
        away.extend(day("back_on", "8", "12", "1"));
        officer.post(&format!("/coordinators/{FIRST}/leaves"), &away).await.expect(303);
        officer.post(&format!("/coordinators/{FIRST}/leaves"), &away).await.expect(422);
        let p = w.person("相良", "三").await;
        let page = asked(&officer, &p, &[]).await;
        let shown = officer.get(&page).await.text;
        assert!(shown.contains("令和8年11月30日まで休み"));
        assert!(!shown.contains(&format!("value=\"{FIRST}\"")), "no radio for who is away");
        let before = w.digest().await;
        let refused = officer.post(&page, &decision(FIRST, "近い")).await.expect(422);
        assert!(refused.text.contains("休み中の人です") && refused.text.contains("近い"));
        assert_eq!(w.digest().await, before);
        w.set_clock("2026-11-30T15:00:00.000Z");
        let officer = w.as_(Role::Officer).await;
        assert!(officer.get(&page).await.text.contains(&format!("value=\"{FIRST}\"")), "back");
    }

    async fn a_siblings_coordinator_is_proposed_first(w: World) {
        let officer = staffed(&w).await;
        let (elder, younger) = (w.person("姉", "一").await, w.person("姉", "二").await);
        lives(&w, &younger, "east").await;
        w.exec(
            "insert into client_siblings (id, client_id, name, sibling_number, valid_from,
               recorded_at, recorded_by) values ('sib', $1, '姉', $2, '2026-04-01',
               '2026-04-01T00:00:00.000Z', 'system')",
            args![younger.id, printed(&elder)],
        )
        .await;
        let page = asked(&officer, &elder, &[]).await;
        officer.post(&page, &decision(SECOND, "面識がある")).await.expect(303);
        let page = asked(&officer, &younger, &[]).await;
        let shown = officer.get(&page).await.text;
        assert!(shown.contains(&format!("きょうだい（{}）をすでに担当している", printed(&elder))));
        assert!(
            place(&shown, &format!("value=\"{SECOND}\""))
                < place(&shown, &format!("value=\"{FIRST}\""))
        );
    }

    async fn who_is_chosen_joins_the_team_and_sees_the_person(w: World) {
        let officer = staffed(&w).await;
        let p = w.person("相良", "四").await;
        let second = w.sign_in(Role::Coordinator, Seat::Second).await;
        let page = asked(&officer, &p, &[]).await;
        second.get(&format!("/clients/{}/assignments", printed(&p))).await.expect(404);
        second.get(&page).await.expect(404);
        officer.post(&page, &decision(SECOND, "ほかの人は手いっぱい")).await.expect(303);
        let history =
            second.get(&format!("/clients/{}/assignments", printed(&p))).await.expect(200);
        assert!(history.text.contains("ほかの人は手いっぱい"));
        assert!(history.text.contains("決めたときの候補（2人）"), "the proposal is kept");
        assert!(second.get(&format!("/assignments/of/{SECOND}")).await.text.contains("相良"));
        let of = w.count("select count(*) from case_requests where decided_at is null", args![]);
        assert_eq!(of.await, 0);
        let twice = officer.post(&page, &decision(FIRST, "もう一度")).await.expect(422);
        assert!(twice.text.contains("すでに決まったか"));
        assert_eq!(w.count("select count(*) from assignments", args![]).await, 1);
    }

    async fn only_the_desk_that_was_asked_decides(w: World) {
        let officer = staffed(&w).await;
        let p = w.person("相良", "五").await;
        let page = asked(&officer, &p, &[]).await;
        let first = w.as_(Role::Coordinator).await;
        first.get(&page).await.expect(200);
        assert!(first.get("/assignments").await.text.contains(&printed(&p)));
        let second = w.sign_in(Role::Coordinator, Seat::Second).await;
        assert!(!second.get("/assignments").await.text.contains(&printed(&p)));
        second.post(&page, &decision(SECOND, "x")).await.expect(404);
        w.sign_in(Role::Officer, Seat::Abroad).await.get(&page).await.expect(404);
        for role in [Role::Nurse, Role::Hospital, Role::School, Role::Operator, Role::Family] {
            w.as_(role).await.get(&page).await.expect(404);
        }
        first.post(&page, &decision(FIRST, "窓口の担当")).await.expect(303);
    }

    async fn a_closed_person_gets_nobody(w: World) {
        let officer = staffed(&w).await;
        let p = w.person("相良", "六").await;
        let page = asked(&officer, &p, &[]).await;
        w.exec(
            "insert into closures (id, client_id, kind, closed_on, recorded_at, recorded_by)
             values ('shut', $1, 'moved_out', '2026-11-19', '2026-11-19T00:00:00.000Z', 'system')",
            args![p.id],
        )
        .await;
        assert!(!officer.get("/assignments").await.text.contains(&printed(&p)));
        let before = w.digest().await;
        let refused = officer.post(&page, &decision(FIRST, "x")).await.expect(422);
        assert!(refused.text.contains("終結した人"));
        let mut again = vec![("received_from", "x"), ("desk", CENTRE)];
        again.extend(day("received_on", "8", "11", "14"));
        officer.post(&format!("/clients/{}/request", printed(&p)), &again).await.expect(422);
        assert_eq!(w.digest().await, before);
    }

    async fn a_request_is_made_once_and_can_be_withdrawn(w: World) {
        let officer = staffed(&w).await;
        let p = w.person("相良", "七").await;
        let page = asked(&officer, &p, &[]).await;
        let form = format!("/clients/{}/request", printed(&p));
        let mut again = vec![("received_from", "x"), ("desk", CENTRE)];
        again.extend(day("received_on", "8", "11", "14"));
        assert!(officer.post(&form, &again).await.expect(422).text.contains("すでに出ています"));
        officer.post(&format!("{page}/withdraw"), &[]).await.expect(422);
        let why = [("withdraw_reason", "家族の希望")];
        officer.post(&format!("{page}/withdraw"), &why).await.expect(303);
        officer.post(&format!("{page}/withdraw"), &why).await.expect(422);
        officer.post(&page, &decision(FIRST, "x")).await.expect(422);
        officer.post(&form, &again).await.expect(303);
        let mut later = vec![("received_from", "x"), ("desk", CENTRE)];
        later.extend(day("received_on", "8", "11", "21"));
        let q = w.person("相良", "八").await;
        let form = format!("/clients/{}/request", printed(&q));
        let refused = officer.post(&form, &later).await.expect(422);
        assert!(refused.text.contains("受け付けた日が、きょうより先です"));
    }

    async fn a_hospital_asks_for_a_person_it_sees_and_only_for_those(w: World) {
        staffed(&w).await;
        let p = w.person("相良", "九").await;
        let hospital = w.as_(Role::Hospital).await;
        let form = format!("/clients/{}/request", printed(&p));
        hospital.get(&form).await.expect(404);
        for sql in [
            "insert into team_members (id, client_id, organisation_id, role, valid_from,
               recorded_at, recorded_by) values ('t', $1, 'org-hospital-first', 'hospital',
               '2026-04-01', '2026-04-01T00:00:00.000Z', 'system')",
            "insert into consents (id, client_id, purpose, recipient_id, valid_from, given_by,
               given_on, recorded_at, recorded_by) values ('k', $1, 'support',
               'org-hospital-first', '2026-04-01', '母', '2026-04-01',
               '2026-04-01T00:00:00.000Z', 'system')",
        ] {
            w.exec(sql, args![p.id]).await;
        }
        w.exec(
            "insert into consent_categories (consent_id, category) values ('k', 'identity')",
            args![],
        )
        .await;
        hospital.get(&form).await.expect(200);
        let mut fields = vec![("received_from", "退院支援"), ("desk", CENTRE)];
        fields.extend(day("received_on", "8", "11", "20"));
        let to = hospital.post(&form, &fields).await.expect(303);
        assert_eq!(to.location(), format!("/clients/{}", printed(&p)));
        assert!(
            w.as_(Role::Coordinator).await.get("/assignments").await.text.contains(&printed(&p))
        );
    }
}
