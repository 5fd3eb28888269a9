//! 緊急閲覧: one person, one hour, told at once, reviewed by somebody else, and never forgotten.

use kakehashi::access::Role;
use kakehashi::args;

use crate::support::{ABROAD, Person, Seat, World};

const WHY: [(&str, &str); 3] =
    [("reason", "transport"), ("words", "救急隊から電話。意識がない"), ("sure", "1")];

fn number(p: &Person) -> String {
    kana::ClientNumber::from_row(p.number).to_string()
}

fn asks<'a>(who: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    [who, &WHY].concat()
}

async fn the_one(w: &World) -> String {
    let (id,): (String,) =
        w.read(&w.system()).await.one("select id from emergencies", args![]).await.unwrap();
    id
}

async fn set(w: &World, key: &str, value: &str) {
    let administrator = w.as_(Role::Administrator).await;
    let form = [("value", value), ("why", "試し")];
    administrator.post(&format!("/settings/{key}"), &form).await.expect(303);
}

both! {
    async fn it_opens_one_folder_for_one_hour_and_says_so_everywhere(w: World) {
        let (child, other) = (w.person("水野", "はる").await, w.person("川上", "みお").await);
        let hospital = w.as_(Role::Hospital).await;
        let folder = format!("/clients/{}", number(&child));
        hospital.get(&folder).await.expect(404);
        let made = hospital.post("/emergencies/new", &asks(&[("number", &number(&child))])).await;
        assert_eq!(made.expect(303).location(), folder);
        w.pass_minutes(18);
        let hospital = w.as_(Role::Hospital).await;
        let page = hospital.get(&folder).await.expect(200).text;
        assert!(page.contains("水野") && page.contains("緊急閲覧中（あと42分）"), "{page}");
        hospital.get(&format!("{folder}/parts/care")).await.expect(200);
        hospital.get(&format!("{folder}/care-score")).await.expect(200);
        for closed in ["timeline", "looks", "parts/care/new"] {
            hospital.get(&format!("{folder}/{closed}")).await.expect(404);
        }
        hospital.get(&format!("/clients/{}", number(&other))).await.expect(404);
        assert!(!hospital.get("/clients").await.expect(200).text.contains("水野"));
        let colleague = w.sign_in(Role::Hospital, Seat::Second).await;
        colleague.get(&folder).await.expect(404);
        let first = w.as_(Role::Officer).await.get("/").await.expect(200).text;
        assert!(first.contains("緊急閲覧がありました：1件"), "{first}");
        let marked = "select count(*) from audit_events where basis like 'emergency %'
                      and verb = 'view' and client_id = $1";
        assert_eq!(w.count(marked, args![child.id]).await, 3);
        let auditor = w.as_(Role::Auditor).await;
        let only = auditor.get("/audit?kind=emergency").await.expect(200).text;
        assert_eq!(only.matches("scope=\"row\"").count(), 4, "opened, and three pages: {only}");
        assert!(!only.contains("水野"), "no name in the audit");
        w.pass_minutes(42);
        let hospital = w.as_(Role::Hospital).await;
        hospital.get(&folder).await.expect(404);
        let first = w.as_(Role::Officer).await.get("/").await.expect(200).text;
        assert!(first.contains("緊急閲覧がありました"), "unreviewed, it stays");
    }

    async fn by_name_it_must_be_exact_and_one_and_open_nobody_else(w: World) {
        let child = w.person("水野", "はる").await;
        let station = w.as_(Role::Operator).await;
        let ask = |name: &'static str, born: &'static str| {
            asks(&[("name", name), ("born_on", born)])
        };
        for (name, born) in [("水野", "2020-04-01"), ("水野 はる", "2020-04-02")] {
            let said = station.post("/emergencies/new", &ask(name, born)).await.expect(422);
            assert!(said.text.contains("当てはまる方が見つかりません"), "{name}");
        }
        let twin = w.person("水野", "はる").await;
        station.post("/emergencies/new", &ask("水野はる", "令和2年4月1日")).await.expect(422);
        let sql = "update client_births set born_on = '2020-04-02' where client_id = $1";
        w.exec(sql, args![twin.id]).await;
        let made = station.post("/emergencies/new", &ask("水野はる", "令和2年4月1日")).await;
        assert_eq!(made.expect(303).location(), format!("/clients/{}", number(&child)));
        let failed = "select count(*) from audit_events where verb = 'fail' and noun = 'emergency'";
        assert_eq!(w.count(failed, &[]).await, 3);
    }

    async fn numbers_cannot_be_tried_one_after_the_other(w: World) {
        let child = w.person("水野", "はる").await;
        set(&w, "emergency_tries", "2").await;
        let hospital = w.as_(Role::Hospital).await;
        for n in [70, 71] {
            let unknown = kana::ClientNumber::from_row(n).to_string();
            hospital.post("/emergencies/new", &asks(&[("number", &unknown)])).await.expect(422);
        }
        let right = number(&child);
        let said = hospital.post("/emergencies/new", &asks(&[("number", &right)])).await;
        assert!(said.expect(422).text.contains("1時間は開けません"));
        w.pass_minutes(61);
        let hospital = w.as_(Role::Hospital).await;
        hospital.post("/emergencies/new", &asks(&[("number", &right)])).await.expect(303);
    }

    async fn another_wards_person_is_opened_only_where_the_setting_says_so(w: World) {
        let child = w.person_of(ABROAD, "隣野", "はる").await;
        let hospital = w.as_(Role::Hospital).await;
        let right = number(&child);
        let form = asks(&[("number", &right)]);
        hospital.post("/emergencies/new", &form).await.expect(422);
        set(&w, "emergency_across", "1").await;
        hospital.post("/emergencies/new", &form).await.expect(303);
        hospital.get(&format!("/clients/{right}")).await.expect(200);
        let near = w.as_(Role::Officer).await.get("/").await.expect(200).text;
        let theirs = w.sign_in(Role::Officer, Seat::Abroad).await.get("/").await.expect(200).text;
        assert!(!near.contains("緊急閲覧がありました"), "another ward's person");
        assert!(theirs.contains("緊急閲覧がありました"));
    }

    async fn somebody_else_of_the_office_reviews_it_and_the_family_reads_it(w: World) {
        let child = w.person("水野", "はる").await;
        let sql = "insert into family_links (id, account_id, client_id, relation, valid_from,
                     recorded_at, recorded_by) values ('link', $1, $2, 'mother', '2026-04-01',
                     $3, '')";
        let parent = w.actor(Role::Family);
        w.exec(sql, args![parent.account_id, child.id, parent.at]).await;
        let hospital = w.as_(Role::Hospital).await;
        hospital.post("/emergencies/new", &asks(&[("number", &number(&child))])).await.expect(303);
        hospital.get(&format!("/clients/{}", number(&child))).await.expect(200);
        let id = the_one(&w).await;
        let path = format!("/emergencies/{id}");
        let officer = w.as_(Role::Officer).await;
        let page = officer.get(&path).await.expect(200).text;
        assert!(page.contains("開いたページ 1件") && page.contains("意識がない"), "{page}");
        w.sign_in(Role::Officer, Seat::Abroad).await.get(&path).await.expect(404);
        // Had the officer opened it under another post, another officer would have to look.
        let own = "update emergencies set account_id = $1";
        w.exec(own, args![w.actor(Role::Officer).account_id]).await;
        let result = [("finding", "justified"), ("note", "119番の記録と合う")];
        let said = officer.post(&path, &result).await.expect(422).text;
        assert!(said.contains("ほかの職員が確かめます"));
        w.exec(own, args![w.actor(Role::Hospital).account_id]).await;
        officer.post(&path, &result).await.expect(303);
        assert!(officer.post(&path, &result).await.expect(422).text.contains("すでに確かめてあります"));
        assert!(!officer.get("/").await.expect(200).text.contains("緊急閲覧がありました"));
        let looks = format!("/mine/looks?client={}", number(&child));
        let mine = w.as_(Role::Family).await.get(&looks).await.expect(200).text;
        assert!(mine.contains("緊急閲覧（急変・救急搬送）") && mine.contains("病院一"), "{mine}");
    }

    async fn whoever_opened_it_or_the_office_ends_it_and_nobody_else(w: World) {
        let child = w.person("水野", "はる").await;
        let right = number(&child);
        let (hospital, folder) = (w.as_(Role::Hospital).await, format!("/clients/{right}"));
        for role in [Role::Hospital, Role::Officer] {
            hospital.post("/emergencies/new", &asks(&[("number", &right)])).await.expect(303);
            let open = "select id from emergencies where ended_at is null";
            let (id,): (String,) = w.read(&w.system()).await.one(open, args![]).await.unwrap();
            let end = format!("/emergencies/{id}/end");
            w.as_(Role::Coordinator).await.post(&end, &[]).await.expect(404);
            hospital.get(&folder).await.expect(200);
            w.as_(role).await.post(&end, &[]).await.expect(303);
            hospital.get(&folder).await.expect(404);
        }
    }

    async fn whoever_sees_the_person_anyway_opens_nothing(w: World) {
        let child = w.person("水野", "はる").await;
        let a = w.actor(Role::Coordinator);
        let sql = "insert into team_members (id, client_id, organisation_id, role, valid_from,
                     recorded_at, recorded_by) values ('m', $1, $2, 'other', '2026-04-01', $3, '')";
        w.exec(sql, args![child.id, a.organisation_id, a.at]).await;
        let desk = w.as_(Role::Coordinator).await;
        let said = desk.post("/emergencies/new", &asks(&[("number", &number(&child))])).await;
        assert!(said.expect(422).text.contains("ふだんの権限で見られます"));
        w.as_(Role::Officer).await.get("/emergencies/new").await.expect(404);
    }

    async fn a_setting_counts_from_its_day_and_says_who_changed_it(w: World) {
        let administrator = w.as_(Role::Administrator).await;
        let path = "/settings/emergency_minutes";
        let later = [("value", "30"), ("from", "2026-11-25"), ("why", "協議会で決めた")];
        administrator.post(path, &later).await.expect(303);
        let now = administrator.get("/settings").await.expect(200).text;
        assert!(now.contains("60分") && now.contains("令和8年11月25日から 30分"), "{now}");
        w.set_clock("2026-11-25T01:00:00.000Z");
        let administrator = w.as_(Role::Administrator).await;
        let then = administrator.get(path).await.expect(200).text;
        assert!(then.contains("きょうの値は <b>30分</b>") && then.contains("協議会で決めた"));
        let past = [("value", "20"), ("from", "2026-11-24"), ("why", "x")];
        administrator.post(path, &past).await.expect(422);
        let wide = [("value", "241"), ("why", "x")];
        assert!(administrator.post(path, &wide).await.expect(422).text.contains("240分まで"));
    }
}
