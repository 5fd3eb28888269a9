//! 書きかけ: what the actor began to write and has not sent.

use crate::args;
use crate::clients;
use crate::store::Read;
use crate::web::{Result, said};

/// 書きかけの入力.
#[derive(Clone, Debug)]
pub struct Unfinished {
    pub title: &'static str,
    pub href: String,
    pub saved: String,
}

/// (form, its title, where it goes on): `{subject}` is the draft's subject, `{client}` the number
/// of the person whose id the subject is.
const FORMS: &[(&str, &str, &str)] = &[
    ("consultation", "相談の記録", "/consultations/new?draft={subject}"),
    ("consultation-correct", "相談の訂正", "/consultations/{subject}/correct"),
    ("case-note", "支援経過の記録", "/clients/{client}/notes/new"),
    ("case-note-correct", "支援経過の訂正", "/case-notes/{subject}/correct"),
    ("case-request", "担当の依頼", "/clients/{client}/request"),
    ("hand-over", "担当の引継ぎ", "/assignments/{subject}/hand-over"),
    ("enrol", "利用者の登録", "/clients/new"),
];

/// The latest first; drafts whose page is not known here are left to their own pages.
pub async fn unfinished(read: &mut Read) -> Result<Vec<Unfinished>> {
    let account = read.actor.account_id.clone();
    let rows: Vec<(String, String, String)> = read
        .all(
            "select form, subject, saved_at from drafts where account_id = $1
             order by saved_at desc limit 20",
            args![account],
        )
        .await?;
    let mut out = vec![];
    for (form, subject, at) in rows {
        let Some((_, title, to)) = FORMS.iter().find(|(id, ..)| *id == form) else { continue };
        let mut href = to.replace("{subject}", &crate::access::escape(&subject));
        if href.contains("{client}") {
            // The subject begins with the person's id, whatever the form adds to it.
            let id: String = subject.chars().take(36).collect();
            let Some(client) = clients::see_by_id(read, &id).await? else { continue };
            href = href.replace("{client}", &client.number.to_string());
        }
        out.push(Unfinished { title, href, saved: said::moment(&at) });
    }
    Ok(out)
}
