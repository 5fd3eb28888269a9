//! 時計: it jumps: over the turn of the fiscal year, onto 29 February, back during a session. What
//! was written keeps the day it was written on, nobody stays in who should not, chains verify.

use kakehashi::access::Role;
use kakehashi::args;
use kakehashi::audit;

use crate::consultations::{log, says};
use crate::support::World;

async fn day_of(w: &World, id: &str) -> String {
    let actor = w.system();
    let sql = "select occurred_on from consultations where id = $1";
    let (on,): (String,) = w.read(&actor).await.one(sql, args![id]).await.unwrap();
    on
}

async fn sound(w: &World) {
    let verdict = audit::verify(&mut w.read(&w.system()).await).await.unwrap();
    assert_eq!(verdict.breaks, Vec::<String>::new());
}

both! {
    async fn a_call_at_the_turn_of_the_year_belongs_to_its_own_day(w: World) {
        // 23:59:59 and 00:00:00 in Japan.
        for (at, said, on) in [
            ("2027-03-31T14:59:59.000Z", "2027-03-31 23:59", "2027-03-31"),
            ("2027-03-31T15:00:00.000Z", "2027-04-01 0:00", "2027-04-01"),
        ] {
            w.set_clock(at);
            let officer = w.as_(Role::Officer).await;
            let id = log(&officer, &[("occurred_at", said)]).await;
            assert_eq!(day_of(&w, &id).await, on);
            let year = if on < "2027-04-01" { "2026" } else { "2027" };
            let list = officer.get(&format!("/consultations?fiscal_year={year}")).await;
            assert!(list.status < 500, "{}", list.text);
        }
        sound(&w).await;
    }

    async fn the_29th_of_february_is_a_day_like_another(w: World) {
        w.set_clock("2028-02-29T03:00:00.000Z");
        let officer = w.as_(Role::Officer).await;
        let id = log(&officer, &[("occurred_at", "2028-02-29 11:00")]).await;
        assert_eq!(day_of(&w, &id).await, "2028-02-29");
        let wrong = [("occurred_at", "2027-02-29 11:00")];
        let sent = crate::consultations::with(&wrong);
        officer.post("/consultations/new", &sent).await.expect(422);
        for page in ["/", "/clients", "/consultations", "/follow-ups"] {
            officer.get(page).await.expect(200);
        }
        sound(&w).await;
    }

    async fn a_clock_that_is_put_back_during_a_session_harms_nothing(w: World) {
        let officer = w.as_(Role::Officer).await;
        let id = log(&officer, &[]).await;
        w.pass_minutes(-90);
        // Still the same session; what was written is still there; the form may not lie ahead.
        officer.get("/").await.expect(200);
        assert!(says(&officer.get(&format!("/consultations/{id}")).await.expect(200), "巡回相談"));
        let again = log(&officer, &[("occurred_at", "2026-11-20 8:00")]).await;
        assert_ne!(id, again);
        sound(&w).await;
    }

    async fn a_session_ends_by_the_clock_also_when_it_is_remembered(w: World) {
        let officer = w.as_(Role::Officer).await;
        officer.get("/").await.expect(200);
        let day = "update accounts set leaves_on = '2026-11-21' where id = $1";
        w.exec(day, args![w.actor(Role::Officer).account_id]).await;
        officer.get("/").await.expect(200);
        // Midnight in Japan: nothing is written, and the account's last day is over.
        w.set_clock("2026-11-20T15:00:00.000Z");
        officer.get("/").await.expect(303);
    }

    async fn what_is_remembered_ends_with_the_change(w: World) {
        let officer = w.as_(Role::Officer).await;
        officer.get("/clients").await.expect(200);
        w.person("新井", "一").await;
        let one = officer.get("/clients").await.expect(200);
        w.person("新井", "二").await;
        let two = officer.get("/clients").await.expect(200);
        let total = |answer: &crate::support::Answer| {
            let from = answer.text.split("id=\"rows\">").nth(1).unwrap();
            from.split('人').next().unwrap().parse::<i64>().unwrap()
        };
        assert_eq!(total(&two), total(&one) + 1, "the total of the list follows at once");
        let stop = "update accounts set disabled_at = $2 where id = $1";
        w.exec(stop, args![w.actor(Role::Officer).account_id, w.system().at]).await;
        officer.get("/clients").await.expect(303);
    }
}
