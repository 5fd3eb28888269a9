//! The people of the walk: each stands differently to the first seat of every role, and everything
//! known about a person carries a mark that says whose it is and of which category.

mod feeds;
mod keeping;
mod ledger;
mod programmes;
mod work;

pub use feeds::feed;

use kakehashi::access::Role;
use kakehashi::args;
use kakehashi::audit::Event;
use kakehashi::clients::parts;
use kakehashi::store::{Arg, Sql, Tx};
use kakehashi::web::Kind;

use crate::support::{ABROAD, HOME, Seat, World};

/// Numbers of people; from `UNNAMED` on, consultations that name nobody.
pub const PEOPLE: [usize; 18] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18];
pub const UNNAMED: [usize; 5] = [31, 32, 33, 34, 35];
/// In the trash of the ward, and of its neighbour.
const THROWN: [usize; 2] = [24, 25];
pub const CATEGORIES: [&str; 5] = ["identity", "family", "care", "consultation", "plan"];

/// 1 team, consent for all, parent; 2 consent for identity only; 3 no consent; 4 team ended;
/// 5 consent without team; 6 the neighbouring ward's, team and consent; 7 nobody's; 8 the
/// neighbouring ward's; 9 closed; 10 hidden address; 11 consent for everything
/// but who it is; 12 an address hidden from the team too; 13 closed, consent for identity only;
/// 14 opened in an emergency, with a hidden address; 15 use stopped for all but the staff; 16 known
/// to one programme of another office; 17 use stopped for all but staff and team; 18 the
/// neighbouring ward's and closed. A question about 3 is read by an adviser who is not told whose
/// it is.
fn in_team(n: usize) -> bool {
    matches!(n, 1 | 2 | 3 | 6 | 9..=13 | 15..=17)
}

fn agreed(n: usize, category: &str) -> bool {
    match n {
        2 | 13 => category == "identity",
        11 => category != "identity",
        1 | 4 | 5 | 6 | 9 | 10 | 12 | 15 | 16 | 17 => true,
        _ => false,
    }
}

pub fn abroad(n: usize) -> bool {
    matches!(n, 6 | 8 | 18 | 25 | 34)
}

/// Who has opened person 14 in an emergency.
pub const CALLED: [Role; 3] = [Role::Coordinator, Role::Operator, Role::Hospital];
pub const IN_EMERGENCY: usize = 14;

/// What an emergency opens, by hand.
pub fn may_see_in_emergency(n: usize, category: &str) -> bool {
    n == IN_EMERGENCY && matches!(category, "identity" | "family" | "care")
}

/// The rules by hand: may the role's first seat see this category of this person?
pub fn may_see(role: Role, n: usize, category: &str) -> bool {
    if UNNAMED.contains(&n) {
        return category == "consultation"
            && match role {
                Role::Officer | Role::Nurse => !abroad(n),
                Role::Coordinator => n == 32,
                Role::Hospital => n == 35,
                _ => false,
            };
    }
    match role {
        _ if n == 16 => false,
        Role::Officer | Role::Nurse => !abroad(n),
        Role::Coordinator => !abroad(n) && in_team(n) && n != 15,
        _ if matches!(n, 15 | 17) => false,
        Role::Operator | Role::Hospital | Role::School => in_team(n) && agreed(n, category),
        Role::Family => n == 1,
        _ => false,
    }
}

/// The mark of a category in everything known about a person.
pub fn mark(n: usize, category: &str) -> String {
    let letter = match category {
        "identity" => "名",
        "family" => "家",
        "care" => "医",
        "plan" => "計",
        "address" => "住",
        _ => "相",
    };
    format!("秘{n}号{letter}")
}

/// By which the family is called: hidden together with the address.
pub fn phone(n: usize) -> String {
    format!("03-0000-{n:04}")
}

/// Whether the role's first seat may know where the person lives.
pub fn may_find(role: Role, n: usize) -> bool {
    match (role, n) {
        (Role::Officer | Role::Nurse, _) => true,
        (Role::Coordinator, 10) => true,
        _ => !matches!(n, 10 | 12 | 14),
    }
}

/// Fills a world with what `keep` allows; with everything, or with what one actor may see.
pub async fn settle(w: &World, keep: impl Fn(usize, &str) -> bool) {
    let mut tx = w.write(&w.system()).await;
    for seat in Seat::ALL {
        coordinator(w, &mut tx, seat).await;
    }
    for role in Role::ALL {
        feeds::calendar(w, &mut tx, role).await;
    }
    work::adviser(w, &mut tx).await;
    for controller in [HOME, ABROAD] {
        put(
            &mut tx,
            "insert into organisations (id, controller_id, kind, name)
             values ($1, $2, 'centre', '空の窓口')",
            args![format!("org-empty-{controller}"), controller],
        )
        .await;
    }
    for n in PEOPLE {
        let mut ward = Ward { w, tx: &mut tx, n };
        if !CATEGORIES.iter().any(|c| keep(n, c)) {
            ward.asked_about().await;
            continue;
        }
        ward.client().await;
        ward.relations().await;
        for part in parts::all().iter().filter(|p| keep(n, p.category)) {
            ward.part(part).await;
        }
        if keep(n, "family") {
            ward.found_by_phone().await;
        }
        if keep(n, "care") {
            ward.score().await;
        }
        if keep(n, "identity") {
            ward.found_by().await;
        }
        if keep(n, "consultation") {
            ward.consultation(Some(format!("client-{n}"))).await;
            ward.note().await;
        }
        if keep(n, "plan") {
            ward.ledger().await;
        }
        ward.question().await;
        ward.assignment().await;
        ward.left().await;
    }
    for n in THROWN.into_iter().filter(|n| keep(*n, "identity")) {
        Ward { w, tx: &mut tx, n }.thrown().await;
    }
    for n in UNNAMED.into_iter().filter(|n| keep(*n, "consultation")) {
        let mut ward = Ward { w, tx: &mut tx, n };
        ward.consultation(None).await;
        ward.left_unnamed().await;
    }
    keeping::disposals(w, &mut tx).await;
    ledger::contract(w, &mut tx).await;
    if keep(1, "identity") && keep(8, "identity") {
        keeping::distinction(w, &mut tx).await;
    }
    put(&mut tx, "update client_numbers set last = 50", args![]).await;
    tx.record(Event::new("prepare", "world", "")).await.unwrap();
    tx.commit().await.unwrap();
}

async fn put(tx: &mut Tx, sql: &str, args: &[Arg<'_>]) {
    tx.exec(Sql::built(sql), args).await.unwrap_or_else(|e| panic!("{e}: {sql}"));
}

async fn coordinator(w: &World, tx: &mut Tx, seat: Seat) {
    let a = w.seated(Role::Coordinator, seat);
    put(
        tx,
        "insert into coordinators (id, account_id, organisation_id, areas, training, valid_from,
           recorded_at, recorded_by) values ($1, $1, $2, 'east', 'done', '2026-04-01', $3, $1)",
        args![a.account_id, a.organisation_id, a.at],
    )
    .await;
}

const FROM: &str = "2026-05-01";
const AT: &str = "2026-11-02T01:00:00.000Z";
const ON: &str = "2026-11-02";
const LONG_AGO: &str = "2026-05-02T01:00:00.000Z";

struct Ward<'a> {
    w: &'a World,
    tx: &'a mut Tx,
    n: usize,
}

impl Ward<'_> {
    fn id(&self, noun: &str) -> String {
        format!("{noun}-{}", self.n)
    }

    fn seat(&self) -> Seat {
        if abroad(self.n) { Seat::Abroad } else { Seat::First }
    }

    fn officer(&self) -> String {
        self.w.seated(Role::Officer, self.seat()).account_id
    }

    async fn client(&mut self) {
        let (id, n, by) = (self.id("client"), self.n as i64, self.officer());
        put(
            self.tx,
            "insert into clients (id, number, controller_id, enrolled_on, enrolled_at, enrolled_by)
             values ($1, $2, $3, $4, $5, $6)",
            args![id, n, self.seat().controller(), "2026-11-15", AT, by],
        )
        .await;
        self.asked(&id, &by).await;
        if matches!(self.n, 9 | 13 | 18) {
            put(
                self.tx,
                "insert into closures (id, client_id, kind, closed_on, recorded_at, recorded_by)
                 values ($1, $2, 'moved_out', $3, $4, $5)",
                args![format!("closure-{n}"), id, ON, AT, by],
            )
            .await;
        }
        if matches!(self.n, 7 | 8) {
            self.moves(&id, &by).await;
        }
        self.emergencies(&id).await;
        if matches!(self.n, 10 | 12 | 14) {
            let shown_to = if self.n == 10 { "team" } else { "staff" };
            put(
                self.tx,
                "insert into restrictions (id, client_id, kind, shown_to, valid_from, recorded_at,
                   recorded_by) values ($1, $2, 'address_hidden', $3, $4, $5, $6)",
                args![self.id("restriction"), id, shown_to, FROM, AT, by],
            )
            .await;
        }
    }

    async fn relations(&mut self) {
        for role in [Role::Operator, Role::Hospital, Role::School, Role::Coordinator] {
            if in_team(self.n) || self.n == 4 {
                self.member(role, (self.n == 4).then_some("2026-10-01")).await;
            }
            if role != Role::Coordinator {
                self.consent(role).await;
            }
        }
        if matches!(self.n, 1 | 4) {
            let until = (self.n == 4).then_some("2026-10-01");
            put(
                self.tx,
                "insert into family_links (id, account_id, client_id, relation, valid_from,
                   valid_until, recorded_at, recorded_by) values ($1, $2, $3, 'mother', $4, $5, $6,
                   $2)",
                args![
                    self.id("link"),
                    self.w.actor(Role::Family).account_id,
                    self.id("client"),
                    FROM,
                    until,
                    AT
                ],
            )
            .await;
        }
    }

    async fn member(&mut self, role: Role, until: Option<&str>) {
        let a = self.w.actor(role);
        put(
            self.tx,
            "insert into team_members (id, client_id, organisation_id, account_id, role,
               valid_from, valid_until, recorded_at, recorded_by)
             values ($1, $2, $3, $4, 'other', $5, $6, $7, $4)",
            args![
                format!("team-{}-{}", self.n, role.code()),
                self.id("client"),
                a.organisation_id,
                a.account_id,
                FROM,
                until,
                AT
            ],
        )
        .await;
    }

    async fn consent(&mut self, role: Role) {
        let id = format!("consent-{}-{}", self.n, role.code());
        let categories: Vec<_> = CATEGORIES.into_iter().filter(|c| agreed(self.n, c)).collect();
        if categories.is_empty() {
            return;
        }
        put(
            self.tx,
            "insert into consents (id, client_id, purpose, recipient_id, valid_from, valid_until,
               given_by, given_on, recorded_at, recorded_by)
             values ($1, $2, 'support', $3, $4, '2026-11-25', '母', $4, $5, $6)",
            args![
                id,
                self.id("client"),
                self.w.actor(role).organisation_id,
                FROM,
                AT,
                self.officer()
            ],
        )
        .await;
        for category in categories {
            put(
                self.tx,
                "insert into consent_categories (consent_id, category) values ($1, $2)",
                args![id, category],
            )
            .await;
        }
    }

    /// A row of a part of the folder with every field answered.
    async fn part(&mut self, part: &parts::Part) {
        let word = match part.hidden_by {
            Some(_) => mark(self.n, "address"),
            None => mark(self.n, part.category),
        };
        let (mut names, mut values) = (vec![], vec![]);
        for field in &part.form.fields {
            let list = |l: &str| self.w.app.codes.list(l)[0].id.clone();
            let text = |s: String| Arg::Text(Some(s.into()));
            values.push(match field.kind {
                Kind::Number { min, .. } => Arg::Int(Some(min)),
                Kind::Yes => Arg::Int(Some(1)),
                Kind::Code("whereabouts") => text("hospital".into()),
                Kind::Code("device_kind") | Kind::Select("device_kind") => {
                    text("ventilator".into())
                }
                Kind::Code(l) | Kind::Select(l) | Kind::Codes(l) => text(list(l)),
                Kind::Date if field.name == "born_on" && self.n.is_multiple_of(2) => {
                    text("2026-11-01".into())
                }
                Kind::Date if field.name == "born_on" => text("2021-04-02".into()),
                Kind::Date if field.name == "checked_on" => text("2025-01-01".into()),
                Kind::Date => text("2026-11-25".into()),
                Kind::Time => text("09:00".into()),
                Kind::Kana(_) => text("ひみつ".into()),
                _ if field.name == "sibling_number" => text(self.sibling()),
                Kind::Phone if matches!(part.id, "contact" | "carer") => text(phone(self.n)),
                Kind::Phone => text(format!("03-9999-{:04}", self.n)),
                _ => text(word.clone()),
            });
            names.push(format!("\"{}\"", field.name));
        }
        let places: Vec<_> = (6..6 + names.len()).map(|n| format!("${n}")).collect();
        let sql = format!(
            "insert into {} (id, client_id, valid_from, recorded_at, recorded_by, {})
             values ($1, $2, $3, $4, $5, {})",
            part.table,
            names.join(", "),
            places.join(", ")
        );
        let (id, client, by) = (self.id(part.id), self.id("client"), self.officer());
        let mut all = args![id, client, FROM, AT, by].to_vec();
        all.extend(values);
        put(self.tx, &sql, &all).await;
    }

    /// Person 1 and everybody else are siblings, by the printed number.
    fn sibling(&self) -> String {
        kana::ClientNumber::from_row(if self.n == 1 { 2 } else { 1 }).to_string()
    }

    async fn found_by_phone(&mut self) {
        put(
            self.tx,
            "insert into client_search (key, client_id, kind) values ($1, $2, 'phone')",
            args![kana::phone_key(&phone(self.n)), self.id("client")],
        )
        .await;
    }

    async fn score(&mut self) {
        let word = mark(self.n, "care");
        put(
            self.tx,
            "insert into care_scores (id, client_id, base_judged_by, base_judged_on, base_judge,
               base_points, watch_points, table_since, valid_from, recorded_at, recorded_by)
             values ($1, $2, 'physician', $3, $4, 10, 0, '2021-04-01', $3, $5, $6)",
            args![self.id("score"), self.id("client"), FROM, word, AT, self.officer()],
        )
        .await;
        put(
            self.tx,
            "insert into care_score_rows (care_score_id, code) values ($1, 'ventilator')",
            args![self.id("score")],
        )
        .await;
    }

    /// When something was last heard of a person.
    fn when(&self) -> (&'static str, &'static str) {
        if matches!(self.n, 2 | 5 | 11) { (LONG_AGO, "2026-05-02") } else { (AT, ON) }
    }

    fn first(&self, list: &str) -> String {
        self.w.app.codes.list(list)[0].id.clone()
    }
}
