//! A form sent twice is done once, whatever happened to the first answer.

use kakehashi::access::Role;

use crate::support::{Answer, Browser, World};

const CALL: [(&str, &str); 6] = [
    ("scope", "individual"),
    ("standing", "anonymous"),
    ("inquirer_kind", "family"),
    ("channel", "phone"),
    ("text", "夜間の吸引について"),
    ("occurred_at", "2026-11-20 9:00"),
];

async fn call(desk: &Browser, more: &[(&str, &str)]) -> Answer {
    desk.post("/consultations/new", &[&CALL, more].concat()).await
}

async fn calls(w: &World) -> i64 {
    w.count("select count(*) from consultations", &[]).await
}

both! {
    async fn the_same_form_again_is_answered_as_the_first(w: World) {
        let desk = w.as_(Role::Coordinator).await;
        let first = call(&desk, &[("_once", "a")]).await.expect(303);
        let events = w.count("select count(*) from audit_events", &[]).await;
        let again = call(&desk, &[("_once", "a")]).await.expect(303);
        assert_eq!(again.location(), first.location());
        assert_eq!(calls(&w).await, 1);
        assert_eq!(w.count("select count(*) from audit_events", &[]).await, events);
        desk.get(first.location()).await.expect(200);
    }

    async fn another_page_or_another_content_is_another_act(w: World) {
        let desk = w.as_(Role::Coordinator).await;
        call(&desk, &[("_once", "a")]).await.expect(303);
        call(&desk, &[("_once", "b")]).await.expect(303);
        call(&desk, &[("_once", "a"), ("answer", "折り返し電話する")]).await.expect(303);
        assert_eq!(calls(&w).await, 3);
        // Without the number nothing is held back: the rule is what this file tests.
        call(&desk, &[]).await.expect(303);
        call(&desk, &[]).await.expect(303);
        assert_eq!(calls(&w).await, 5);
    }

    async fn sent_twice_at_once_it_is_done_once(w: World) {
        let desk = w.as_(Role::Coordinator).await;
        let token = [("_once", "a")];
        let (a, b) = tokio::join!(call(&desk, &token), call(&desk, &token));
        assert_eq!((a.status, b.status), (303, 303), "{} {}", a.text, b.text);
        assert_eq!(a.location(), b.location());
        assert_eq!(calls(&w).await, 1);
    }

    async fn what_was_refused_may_be_mended_and_sent(w: World) {
        let desk = w.as_(Role::Coordinator).await;
        let bad = [("_once", "a"), ("minutes", "たくさん")];
        call(&desk, &bad).await.expect(422);
        call(&desk, &bad).await.expect(422);
        assert_eq!(calls(&w).await, 0);
        call(&desk, &[("_once", "a"), ("minutes", "20")]).await.expect(303);
        assert_eq!(calls(&w).await, 1);
    }

    async fn every_form_of_a_page_has_a_number_of_that_page(w: World) {
        let desk = w.as_(Role::Coordinator).await;
        let number = |page: &str| {
            let after = page.split(r#"name="_once" value=""#).nth(1).expect("a number");
            after.split('"').next().unwrap().to_owned()
        };
        let one = number(&desk.get("/consultations/new").await.expect(200).text);
        let two = number(&desk.get("/consultations/new").await.expect(200).text);
        assert!(one.len() >= 32 && one != two, "{one} {two}");
    }
}
