//! 住所の非開示: who sees it nevertheless, the yearly review, the end.

use kakehashi::access::Role;

use super::child;
use crate::support::World;

const SECRETS: [&str; 3] = ["ひみつ番地", "090-1234-5678", "東地区"];

/// Which of the secrets a role reads on the person's page and under what it finds.
async fn seen(w: &World, role: Role, number: &str) -> Vec<&'static str> {
    let browser = w.as_(role).await;
    let mut all = browser.get(&format!("/clients/{number}")).await.expect(200).text;
    for part in ["residence", "contact", "carer"] {
        all += &browser.get(&format!("/clients/{number}/parts/{part}")).await.text;
    }
    all += &browser.post("/clients/suggest", &[("q", "みずの")]).await.text;
    // The filter offers every area: only the folder is searched for it.
    SECRETS.into_iter().filter(|s| all.contains(s)).collect()
}

async fn hide(w: &World, number: &str, shown_to: &str, status: u16) -> String {
    let form = [("basis", "support_measure"), ("reason", "支援措置"), ("shown_to", shown_to)];
    let path = format!("/clients/{number}/address");
    let said = w.as_(Role::Officer).await.post(&path, &form).await.expect(status);
    said.text
}

async fn restriction(w: &World) -> String {
    let sql = "select id from restrictions where voided_at is null and valid_until is null";
    let (id,): (String,) = w.read(&w.system()).await.one(sql, &[]).await.unwrap();
    id
}

both! {
    async fn a_hidden_address_is_seen_by_those_named_and_nobody_else(w: World) {
        let number = child(&w).await.number.to_string();
        for role in [Role::Officer, Role::Coordinator, Role::Operator] {
            assert_eq!(seen(&w, role, &number).await, SECRETS, "{role:?}: a leak would be found");
        }
        hide(&w, &number, "team", 303).await;
        assert_eq!(seen(&w, Role::Officer, &number).await, SECRETS);
        assert_eq!(seen(&w, Role::Coordinator, &number).await, SECRETS);
        assert!(seen(&w, Role::Operator, &number).await.is_empty());
        let found = w.as_(Role::Operator).await.post("/clients", &[("q", "5678")]).await;
        assert!(!found.text.contains("水野"), "the telephone finds them");
        assert!(hide(&w, &number, "staff", 422).await.contains("すでに非開示です"));
    }

    async fn the_team_is_left_out_where_the_ward_says_so(w: World) {
        let number = child(&w).await.number.to_string();
        hide(&w, &number, "staff", 303).await;
        assert_eq!(seen(&w, Role::Officer, &number).await, SECRETS);
        assert!(seen(&w, Role::Coordinator, &number).await.is_empty());
    }

    async fn who_cannot_see_a_telephone_does_not_lose_it_by_correcting(w: World) {
        let child = child(&w).await;
        let number = child.number.to_string();
        hide(&w, &number, "staff", 303).await;
        let sql = "select id from client_carers where voided_at is null";
        let (row,): (String,) = w.read(&w.system()).await.one(sql, &[]).await.unwrap();
        let desk = w.as_(Role::Coordinator).await;
        let path = format!("/clients/{number}/parts/carer/{row}/correct");
        let form = desk.get(&path).await.expect(200).text;
        let version = form.split("name=\"_version\" value=\"").nth(1).unwrap();
        let version = version.split('"').next().unwrap();
        let fields = [("name", "水野 ゆか"), ("relation", "mother"), ("why", "表記"),
            ("_version", version)];
        desk.post(&path, &fields).await.expect(303);
        let kept = "select count(*) from client_carers where voided_at is null
                    and name = '水野 ゆか' and phone = '090-1234-5678'";
        assert_eq!(w.count(kept, &[]).await, 1);
    }

    async fn it_is_looked_at_again_after_a_year_and_ended_with_a_reason(w: World) {
        let number = child(&w).await.number.to_string();
        hide(&w, &number, "team", 303).await;
        let list = "/today/address-reviews";
        let officer = w.as_(Role::Officer).await;
        assert!(!officer.get(list).await.expect(200).text.contains("水野"));
        w.set_clock("2027-11-21T01:00:00.000Z");
        let officer = w.as_(Role::Officer).await;
        assert!(officer.get(list).await.expect(200).text.contains("水野"));
        let at = format!("/clients/{number}/address/{}", restriction(&w).await);
        let far = [("result", "続ける"), ("review_on", "2029-01-01")];
        officer.post(&format!("{at}/review"), &far).await.expect(422);
        officer.post(&format!("{at}/review"), &[("result", "続ける")]).await.expect(303);
        assert!(!officer.get(list).await.expect(200).text.contains("水野"));
        officer.post(&format!("{at}/end"), &[("why", "支援措置が終わった")]).await.expect(422);
        let end = [("why", "支援措置が終わった"), ("sure", "1")];
        officer.post(&format!("{at}/end"), &end).await.expect(303);
        assert_eq!(seen(&w, Role::Operator, &number).await, SECRETS);
        officer.post(&format!("{at}/end"), &end).await.expect(404);
        let page = officer.get(&format!("/clients/{number}/address")).await.expect(200);
        assert!(page.text.contains("支援措置が終わった") && page.text.contains("いまは非開示では"));
    }

    async fn another_ward_can_set_nothing(w: World) {
        let number = child(&w).await.number.to_string();
        let abroad = w.sign_in(Role::Officer, crate::support::Seat::Abroad).await;
        let form = [("basis", "other"), ("reason", "x"), ("shown_to", "staff")];
        abroad.post(&format!("/clients/{number}/address"), &form).await.expect(404);
        assert_eq!(w.count("select count(*) from restrictions", &[]).await, 0);
    }
}
