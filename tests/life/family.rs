//! 親権のない人 and 家族のアカウント.

use kakehashi::access::Role;
use kakehashi::clients::enrol::Enrolled;
use kakehashi::web::Error;

use super::{child, relative};
use crate::support::{Answer, World};

async fn carer(w: &World, name: &str) -> String {
    let sql = "select id from client_carers where name = $1 and voided_at is null";
    let (id,): (String,) =
        w.read(&w.system()).await.one(sql, kakehashi::args![name]).await.unwrap();
    id
}

async fn invite(w: &World, child: &Enrolled, name: &str, login: &str) -> Answer {
    let carer = carer(w, name).await;
    let form = [("carer", carer.as_str()), ("login", login), ("checked", "photo_card")];
    let path = format!("/clients/{}/family", child.number);
    w.as_(Role::Officer).await.post(&path, &form).await
}

const FATHER: [(&str, &str); 4] =
    [("name", "真壁 剛"), ("relation", "father"), ("custody", "no"), ("informed", "must_not")];

both! {
    async fn a_parent_is_invited_signs_in_and_sees_the_child_until_the_end(w: World) {
        let child = child(&w).await;
        let said = invite(&w, &child, "水野 由佳", "yuka").await.expect(200).text;
        let link = said.split("/invitations/").nth(1).unwrap().split('"').next().unwrap();
        let pass = [("password", "あおい空と白い雲のしたで"), ("again", "あおい空と白い雲のしたで")];
        w.visitor().post_raw(&format!("/invitations/{link}"), &pass).await.expect(303);
        let mother = signed_in(&w, "yuka").await;
        assert!(mother.get("/mine").await.expect(200).text.contains("はると"));
        let sql = "select id from family_links";
        let (id,): (String,) = w.read(&w.system()).await.one(sql, &[]).await.unwrap();
        let end = format!("/clients/{}/family/{id}/end", child.number);
        let officer = w.as_(Role::Officer).await;
        officer.post(&end, &[("why", "")]).await.expect(422);
        officer.post(&end, &[("why", "本人の希望")]).await.expect(303);
        assert!(!mother.get("/mine").await.expect(200).text.contains("はると"));
        officer.post(&end, &[("why", "本人の希望")]).await.expect(404);
    }

    async fn nobody_without_custody_becomes_a_guardian(w: World) {
        let child = child(&w).await;
        let mut fields = FATHER.to_vec();
        fields.push(("guardian", "1"));
        let Err(Error::Refused(bad)) = relative(&w, &child, &fields).await else { panic!() };
        assert!(bad.of("guardian").unwrap().contains("親権"));
        relative(&w, &child, &FATHER).await.unwrap();
    }

    async fn nobody_without_custody_gets_an_account(w: World) {
        let child = child(&w).await;
        relative(&w, &child, &FATHER).await.unwrap();
        let said = invite(&w, &child, "真壁 剛", "makabe").await.expect(422).text;
        assert!(said.contains("アカウントをつなげません"), "{said}");
        // Nor by a second row of the same name that says nothing.
        relative(&w, &child, &[("name", "真壁　剛"), ("relation", "other")]).await.unwrap();
        invite(&w, &child, "真壁　剛", "makabe").await.expect(422);
        let none = "select count(*) from accounts where login = 'makabe'";
        assert_eq!(w.count(none, &[]).await, 0);
    }

    async fn who_loses_custody_sees_nothing_from_that_moment(w: World) {
        let child = child(&w).await;
        let known = [("name", "真壁 剛"), ("relation", "father")];
        relative(&w, &child, &known).await.unwrap();
        invite(&w, &child, "真壁 剛", "makabe").await.expect(200);
        let open = "select count(*) from family_links where voided_at is null
                    and valid_until is null";
        assert_eq!(w.count(open, &[]).await, 1);
        w.set_clock("2026-12-01T01:00:00.000Z");
        let officer = w.as_(Role::Officer).await;
        let row = carer(&w, "真壁 剛").await;
        let path = format!("/clients/{}/parts/carer/{row}/correct", child.number);
        let form = officer.get(&path).await.expect(200).text;
        let version = form.split("name=\"_version\" value=\"").nth(1).unwrap();
        let version = version.split('"').next().unwrap();
        // Even when the correction spells the name differently.
        let fields = [("name", "真壁 ツヨシ"), ("relation", "father"), ("custody", "no"),
            ("why", "判決"), ("_version", version)];
        officer.post(&path, &fields).await.expect(303);
        assert_eq!(w.count(open, &[]).await, 0);
    }

    async fn the_page_warns_everybody_of_the_team(w: World) {
        let child = child(&w).await;
        relative(&w, &child, &FATHER).await.unwrap();
        for role in [Role::Officer, Role::Coordinator, Role::Operator] {
            let page = w.as_(role).await.get(&format!("/clients/{}", child.number)).await;
            assert!(page.text.contains("<span class=\"k\">情報を伝えない</span>"), "{role:?}");
        }
    }

    async fn no_list_of_families_names_them(w: World) {
        let child = child(&w).await;
        let leave = ("leave_until", "2026-12-20");
        let told = [("name", "水野 祖母"), ("relation", "grandmother"), leave];
        relative(&w, &child, &told).await.unwrap();
        let coordinator = w.as_(Role::Coordinator).await;
        let list = "/today/leave-ending";
        let shown = coordinator.get(list).await.expect(200).text;
        assert_eq!(shown.matches("祖母").count(), 1, "who is told is on the list");
        let mut fields = FATHER.to_vec();
        fields.push(leave);
        relative(&w, &child, &fields).await.unwrap();
        let shown = coordinator.get(list).await.expect(200).text;
        assert!(!shown.contains("父"), "{shown}");
    }
}

async fn signed_in(w: &World, login: &str) -> crate::support::Browser {
    let sql = "select a.id, p.id from accounts a join posts p on p.account_id = a.id
               where a.login = $1";
    let (account, post): (String, String) =
        w.read(&w.system()).await.one(sql, kakehashi::args![login]).await.unwrap();
    w.session(&account, &post).await
}
