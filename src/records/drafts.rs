//! 書きかけの下書き about a person: nobody has sent them, but the office holds them.

use super::disclose::Answer;
use crate::clients::{Summary, enrol, parts};
use crate::store::{Read, Tx};
use crate::web::{App, Entry, Form, Result, said};
use crate::{args, case_notes, consultations, visible};

type Row = (String, String, String, String, String);

/// A row a draft: every word of it may be somebody else's.
pub(super) async fn rows(read: &mut Read, app: &App, client: &Summary) -> Result<Vec<Vec<Answer>>> {
    let number = client.number.to_string();
    let found: Vec<Row> = read
        .see_all(
            concat!(
                "select d.form, d.subject, d.body, d.saved_at, a.name from drafts d
                 join accounts a on a.id = d.account_id
                 where (d.subject = $6 or d.subject like $7 or d.body like $8
                     or d.subject in (select k.id from consultations k where k.client_id = $6
                       union all select m.id from case_notes m where m.client_id = $6
                       union all select g.id from assignments g where g.client_id = $6
                       union all select f.id from follow_ups f where f.client_id = $6))
                   and $1 = 'controller' and ",
                visible!("cast($6 as text)", "identity"),
                " order by d.saved_at, d.form, d.subject"
            ),
            args![client.id, format!("{number}%"), format!("%\"{number}\"%")],
        )
        .await?;
    Ok(found.into_iter().map(|row| draft(row, app)).collect())
}

fn draft((form, subject, body, saved_at, author): Row, app: &App) -> Vec<Answer> {
    let known = known(&form, app);
    let key = format!("drafts:{form},{subject}");
    let entry = Entry(serde_json::from_str(&body).unwrap_or_default());
    let plain = |column: &str, label: &str, value: String| Answer {
        column: column.to_owned(),
        label: label.to_owned(),
        value,
        ..Answer::default()
    };
    let title = known.as_ref().map_or(form.clone(), |f| f.title.to_owned());
    let mut out = vec![
        plain("form", "入力用紙", title).at(&key),
        plain("author", "書いている人", author).at(&key),
        plain("saved_at", "保存した日時", said::moment(&saved_at)).at(&key),
    ];
    for (n, (name, value)) in entry.0.iter().filter(|(_, v)| !v.trim().is_empty()).enumerate() {
        let field = known.as_ref().and_then(|f| f.field(name));
        let words = field.map_or(value.clone(), |f| parts::words(f, value, &app.codes));
        let label = field.map_or(name.as_str(), |f| f.label);
        let answer = plain(&format!("{name}-{n}"), label, words);
        out.push(Answer { third: true, ..answer }.at(&key));
    }
    out
}

/// The form a draft is of, where its words are known.
fn known(id: &str, app: &App) -> Option<Form> {
    let part = parts::all().iter().map(|p| &p.form).find(|f| f.id == id);
    let forms = [
        consultations::log::form(),
        consultations::correct::form(),
        case_notes::write::form(&app.codes),
        case_notes::correct::form(&app.codes),
        enrol::form(),
    ];
    part.cloned().or_else(|| forms.into_iter().find(|f| f.id == id))
}

/// What is being typed about a person who is disposed of goes too.
pub async fn forget(tx: &mut Tx, client_id: &str, number: i64) -> Result<()> {
    let number = kana::ClientNumber::from_row(number).to_string();
    tx.exec(
        "delete from drafts where subject = $1 or subject like $2 or body like $3",
        args![client_id, format!("{number}%"), format!("%\"{number}\"%")],
    )
    .await?;
    Ok(())
}
