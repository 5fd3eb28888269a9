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
    ("ask", "たずねた"),
    ("answer", "答えた"),
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
    ("save", "保存した"),
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
    ("take_back", "直後に取り消した"),
    ("restore", "元に戻した"),
    ("trash", "ごみ箱に入れた"),
    ("unmerge", "結合を取り消した"),
    ("tell_apart", "別の人と確かめた"),
    ("decide", "決定した"),
    ("propose_disposal", "廃棄を提案した"),
    ("confirm", "確かめた"),
    ("dispose", "廃棄した"),
    ("promote", "台帳の記録にした"),
    ("extend", "期限を延ばした"),
    ("redact", "墨塗りを決めた"),
    ("book", "予約した"),
    ("expire", "期限が過ぎて戻した"),
    ("replace", "実績にした"),
    ("report", "報告した"),
    ("apply", "受け付けた"),
    ("assess", "審査した"),
    ("return", "差し戻した"),
    ("approve", "承認した"),
    ("add_line", "明細を加えた"),
    ("void_line", "明細を取り消した"),
    ("void_step", "手順を取り消した"),
    ("set_deadline", "期限を決めた"),
    ("void_deadline", "期限を取り消した"),
    ("pay", "支払を記録した"),
    ("repay", "返還を記録した"),
    ("settle", "額を確定した"),
    ("register", "登録した"),
    ("prove", "パスワードで確かめた"),
    ("ask_password", "パスワードの決め直しを求めた"),
    ("advance", "次の段階に進めた"),
    ("begin", "始めた"),
    ("remove", "やめた"),
    ("issue", "発行した"),
    ("lock", "画面を閉じた"),
    ("hold", "預かった"),
    ("release", "返した"),
    ("take", "引き取った"),
    ("read", "読んだ"),
    ("index", "作り直した"),
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
    ("trash", "ごみ箱"),
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
    ("question", "助言を求める質問"),
    ("questions", "質問の一覧"),
    ("adviser", "助言者"),
    ("knowledge", "知識メモ"),
    ("code", "コード表"),
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
    ("ledger", "利用と残り"),
    ("ledgers", "事業ごとの残り"),
    ("ledger_entry", "予約と実績"),
    ("usage", "実績報告の一覧"),
    ("usage_month", "一か月の実績報告"),
    ("application", "事業の申請"),
    ("applications", "事業の申請の一覧"),
    ("decision", "決定"),
    ("letter", "通知書"),
    ("fact", "確かめた事実"),
    ("verdicts", "使える事業"),
    ("programme", "事業の数字"),
    ("programme_people", "事業ごとの人の一覧"),
    ("programme_lists", "事業ごとの一覧"),
    ("programme_count", "事業の件数"),
    ("programme_body", "受託する団体"),
    ("what_if", "規則の案の試し"),
    ("indicator", "事業の指標"),
    ("indicators", "事業の指標の一覧"),
    ("grant", "補助金"),
    ("grants", "補助金の一覧"),
    ("team", "支援チームの一覧"),
    ("access_review", "アクセス権の棚卸し"),
    ("account_notice", "お知らせ"),
    ("second_factor", "二段階のログイン"),
    ("recovery_codes", "回復コード"),
    ("client_search", "さがすための索引"),
];

/// Where the words do not go together.
const TOGETHER: &[(&str, &str, &str)] = &[
    ("fail", "sign_in", "ログインに失敗した"),
    ("fail", "import", "取り込みに失敗した"),
    ("fail", "emergency", "緊急閲覧の入力に失敗した"),
    ("leave", "coordinator", "コーディネーターの休みを入れた"),
    ("leave", "account_notice", "お知らせを残した"),
    ("set", "setting", "設定を変えた"),
    ("consent", "consent", "同意を記録した"),
    ("book", "ledger_entry", "利用を予約した"),
    ("use", "ledger_entry", "利用の実績を入れた"),
    ("undo", "import", "取り込みを戻した"),
    ("restrict", "restriction", "制限を付けた"),
    ("restrict", "use_stop", "利用を止めた"),
    ("propose_move", "move", "転出の引継ぎを申し出た"),
];

/// 「病名を加えた」「アカウントの案内を作った」: what was done, as people say it.
pub fn said(verb_code: &str, noun_code: &str) -> String {
    if let Some((.., words)) = TOGETHER.iter().find(|(v, n, _)| (*v, *n) == (verb_code, noun_code))
    {
        return (*words).to_owned();
    }
    let (verb, noun) = (verb(verb_code), noun(noun_code));
    // A verb that brings its own object: its noun says whose.
    let joined = if verb.contains('を') { "の" } else { "を" };
    format!("{noun}{joined}{verb}")
}

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

    #[test]
    fn what_was_done_is_said_with_one_object() {
        assert_eq!(said("view", "client"), "利用者の記録を見た");
        assert_eq!(said("consent", "consent"), "同意を記録した");
        assert_eq!(said("invite", "account"), "アカウントの案内を作った");
        assert_eq!(said("fail", "sign_in"), "ログインに失敗した");
        for (verb, _) in VERBS {
            assert_eq!(said(verb, "client").matches('を').count(), 1, "{verb}");
        }
    }
}
