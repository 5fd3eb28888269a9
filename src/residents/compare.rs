//! One row of the register against the record of the person it is about.

use civil::Date;
use uuid::Uuid;

use crate::args;
use crate::audit::Event;
use crate::store::Tx;
use crate::visible;
use crate::web::{Error, Field, Form, Kind, Problems, Result, Values};

/// What a row of the file must say, as the import reads it.
pub fn form() -> Form {
    let fields = vec![
        Field::new("register_id", "宛名番号", Kind::Text(15)).required(),
        Field::new("municipality", "自治体コード", Kind::Text(6)),
        Field::new("family", "姓", Kind::Text(40)).required(),
        Field::new("given", "名", Kind::Text(40)),
        Field::new("family_kana", "姓のふりがな", Kind::Kana(60)),
        Field::new("given_kana", "名のふりがな", Kind::Kana(60)),
        Field::new("born_on", "生年月日", Kind::Date).required(),
        Field::new("event", "異動事由", Kind::Code("register_event")).required(),
        Field::new("happened_on", "異動日", Kind::Date).required(),
        Field::new("postal", "郵便番号", Kind::Text(10)),
        Field::new("address", "住所", Kind::Text(200)),
    ];
    Form::new("resident", "住民記録の一行", fields)
}

/// What no single cell can say; `code` is the ward's own 自治体コード.
pub fn check(v: &Values, today: Date, code: &str) -> std::result::Result<(), Problems> {
    let mut bad = Problems::default();
    if !v.text("register_id").bytes().all(|b| b.is_ascii_digit()) {
        bad.add("register_id", "宛名番号は、数字だけで入れてください");
    }
    if v.date("happened_on").is_some_and(|on| on > today) {
        bad.add("happened_on", "異動日が、きょうより先です。年と月を確かめてください");
    }
    if v.date("born_on").is_some_and(|on| on > today) {
        bad.add("born_on", "生年月日が、きょうより先です。年と月を確かめてください");
    }
    let municipality = v.text("municipality");
    if !municipality.is_empty() && !code.is_empty() && municipality != code {
        bad.add("municipality", "ほかの自治体の行です。自治体コードを確かめてください");
    }
    if bad.is_empty() { Ok(()) } else { Err(bad) }
}

/// 照合の結果.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nobody the actor knows; only counted.
    Unknown,
    /// Known, and nothing differs.
    Same,
    /// The first of the differences.
    Differs(String),
}

/// The person as the record has them today.
#[derive(Debug, crate::store::FromRow)]
struct Known {
    id: String,
    family: String,
    given: Option<String>,
    family_kana: String,
    given_kana: Option<String>,
    postal: Option<String>,
    address: Option<String>,
    closed: i64,
    linked: Option<String>,
}

macro_rules! known {
    ($which:literal) => {
        concat!(
            "select c.id, n.family, n.given, n.family_kana, n.given_kana, r.postal, r.address,
               (select count(*) from closures x where x.client_id = c.id
                 and x.reopened_at is null) as closed,
               (select min(l.register_id) from register_links l where l.client_id = c.id
                 and l.voided_at is null) as linked
             from clients c
             join client_names n on n.client_id = c.id and n.voided_at is null
               and n.valid_from <= $5 and (n.valid_until is null or n.valid_until > $5)
             left join client_births b on b.client_id = c.id and b.voided_at is null
               and b.valid_from <= $5 and (b.valid_until is null or b.valid_until > $5)
             left join client_residences r on r.client_id = c.id and r.voided_at is null
               and r.valid_from <= $5 and (r.valid_until is null or r.valid_until > $5)
             where c.controller_id = $2 and ",
            visible!("c.id", "identity"),
            $which
        )
    };
}

/// Differences of the row are proposed; nothing of the record changes.
pub async fn compare(tx: &mut Tx, v: &Values, import_id: &str) -> Result<Outcome> {
    let Some(who) = whose(tx, v).await? else { return Ok(Outcome::Unknown) };
    let mut first = None;
    for d in found(&who, v) {
        if let Some(id) = propose(tx, &who.id, v, import_id, &d).await? {
            first.get_or_insert(id);
        }
    }
    Ok(first.map_or(Outcome::Same, Outcome::Differs))
}

/// By 宛名番号; otherwise by name or reading and birth, and among several by address. Never a guess:
/// two people who fit, or a number that is somebody else's already, are nobody.
async fn whose(tx: &mut Tx, v: &Values) -> Result<Option<Known>> {
    let number = v.text("register_id");
    let sql = known!(
        " and exists (select 1 from register_links m where m.client_id = c.id
           and m.controller_id = $2 and m.register_id = $6 and m.voided_at is null)"
    );
    let linked: Option<Known> = tx.see_maybe(sql, args![number]).await?;
    if linked.is_some() {
        return Ok(linked);
    }
    let born = v.date("born_on").ok_or(Error::NotFound)?;
    let all: Vec<Known> =
        tx.see_all(known!(" and b.born_on = $6 order by c.id"), args![born]).await?;
    let mut fits: Vec<Known> =
        all.into_iter().filter(|k| k.linked.is_none() && k.is_called(v)).collect();
    if fits.len() > 1 {
        fits.retain(|k| same(k.address.as_deref().unwrap_or_default(), v.text("address")));
    }
    Ok(if fits.len() == 1 { fits.pop() } else { None })
}

/// Equal but for width, spaces and variants.
fn same(a: &str, b: &str) -> bool {
    !a.is_empty() && kana::search_key(a) == kana::search_key(b)
}

impl Known {
    fn is_called(&self, v: &Values) -> bool {
        let join = |a: &str, b: &str| format!("{a}{b}");
        let name = join(&self.family, self.given.as_deref().unwrap_or_default());
        let kana = join(&self.family_kana, self.given_kana.as_deref().unwrap_or_default());
        same(&name, &join(v.text("family"), v.text("given")))
            || same(&kana, &join(v.text("family_kana"), v.text("given_kana")))
    }
}

/// 差. (kind, label and words as the record has it, field and value as the register has it)
type Difference = (&'static str, Vec<(String, String)>, Vec<(String, String)>);

fn found(who: &Known, v: &Values) -> Vec<Difference> {
    let mut out: Vec<Difference> = vec![];
    let pair = |n: &str, t: &str| (n.to_owned(), t.to_owned());
    let text = |t: &Option<String>| t.clone().unwrap_or_default();
    if who.linked.is_none() {
        let id = v.text("register_id");
        out.push(("link", vec![pair("宛名番号", "")], vec![pair("register_id", id)]));
    }
    let event = v.text("event");
    if matches!(event, "death" | "moved_out") {
        if who.closed == 0 {
            let kind = if event == "death" { "death" } else { "moved_out" };
            out.push((kind, vec![pair("状態", "利用中")], vec![pair("kind", kind)]));
        }
        return out;
    }
    let renamed = who.family != v.text("family")
        || (v.is_given("given") && text(&who.given) != v.text("given"));
    if renamed {
        let kana = |field: &str, now: &str| match v.is_given(field) {
            true => v.text(field).to_owned(),
            false => now.to_owned(),
        };
        out.push((
            "name",
            vec![pair("姓", &who.family), pair("名", &text(&who.given))],
            vec![
                pair("family", v.text("family")),
                pair("given", if v.is_given("given") { v.text("given") } else { "" }),
                ("family_kana".into(), kana("family_kana", &who.family_kana)),
                ("given_kana".into(), kana("given_kana", &text(&who.given_kana))),
            ],
        ));
    }
    let address = v.text("address");
    if !address.is_empty() && !same(&text(&who.address), address) {
        out.push((
            "address",
            vec![pair("郵便番号", &text(&who.postal)), pair("住所", &text(&who.address))],
            vec![pair("postal", v.text("postal")), pair("address", address)],
        ));
    }
    out
}

/// Once: the same difference that waits already is not proposed again next month.
async fn propose(
    tx: &mut Tx,
    client: &str,
    v: &Values,
    import_id: &str,
    (kind, before, after): &Difference,
) -> Result<Option<String>> {
    let json = |pairs: &Vec<(String, String)>| serde_json::to_string(pairs).unwrap_or_default();
    let (before, after) = (json(before), json(after));
    let waits = "select count(*) from register_differences where client_id = $1 and kind = $2
                   and after = $3 and decision is null and voided_at is null";
    let (n,): (i64,) = tx.one(waits, args![client, *kind, after]).await?;
    if n > 0 {
        return Ok(None);
    }
    let (id, at, by) = (Uuid::now_v7().to_string(), tx.actor.at, tx.actor.account_id.clone());
    tx.exec(
        "insert into register_differences (id, client_id, import_id, register_id, kind,
           happened_on, before, after, recorded_at, recorded_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        args![
            id,
            client,
            import_id,
            v.text("register_id"),
            *kind,
            v.date("happened_on"),
            before,
            after,
            at,
            by
        ],
    )
    .await?;
    tx.record(Event::new("add", "register_difference", &id).about(client).fields(*kind)).await?;
    Ok(Some(id))
}

/// The undo of an import: what nobody has decided is withdrawn; what somebody took stays taken.
pub async fn take_back(tx: &mut Tx, import_id: &str, why: &str) -> Result<()> {
    let sql = "select count(*) from register_differences
               where import_id = $1 and decision is not null";
    let (decided,): (i64,) = tx.one(sql, args![import_id]).await?;
    if decided > 0 {
        let why = format!("取り消していません。もう確かめた差が{decided}件あります");
        return Err(Error::refused("", why));
    }
    let (at, by) = (tx.actor.at, tx.actor.account_id.clone());
    tx.exec(
        "update register_differences set voided_at = $2, voided_by = $3, void_reason = $4
         where import_id = $1 and voided_at is null",
        args![import_id, at, by, why],
    )
    .await?;
    Ok(())
}
