//! 一つの事業だけが知っている人: one office's, in no list, promoted without typing again.

use kakehashi::access::Role;
use kakehashi::args;

use crate::support::{Seat, World};

const PERSON: [(&str, &str); 7] = [
    ("programme", "newborn_visit"),
    ("family", "小春"),
    ("given", "ひなた"),
    ("family_kana", "こはる"),
    ("given_kana", "ひなた"),
    ("born_on", "令和8年9月1日"),
    ("sex", "female"),
];

both! {
    async fn only_the_office_that_holds_it_sees_it_until_it_is_promoted(w: World) {
        let nurse = w.as_(Role::Nurse).await;
        let made = nurse.post("/light-records", &PERSON).await.expect(303).location().to_owned();
        let folder = nurse.get(&made).await.expect(200).text;
        assert!(folder.contains("新生児訪問") && folder.contains("台帳の記録にする"), "{folder}");
        assert!(nurse.get("/light-records").await.expect(200).text.contains("小春"));
        // Not among the people of the registry, not on the lists of the first page.
        assert!(!nurse.get("/clients").await.expect(200).text.contains("小春"));
        assert!(!nurse.get("/").await.expect(200).text.contains("小春"));
        assert!(!nurse.get("/today/newborn").await.expect(200).text.contains("小春"));
        let found = nurse.post("/clients", &[("q", "小春")]).await.expect(200).text;
        assert!(found.contains("ひなた"), "its own office finds it");
        let other = w.sign_in(Role::Officer, Seat::Second).await;
        other.get(&made).await.expect(404);
        assert!(!other.post("/clients", &[("q", "小春")]).await.expect(200).text.contains("ひなた"));
        let twice = nurse.post("/light-records", &PERSON).await.expect(422).text;
        assert!(twice.contains("似た記録"), "{twice}");
        nurse.post(&format!("{made}/promote"), &[]).await.expect(303);
        other.get(&made).await.expect(200);
        assert!(nurse.get("/clients").await.expect(200).text.contains("小春"));
        assert!(!nurse.get("/light-records").await.expect(200).text.contains("小春"));
        assert!(nurse.get("/today/newborn").await.expect(200).text.contains("小春"));
        let typed = "select count(*) from client_names where family = '小春'";
        assert_eq!(w.count(typed, args![]).await, 1, "nothing was entered again");
        nurse.post(&format!("{made}/promote"), &[]).await.expect(422);
    }
}
