//! 矛盾の点検 (`kakehashi check`): what the data must agree on with itself. Each rule names the rows
//! that break it by table and id, never by what they say, and what somebody does about it.

mod rules;

use crate::access::AccessTable;
use crate::audit::seal::{FILE, Sealed};
use crate::clients::parts;
use crate::records::tables;
use crate::store::schema::schema;
use crate::store::{Read, Sql};
use crate::web::{App, Error, Result};
use crate::{args, audit, disclosures, disposals, imports, reports, store};

/// 矛盾. What breaks which rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub check: &'static str,
    /// Table and id, or the file.
    pub what: String,
}

/// 確かめること. Its id for scripts, its title, and what somebody does about a finding.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    pub id: &'static str,
    pub title: &'static str,
    pub todo: &'static str,
}

const ASK: &str = "データベースの写しを取り、システム管理者に知らせてください";
const MEND: &str = "利用者のページでその行を開き、訂正か取り消しをしてください";

/// Those that are not a statement; the others stand in `rules`.
const OTHERS: &[Check] = &[
    Check { id: "references", title: "参照先のない行", todo: ASK },
    Check { id: "overlaps", title: "期間の重なる行", todo: MEND },
    Check { id: "numbers", title: "検査数字の合わない利用者番号", todo: MEND },
    Check { id: "disposed", title: "廃棄したのに残っている行", todo: ASK },
    Check { id: "lines", title: "元の記録と違う一覧の一行", todo: ASK },
    Check { id: "tables", title: "一覧にない表と列", todo: ASK },
    Check { id: "chains", title: "記録の鎖の切れ目", todo: ASK },
    Check { id: "seals", title: "封印と違う記録", todo: ASK },
    Check {
        id: "files",
        title: "読めない設定ファイル",
        todo: "ファイルの名前と行を見て、自治体の設定を直してください",
    },
];

/// Every check, in the order in which they are told.
pub fn all() -> impl Iterator<Item = Check> {
    OTHERS.iter().copied().chain(rules::RULES.iter().map(|r| r.check))
}

/// Everything that is wrong; nothing is changed.
pub async fn check(app: &App, read: &mut Read) -> Result<Vec<Finding>> {
    let mut out = vec![];
    let mut add = |check: &'static str, found: Vec<String>| {
        out.extend(found.into_iter().map(|what| Finding { check, what }));
    };
    add("references", store::broken_references(read).await?);
    add("overlaps", parts::overlaps(read).await?);
    add("numbers", numbers(read).await?);
    add("disposed", disposed(read).await?);
    let lines = store::differing_lines(read).await?;
    add("lines", lines.into_iter().map(|id| format!("client_lines: {id}")).collect());
    add("tables", tables::differences(&schema(read).await?));
    add("chains", audit::verify(read).await?.breaks);
    add("seals", seals(app, read).await?);
    add("files", files(app));
    for rule in rules::RULES {
        add(rule.check.id, broken(read, rule.table, rule.sql).await?);
    }
    Ok(out)
}

async fn broken(read: &mut Read, table: &str, sql: &'static str) -> Result<Vec<String>> {
    let rows: Vec<(String,)> = read.all(sql, args![]).await?;
    Ok(rows.into_iter().map(|(id,)| format!("{table}: {id}")).collect())
}

/// Numbers of people that stand as text in a folder.
async fn numbers(read: &mut Read) -> Result<Vec<String>> {
    let sql = "select id, sibling_number from client_siblings
               where coalesce(sibling_number, '') <> '' and voided_at is null order by id";
    let rows: Vec<(String, String)> = read.all(sql, args![]).await?;
    let bad = rows.into_iter().filter(|(_, n)| kana::ClientNumber::parse(n).is_err());
    Ok(bad.map(|(id, _)| format!("client_siblings: {id}")).collect())
}

/// Rows about somebody whose disposal is over.
async fn disposed(read: &mut Read) -> Result<Vec<String>> {
    let mut out = vec![];
    for t in tables::all().iter().filter(|t| !t.stays_on_disposal && t.parent.is_none()) {
        let sql = format!(
            "select count(*) from {} x where x.\"{}\" in (select i.client_id from disposal_items i
               where i.disposed_at is not null)",
            t.name, t.by
        );
        let (n,): (i64,) = read.one(Sql::built(sql), args![]).await?;
        if n > 0 {
            out.push(format!("{}: {n}行", t.name));
        }
    }
    Ok(out)
}

/// What was sealed outside the database, where this machine keeps it.
async fn seals(app: &App, read: &mut Read) -> Result<Vec<String>> {
    let Some(path) = app.config.seals.as_ref().map(|dir| dir.join(FILE)) else {
        return Ok(vec![]);
    };
    if !path.exists() {
        return Ok(vec![]);
    }
    match Sealed::open(&path) {
        Ok(file) => Ok(audit::compare(read, &file).await?),
        Err(e) => Ok(vec![format!("{} を読めません: {e}", path.display())]),
    }
}

/// The data files of the program and the municipality's over them.
fn files(app: &App) -> Vec<String> {
    let mut out = vec![];
    let said = |e: Error| match e {
        Error::Refused(bad) => bad.0.into_iter().map(|(_, m)| m).collect::<Vec<_>>().join(" "),
        _ => "読めません".to_owned(),
    };
    out.extend(AccessTable::official().err());
    let catalogue = reports::Catalogue::load(&app.codes, app.config.city.as_deref());
    out.extend(catalogue.checked().err());
    out.extend(imports::layouts(app).err().map(said));
    out.extend(disclosures::Terms::of(app).err().map(said));
    out.extend(disposals::Retention::of(app).err().map(said));
    out
}
