//! The harness itself: what every other test stands on.

use kakehashi::access::Role;

use crate::support::{ABROAD, World};

both! {
    async fn every_role_signs_in_and_sees_its_first_page(w: World) {
        for role in Role::ALL {
            let browser = w.as_(role).await;
            let mut first = browser.get("/").await;
            // A family begins at its own child.
            if role == Role::Family {
                first = browser.get(first.expect(303).location()).await;
            }
            assert_eq!(first.status, 200, "{role:?}: {}", first.text);
            let said = if role == Role::Family { "わたしの記録" } else { role.label() };
            assert!(first.text.contains(said), "{role:?}");
        }
        assert_eq!(w.visitor().get("/").await.status, 303);
    }

    async fn a_form_without_the_token_changes_nothing(w: World) {
        let browser = w.as_(Role::Officer).await;
        let before = w.digest().await;
        assert_eq!(browser.post_raw("/logout", &[]).await.status, 403);
        assert_eq!(w.digest().await, before);
        assert_eq!(browser.post("/logout", &[]).await.status, 303);
        assert_eq!(browser.get("/").await.status, 303, "the session has ended");
    }

    async fn the_digest_notices_one_person_more(w: World) {
        let before = w.digest().await;
        let abroad = w.person_of(ABROAD, "山田", "花子").await;
        assert_ne!(w.digest().await, before);
        assert_eq!(abroad.number, 1);
    }

    async fn the_clock_can_be_moved(w: World) {
        assert_eq!(w.actor(Role::Nurse).today().to_string(), "2026-11-20");
        w.set_clock("2027-03-31T15:00:00.000Z");
        assert_eq!(w.actor(Role::Nurse).today().to_string(), "2027-04-01");
    }
}
