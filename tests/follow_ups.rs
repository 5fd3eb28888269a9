//! 次にすること: due, overdue, stalled, finished and handed over.

use kakehashi::access::Role;
use kakehashi::args;
use kakehashi::follow_ups;

use crate::consultations::{log, number, says};
use crate::support::{Answer, Seat, World};

both! {
    async fn nobody_is_told_to_call_about_a_closed_person(w: World) {
        let person = w.person("水野", "はると").await;
        let officer = w.as_(Role::Officer).await;
        let number = number(&person);
        let about = [("scope", "individual"), ("client", number.as_str())];
        log(&officer, &[&about[..], &[("next_what", "折り返し電話")]].concat()).await;
        assert!(says(&officer.get("/follow-ups").await, "折り返し電話"));
        w.exec(
            "insert into closures (id, client_id, kind, closed_on, recorded_at, recorded_by)
             values ('shut', $1, 'death', '2026-11-20', '2026-11-20T01:00:00.000Z', $2)",
            args![person.id, officer.actor.account_id],
        )
        .await;
        for list in ["mine", "office", "overdue", "stalled", "due"] {
            let answer = officer.get(&format!("/follow-ups?list={list}")).await.expect(200);
            assert!(!says(&answer, "折り返し電話") && !says(&answer, "水野"), "{list}");
        }
        assert!(says(&officer.get("/consultations").await, "終結"), "what happened still counts");
    }

    async fn a_promise_is_handed_over_with_its_history(w: World) {
        let officer = w.as_(Role::Officer).await;
        log(&officer, &[("next_what", "折り返し電話"), ("next_due", "2026-11-20")]).await;
        let list = officer.get("/follow-ups?list=due").await.expect(200);
        let at = list.text.find("href=\"/follow-ups/0").expect("the promise");
        let path: String = list.text[at + 6..].split('"').next().unwrap().to_owned();
        let hand = format!("{path}/hand-over");
        officer.post(&hand, &[("to", "no-such-record")]).await.expect(422);
        let nurse = w.as_(Role::Nurse).await;
        officer.post(&hand, &[("to", &nurse.actor.account_id), ("note", "夕方に")]).await.expect(303);
        assert!(!says(&officer.get("/follow-ups").await, "折り返し電話"));
        assert!(says(&nurse.get("/follow-ups").await, "折り返し電話"));
        let shown = nurse.get(&path).await.expect(200);
        assert!(says(&shown, "区の担当職員一 から 保健師一 へ") && says(&shown, "夕方に"), "{}", shown.text);
        nurse.post(&format!("{path}/done"), &[("outcome", "つながった")]).await.expect(303);
        assert!(!says(&nurse.get("/follow-ups").await, "折り返し電話"));
        assert!(says(&nurse.get("/follow-ups?list=done").await, "つながった"));
        nurse.post(&format!("{path}/done"), &[]).await.expect(409);
        let abroad = w.sign_in(Role::Officer, Seat::Abroad).await;
        abroad.get(&path).await.expect(404);
        abroad.post(&hand, &[("to", &abroad.actor.account_id)]).await.expect(404);
    }

    async fn overdue_and_stalled_promises_are_counted_and_listed(w: World) {
        let officer = w.as_(Role::Officer).await;
        log(&officer, &[("next_what", "期限つき"), ("next_due", "2026-11-20")]).await;
        log(&officer, &[("next_what", "期限なし")]).await;
        let stalled = async || officer_list(&w, "stalled").await;
        assert!(!says(&stalled().await, "期限つき</a>"));
        w.pass_minutes(13 * 24 * 60);
        assert!(!says(&stalled().await, "期限つき</a>"));
        assert!(says(&officer_list(&w, "overdue").await, "13日超過"));
        w.pass_minutes(24 * 60);
        let list = stalled().await;
        assert!(says(&list, "期限つき</a>") && !says(&list, "期限なし</a>"));
        w.pass_minutes(17 * 24 * 60);
        assert!(says(&stalled().await, "期限なし</a>"));
        let mut read = w.read(&w.actor(Role::Officer)).await;
        let n = follow_ups::counts(&mut read, None).await.unwrap();
        assert_eq!((n.open, n.due, n.overdue, n.stalled), (2, 1, 1, 2));
        let me = w.actor(Role::Nurse);
        let n = follow_ups::counts(&mut read, Some(&me.account_id)).await.unwrap();
        assert_eq!(n.open, 0);
        let until = w.actor(Role::Officer).today();
        let mine = w.actor(Role::Officer).account_id;
        let due = follow_ups::due(&mut read, &mine, until).await.unwrap();
        assert_eq!(due.iter().map(|f| f.what.as_str()).collect::<Vec<_>>(), ["期限つき"]);
    }
}

async fn officer_list(w: &World, which: &str) -> Answer {
    w.as_(Role::Officer).await.get(&format!("/follow-ups?list={which}")).await.expect(200)
}
