//! The words for what was done and to what: an event without a word here is shown by its code.

pub const VERBS: &[(&str, &str)] = &[
    ("view", "見た"),
    ("search", "さがした"),
    ("export", "ファイルに出した"),
    ("print", "印刷した"),
    ("enrol", "登録した"),
    ("create", "作った"),
    ("add", "加えた"),
    ("write", "書いた"),
    ("record", "記録した"),
    ("log", "記録した"),
    ("change", "変えた"),
    ("correct", "訂正した"),
    ("void", "取り消した"),
    ("end", "終えた"),
    ("end_all", "すべて終えた"),
    ("open", "始めた"),
    ("close", "終結にした"),
    ("reopen", "再開した"),
    ("judge", "判定した"),
    ("assign", "決めた"),
    ("propose", "担当の候補を見た"),
    ("request", "出した"),
    ("withdraw", "取り下げた"),
    ("hand_over", "引き継いだ"),
    ("handover", "引き継いだ"),
    ("done", "済みにした"),
    ("complete", "済みにした"),
    ("publish", "公表した"),
    ("import", "取り込んだ"),
    ("undo", "取り込みを戻した"),
    ("save", "下書きを保存した"),
    ("set", "設定した"),
    ("set_password", "パスワードを決めた"),
    ("invite", "案内を作った"),
    ("disable", "止めた"),
    ("enable", "使えるようにした"),
    ("fail", "失敗した"),
    ("verify", "検証した"),
    ("seal", "封じた"),
    ("join", "広げた"),
    ("leave", "せばめた"),
    ("consent", "同意を記録した"),
    ("restrict", "制限を付けた"),
    ("propose_move", "転出の引継ぎを申し出た"),
    ("accept", "受け入れた"),
    ("decline", "受け入れなかった"),
    ("review", "見直した"),
    ("unlink", "つながりを終えた"),
    ("finish", "済みにした"),
    ("promise", "約束した"),
    ("link", "つないだ"),
    ("check", "確かめた"),
    ("repair", "直した"),
    ("upload", "ファイルを受け取った"),
    ("discard", "捨てた"),
    ("drop", "捨てた"),
    ("refuse", "断った"),
    ("use", "使った"),
    ("revoke", "止めた"),
    ("enter", "入れた"),
    ("merge", "結合した"),
    ("unmerge", "結合を取り消した"),
    ("tell_apart", "別の人と確かめた"),
    ("decide", "決定した"),
    ("propose_disposal", "廃棄を提案した"),
    ("confirm", "確かめた"),
    ("dispose", "廃棄した"),
    ("promote", "台帳の記録にした"),
    ("extend", "期限を延ばした"),
    ("redact", "墨塗りを決めた"),
];

/// What an auditor looks for most often.
pub const KINDS: &[(&str, &str)] = &[
    ("emergency", "緊急閲覧だけ"),
    ("exports", "ファイルに出した・印刷しただけ"),
    ("failed", "失敗だけ（ログイン、緊急閲覧の入力）"),
];

const NOUNS: &[(&str, &str)] = &[
    ("client", "利用者の記録"),
    ("clients", "利用者の一覧"),
    ("duplicates", "同じ人かもしれない記録"),
    ("merges", "結合"),
    ("client_names", "氏名"),
    ("client_births", "出生"),
    ("client_residences", "住まい"),
    ("client_contacts", "連絡先"),
    ("client_cautions", "伝えるときの配慮"),
    ("client_whereabouts", "居場所"),
    ("client_timetables", "一週間の居場所"),
    ("client_carers", "保護者・介護者"),
    ("client_siblings", "きょうだい"),
    ("client_certificates", "手帳・受給者証"),
    ("client_diagnoses", "病名"),
    ("client_conditions", "からだの状態"),
    ("client_cares", "医療的ケア"),
    ("client_devices", "医療機器と電源"),
    ("client_physicians", "主治医"),
    ("client_enrolments", "園・学校"),
    ("client_allergies", "アレルギー"),
    ("care_score", "医療的ケア判定スコア"),
    ("looks", "閲覧の記録"),
    ("closure", "終結"),
    ("emergency", "緊急閲覧"),
    ("emergencies", "緊急閲覧の一覧"),
    ("api_token", "連携の鍵"),
    ("calendar_feed", "予定表の住所"),
    ("restriction", "制限"),
    ("move", "転出入の引継ぎ"),
    ("moves", "転出入の一覧"),
    ("consent", "同意"),
    ("team_member", "支援チーム"),
    ("family_link", "家族のアカウント"),
    ("consultation", "相談"),
    ("consultations", "相談の一覧"),
    ("case_note", "支援経過"),
    ("case_notes", "支援経過"),
    ("timeline", "相談と支援の経過"),
    ("follow_up", "次にすること"),
    ("assignment", "担当"),
    ("case_request", "新規ケースの依頼"),
    ("handover", "引継ぎ"),
    ("coordinator", "コーディネーター"),
    ("report", "統計"),
    ("snapshot", "公表した統計"),
    ("import", "取り込み"),
    ("draft", "下書き"),
    ("session", "ログイン"),
    ("sign_in", "ログイン"),
    ("account", "アカウント"),
    ("post", "職"),
    ("organisation", "機関"),
    ("setting", "設定"),
    ("audit", "監査の記録"),
    ("chain", "記録の鎖"),
    ("seals", "日報"),
    ("today", "きょうの画面"),
    ("assignments", "担当の一覧"),
    ("caseload", "担当の件数"),
    ("case_requests", "新規ケースの一覧"),
    ("follow_ups", "次にすることの一覧"),
    ("case_note_form", "支援経過の記入画面"),
    ("consultation_form", "相談の記入画面"),
    ("controller", "自治体・センター"),
    ("disclosure", "開示の写し"),
    ("database", "データベース"),
    ("transfer", "人事異動"),
    ("data_request", "開示等の請求"),
    ("data_requests", "開示等の請求の一覧"),
    ("use_stop", "利用停止"),
    ("disposal", "廃棄"),
    ("light_record", "事業だけの記録"),
    ("light_records", "事業だけの記録の一覧"),
    ("register_difference", "住民記録との差"),
    ("register_differences", "住民記録との差の一覧"),
    ("disposals", "保存期間と廃棄の一覧"),
    ("unowned", "だれもいなくなるケースの一覧"),
];

pub fn verb(code: &str) -> &str {
    find(VERBS, code)
}

pub fn noun(code: &str) -> &str {
    find(NOUNS, code)
}

fn find<'a>(words: &[(&'static str, &'static str)], code: &'a str) -> &'a str {
    words.iter().find(|(c, _)| *c == code).map_or(code, |(_, w)| w)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_stands_once_and_unknown_ones_stay_codes() {
        for words in [VERBS, NOUNS] {
            let codes: std::collections::BTreeSet<_> = words.iter().map(|w| w.0).collect();
            assert_eq!(codes.len(), words.len());
        }
        assert_eq!((verb("view"), noun("client")), ("見た", "利用者の記録"));
        assert_eq!(verb("juggle"), "juggle");
    }
}
