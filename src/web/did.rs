//! したこと: what the form before a page did, said by whatever page it leads to, with the action that
//! takes it back. The address carries the name of the action and an id, nothing else.

/// したこと.
#[derive(Clone, Debug, PartialEq)]
pub struct Did {
    pub said: &'static str,
    /// What the button says; "" where nothing takes it back.
    pub back: &'static str,
    pub action: &'static str,
    pub id: String,
}

/// (action, what the page says, what the button says). `src/reversals` takes each of them back.
const DONE: &[(&str, &str, &str)] = &[
    ("enrol", "利用者を登録しました。", "登録を取り消す"),
    ("part-add", "台帳に記録しました。", "いまの記録を取り消す"),
    ("part-end", "終わりにしました。", "終わりにしたのを取り消す"),
    ("part-void", "まちがいとして取り消しました。", "取り消す前に戻す"),
    ("close", "終結にしました。", "終結を取り消す"),
    ("note", "支援経過を登録しました。", "登録を取り消す"),
    ("note-void", "支援経過を取り消しました。", "取り消す前に戻す"),
    ("consultation", "相談を登録しました。", "登録を取り消す"),
    ("consultation-void", "相談を取り消しました。", "取り消す前に戻す"),
    ("follow-done", "すんだことにしました。", "まだすんでいないことに戻す"),
    ("trash", "記録をごみ箱に入れました。", "ごみ箱から戻す"),
    ("undone", "取り消しました。", ""),
    ("restored", "もとに戻しました。", ""),
];

impl Did {
    /// Of `?did=part-add.residence.0198...`; anything else says nothing.
    pub fn read(query: &str) -> Option<Self> {
        let text = query.split('&').find_map(|pair| pair.strip_prefix("did="))?;
        let (action, id) = text.split_once('.').unwrap_or((text, ""));
        let plain = id.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c));
        let (action, said, back) = DONE.iter().find(|(a, ..)| *a == action && plain)?;
        Some(Self { said, back, action, id: id.to_owned() })
    }
}

/// The address of a page that says what was done.
pub fn did(path: &str, action: &str, id: &str) -> String {
    let sign = if path.contains('?') { '&' } else { '?' };
    match id {
        "" => format!("{path}{sign}did={action}"),
        id => format!("{path}{sign}did={action}.{id}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_is_said_and_nothing_else() {
        let address = did("/clients/M-00019/parts/care?on=1", "part-add", "care.0198-ab");
        let query = address.split_once('?').unwrap().1;
        let said = Did::read(query).unwrap();
        assert_eq!((said.action, said.id.as_str()), ("part-add", "care.0198-ab"));
        assert_eq!(Did::read("did=undone").unwrap().back, "");
        assert_eq!(Did::read("did=note.%3Cb%3E"), None);
        assert_eq!(Did::read("did=other.1"), None);
    }
}
