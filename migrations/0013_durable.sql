-- 一度だけ: forms that were sent and done. A browser that lost the answer sends the same form again;
-- it is answered from here and nothing is done twice. Rows older than a session are of no use.
create table submissions (
  key text primary key, -- SHA-256 of account, address and content; every page numbers its forms
  leads_to text not null default '', -- where the first answer led
  at text not null
);
create index submissions_at on submissions (at);
