//! 転出入の引継ぎ: consent, copy, both histories.

use kakehashi::access::Role;
use kakehashi::args;
use kakehashi::clients::enrol::Enrolled;

use super::child;
use crate::support::{ABROAD, Seat, World};

/// A child with a ventilator and an address that is hidden.
async fn known(w: &World) -> Enrolled {
    let child = child(w).await;
    let officer = w.as_(Role::Officer).await;
    let at = format!("/clients/{}", child.number);
    officer.post(&format!("{at}/parts/care/new"), &[("kind", "ventilator")]).await.expect(303);
    let hide = [("basis", "other"), ("reason", "安全"), ("shown_to", "team")];
    officer.post(&format!("{at}/address"), &hide).await.expect(303);
    child
}

async fn propose(w: &World, child: &Enrolled, with: &[(&str, &str)]) -> u16 {
    let mut form = vec![
        ("to", ABROAD),
        ("moves_on", "2026-11-20"),
        ("given_by", "母"),
        ("given_on", "2026-11-19"),
        ("method", "paper"),
        ("categories", "care"),
        ("note", "夜間の呼吸器"),
    ];
    form.retain(|(n, _)| !with.iter().any(|(w, _)| w == n));
    form.extend(with);
    let path = format!("/clients/{}/move", child.number);
    w.as_(Role::Officer).await.post(&path, &form).await.status
}

async fn last(w: &World, sql: &'static str) -> String {
    w.read(&w.system()).await.one::<(String,)>(sql, &[]).await.unwrap().0
}

const ACCEPT: [(&str, &str); 2] = [("area", "west"), ("sure", "1")];

both! {
    async fn a_record_moves_with_consent_and_both_keep_their_history(w: World) {
        let child = known(&w).await;
        assert_eq!(propose(&w, &child, &[]).await, 303);
        assert_eq!(propose(&w, &child, &[]).await, 422, "only one at a time");
        let id = last(&w, "select id from moves").await;
        let there = w.sign_in(Role::Officer, Seat::Abroad).await;
        assert!(there.get("/").await.expect(200).text.contains("転入の引継ぎ"));
        for path in ["/moves".into(), format!("/moves/{id}"), format!("/moves/{id}/sheet")] {
            let said = there.get(&path).await.expect(200).text;
            assert!(said.contains("はると"), "{path}");
            assert!(!said.contains("ひみつ番地") && !said.contains("090-1234"), "{path}");
        }
        there.get(&format!("/clients/{}", child.number)).await.expect(404);
        let made = there.post(&format!("/moves/{id}/accept"), &ACCEPT).await.expect(303);
        let folder = there.get(made.location()).await.expect(200).text;
        assert!(folder.contains("人工呼吸器") && !folder.contains("由佳"), "family was not agreed");
        let new = last(&w, "select new_client_id from moves").await;
        let old = child.id.as_str();
        let count = async |sql: &str| w.count(sql, args![new]).await;
        assert_eq!(count("select count(*) from client_cares where client_id = $1").await, 1);
        assert_eq!(count("select count(*) from client_carers where client_id = $1").await, 0);
        assert_eq!(count("select count(*) from consents where client_id = $1").await, 0);
        assert_eq!(count("select count(*) from family_links where client_id = $1").await, 0);
        assert_eq!(count("select count(*) from team_members where client_id = $1").await, 1);
        let hidden = "select count(*) from restrictions
                      where client_id = $1 and shown_to = 'staff'";
        assert_eq!(count(hidden).await, 1, "hidden here as well");
        let linked = "select count(*) from clients where id = $1 and moved_from = $2";
        assert_eq!(w.count(linked, args![new, old]).await, 1);
        let shut = "select count(*) from closures where client_id = $1 and kind = 'moved_out'";
        assert_eq!(w.count(shut, args![old]).await, 1);
        let kept = "select count(*) from client_cares where client_id = $1";
        assert_eq!(w.count(kept, args![old]).await, 1);
        there.post(&format!("/moves/{id}/accept"), &ACCEPT).await.expect(422);
        assert_eq!(w.count("select count(*) from clients", &[]).await, 2);
        w.as_(Role::Officer).await.get(&format!("/moves/{id}/sheet")).await.expect(200);
    }

    async fn nothing_crosses_without_consent_or_before_the_day(w: World) {
        let child = known(&w).await;
        assert_eq!(propose(&w, &child, &[("given_by", "")]).await, 422);
        assert_eq!(propose(&w, &child, &[("given_on", "2026-11-21")]).await, 422);
        assert_eq!(w.count("select count(*) from moves", &[]).await, 0);
        assert_eq!(propose(&w, &child, &[("moves_on", "2026-11-25")]).await, 303);
        let id = last(&w, "select id from moves").await;
        let there = w.sign_in(Role::Officer, Seat::Abroad).await;
        let said = there.post(&format!("/moves/{id}/accept"), &ACCEPT).await.expect(422);
        assert!(said.text.contains("その日から引き継げます"));
        assert_eq!(w.count("select count(*) from clients", &[]).await, 1);
        // Only the ward it was proposed to decides.
        let own = w.as_(Role::Officer).await;
        own.post(&format!("/moves/{id}/accept"), &ACCEPT).await.expect(404);
        let why = [("why", "同意が取り下げられた")];
        own.post(&format!("/clients/{}/move/withdraw", child.number), &why).await.expect(303);
        there.post(&format!("/moves/{id}/accept"), &ACCEPT).await.expect(422);
        let sheet = there.get(&format!("/moves/{id}/sheet")).await.expect(200).text;
        assert!(!sheet.contains("はると"), "the sheet is gone");
    }

    async fn it_may_be_declined_and_handed_over_on_paper(w: World) {
        let child = known(&w).await;
        propose(&w, &child, &[]).await;
        let id = last(&w, "select id from moves").await;
        let there = w.sign_in(Role::Officer, Seat::Abroad).await;
        there.post(&format!("/moves/{id}/decline"), &[("why", "転入していない")]).await.expect(303);
        assert_eq!(w.count("select count(*) from closures", &[]).await, 0);
        assert_eq!(propose(&w, &child, &[("to", "outside")]).await, 422);
        let outside = [("to", "outside"), ("to_name", "遠くの市"), ("categories", "family")];
        assert_eq!(propose(&w, &child, &outside).await, 303);
        let own = w.as_(Role::Officer).await;
        let sql = "select id from moves where to_controller_id is null";
        let paper = own.get(&format!("/moves/{}/sheet", last(&w, sql).await)).await.expect(200);
        assert!(paper.text.contains("水野 由佳") && !paper.text.contains("人工呼吸器"));
        assert!(!paper.text.contains("090-1234"), "the telephone is hidden");
        let done = format!("/clients/{}/move/done", child.number);
        own.post(&done, &[]).await.expect(422);
        own.post(&done, &[("sure", "1")]).await.expect(303);
        assert_eq!(w.count("select count(*) from closures", &[]).await, 1);
    }
}
