//! 担当: passed on, decided together, begun by a consultation, counted.

use kakehashi::access::Role;
use kakehashi::args;

use crate::coordinators::{
    CENTRE, FIRST, SECOND, asked, charged, day, decision, describe, place, printed, staffed,
};
use crate::support::{HOME, Person, Seat, World};

both! {
    async fn a_case_is_handed_over_with_its_note_and_its_promises(w: World) {
        let officer = staffed(&w).await;
        let p = w.person("相良", "十").await;
        let page = asked(&officer, &p, &[]).await;
        officer.post(&page, &decision(FIRST, "近い")).await.expect(303);
        for (id, what) in [("f1", "主治医に確かめる"), ("f2", "見学に行く")] {
            w.exec(
                "insert into follow_ups (id, controller_id, organisation_id, client_id, source,
                   source_id, what, due_on, owner_id, recorded_at, recorded_by)
                 values ($1, $2, $3, $4, 'case_note', 'n', $5, '2026-11-25', $6,
                   '2026-11-01T00:00:00.000Z', 'system')",
                args![id, HOME, CENTRE, p.id, what, FIRST],
            )
            .await;
        }
        let first = w.as_(Role::Coordinator).await;
        let list = first.get(&format!("/assignments/of/{FIRST}")).await.expect(200).text;
        let at = place(&list, "/hand-over");
        let from = list[..at].rfind("/assignments/").unwrap();
        let form = list[from..at + "/hand-over".len()].to_owned();
        let shown = first.get(&form).await.expect(200).text;
        assert!(shown.contains("主治医に確かめる") && shown.contains("見学に行く"));
        let mut fields = vec![("to", SECOND), ("weight", "150"), ("follow_up", "f1")];
        fields.extend(day("starts_on", "8", "11", "20"));
        let before = w.digest().await;
        let refused = first.post(&form, &fields).await.expect(422);
        assert!(refused.text.contains("引き継ぐことを入力してください"));
        assert_eq!(w.digest().await, before);
        fields.push(("note", "夜間の吸引が増えている"));
        first.post(&form, &fields).await.expect(303);
        let owner = |id: &'static str| {
            let w = w.clone();
            async move {
                w.count(
                    "select count(*) from follow_ups where id = $1 and owner_id = $2",
                    args![id, SECOND],
                )
                .await
            }
        };
        assert_eq!((owner("f1").await, owner("f2").await), (1, 0), "only the one that was ticked");
        let second = w.sign_in(Role::Coordinator, Seat::Second).await;
        let history =
            second.get(&format!("/clients/{}/assignments", printed(&p))).await.expect(200);
        assert!(history.text.contains("夜間の吸引が増えている"));
        assert!(history.text.contains("令和8年11月20日の前日まで"));
        assert!(second.get(&format!("/assignments/of/{SECOND}")).await.text.contains("1.5件分"));
        officer.post(&form, &fields).await.expect(422);


        assert_eq!(w.count("select count(*) from handovers", args![]).await, 1);
    }

    async fn the_batch_is_better_than_one_after_the_other(w: World) {
        let officer = staffed(&w).await;
        // One place each: the ventilator must not lose the one who knows it to who came first.
        describe(&officer, FIRST, CENTRE, &[("skills", "ventilator"), ("felt_limit", "1")]).await;
        describe(&officer, SECOND, "org-centre-second", &[("felt_limit", "1")]).await;
        let (plain, hard) = (w.person("先", "着").await, w.person("後", "着").await);
        let left = w.person("三", "番").await;
        asked(&officer, &plain, &[]).await;
        asked(&officer, &hard, &[("needs", "ventilator")]).await;
        asked(&officer, &left, &[]).await;
        let shown = officer.get("/assignments/batch").await.expect(200).text;
        let chosen = |p: &Person| {
            let label = format!("{}の担当</label>", printed(p));
            let part = &shown[place(&shown, &label)..];
            let part = &part[..place(part, "</select>")];
            let option = part.split("<option").find(|o| o.contains(" selected")).unwrap_or("");
            option.split('"').nth(1).unwrap_or_default().to_owned()
        };
        assert_eq!(chosen(&plain), SECOND);
        assert_eq!(chosen(&hard), FIRST);
        assert_eq!(chosen(&left), "");
        assert!(shown.contains("目安いっぱい"), "who is left learns why");
        let ids: Vec<String> = shown
            .split("name=\"take-")
            .skip(1)
            .map(|s| format!("take-{}", &s[..s.find('"').unwrap()]))
            .collect();
        let mut fields =
            vec![(ids[0].as_str(), SECOND), (ids[1].as_str(), FIRST), (ids[2].as_str(), "")];
        fields.extend(day("starts_on", "8", "11", "20"));
        officer.post("/assignments/batch", &fields).await.expect(422);
        fields.push(("reason", "全体で見て"));
        officer.post("/assignments/batch", &fields).await.expect(303);
        let n = w.count("select count(*) from assignments where reason = '全体で見て'", args![]);
        assert_eq!(n.await, 2);
        let open = w.count("select count(*) from case_requests where decided_at is null", args![]);
        assert_eq!(open.await, 1);
        // One that was decided meanwhile refuses them all, and says whose it was.
        let before = w.digest().await;
        fields[2].1 = FIRST;
        let refused = officer.post("/assignments/batch", &fields).await.expect(422);
        assert!(refused.text.contains(&printed(&plain)));
        assert_eq!(w.digest().await, before);
    }

    async fn a_consultation_without_a_person_leads_to_one_first(w: World) {
        staffed(&w).await;
        let p = w.person("相良", "百").await;
        w.exec(
            "insert into consultations (id, controller_id, organisation_id, standing, occurred_at,
               occurred_on, channel, inquirer_kind, scope, series, region, text, handler_id,
               recorded_at, recorded_by)
             values ('k1', $1, $2, 'anonymous', '2026-11-18T01:00:00.000Z', '2026-11-18', 'phone',
               'medical', 'individual', 'new', 'ku', '本文', $3, '2026-11-18T01:00:00.000Z', $3)",
            args![HOME, CENTRE, FIRST],
        )
        .await;
        let officer = w.as_(Role::Officer).await;
        let who = officer.get("/consultations/k1/case").await.expect(200).text;
        assert!(who.contains("/clients/new?return=/consultations/k1/case"));
        let enrol =
            officer.get("/clients/new?return=/consultations/k1/case").await.expect(200).text;
        assert!(enrol.contains("name=\"return\" value=\"/consultations/k1/case\""));
        let mut new = vec![
            ("family", "新"),
            ("family_kana", "しん"),
            ("given", "芽"),
            ("sex", "female"),
            ("area", "east"),
            ("return", "/consultations/k1/case"),
        ];
        new.extend(day("born_on", "8", "1", "10"));
        let back = officer.post("/clients/new", &new).await.expect(303);
        assert!(
            back.location().starts_with("/consultations/k1/case?client=M-"),
            "{}",
            back.location()
        );
        officer.get(back.location()).await.expect(200);
        let mut away = new.clone();
        away[0].1 = "旧";
        away[1].1 = "きゅう";
        away[5].1 = "//elsewhere/case";
        away.push(("sure", "1"));
        let home = officer.post("/clients/new", &away).await.expect(303);
        assert!(home.location().starts_with("/clients/M-"), "only within this server");
        let wrong = officer.get("/consultations/k1/case?client=M-99999").await.expect(200).text;
        assert!(wrong.contains("この番号の人は見つかりません"));
        let form = format!("/consultations/k1/case?client={}", printed(&p));
        let shown = officer.get(&form).await.expect(200).text;
        assert!(shown.contains("医師会・医療機関等"), "what the consultation knows is filled in");
        let mut fields = vec![("received_from", "病院"), ("desk", CENTRE)];
        fields.extend(day("received_on", "8", "11", "18"));
        officer.post(&form, &fields).await.expect(303);
        let linked =
            "select count(*) from case_requests where consultation_id = 'k1' and client_id = $1";
        assert_eq!(w.count(linked, args![p.id]).await, 1);
        w.sign_in(Role::Officer, Seat::Abroad)
            .await
            .get("/consultations/k1/case")
            .await
            .expect(404);
    }

    async fn loads_are_counted_but_their_people_stay_hidden(w: World) {
        staffed(&w).await;
        charged(&w, FIRST, 2).await;
        let second = w.sign_in(Role::Coordinator, Seat::Second).await;
        let shown = second.get("/assignments").await.expect(200).text;
        assert!(shown.contains("2件</a>"), "whoever decides must know what a colleague carries");
        let list = second.get(&format!("/assignments/of/{FIRST}")).await.expect(200).text;
        assert!(!list.contains("既存") && list.contains("ほかに2件"), "{list}");
        w.sign_in(Role::Coordinator, Seat::Abroad)
            .await
            .get(&format!("/assignments/of/{FIRST}"))
            .await
            .expect(404);
    }

    async fn coordinators_describe_themselves_only(w: World) {
        staffed(&w).await;
        let first = w.as_(Role::Coordinator).await;
        first.get(&format!("/coordinators/{FIRST}/profile")).await.expect(200);
        first.get(&format!("/coordinators/{SECOND}/profile")).await.expect(404);
        let before = w.digest().await;
        let mut fields = vec![("organisation", "org-centre-second"), ("training", "none")];
        fields.extend(day("starts_on", "8", "5", "1"));
        let foreign =
            first.post(&format!("/coordinators/{FIRST}/profile"), &fields).await.expect(422);
        assert!(foreign.text.contains("所属を、画面にあるものから"));
        first.post(&format!("/coordinators/{SECOND}/profile"), &fields).await.expect(404);
        assert_eq!(w.digest().await, before);
        w.sign_in(Role::Officer, Seat::Abroad)
            .await
            .get(&format!("/coordinators/{FIRST}/profile"))
            .await
            .expect(404);
    }
}
