-- A little of everything, as it was once 0004_rewards was the newest migration. Never edited once landed: it stands for
-- the databases that people have.
insert into people (id, name, email, is_admin) values
  ('01900000-0000-7000-8000-000000000001', 'Ada', 'ada@example.org', true),
  ('01900000-0000-7000-8000-000000000002', 'Ben', 'ben@example.org', false);
insert into projects (id, name, settings_version, created_at) values
  ('01900000-0000-7000-8000-000000000010', 'Crows', 1, '2026-01-01T00:00:00Z');
insert into project_settings (project_id, version, settings, created_at) values
  ('01900000-0000-7000-8000-000000000010', 1,
   '{"language": "english", "demonstrationsPerQuestion": 1, "leaseMinutes": 20, "leasesPerPerson": 3,
     "blockedDomains": ["reddit.com"], "simulation": "allowed",
     "browser": {"actionLimit": 100, "quoteTokenBudget": 512, "windowCharacters": 2000}}', '2026-01-01T00:00:00Z');
insert into members (id, project_id, person_id, pseudonym, roles, created_at) values
  ('01900000-0000-7000-8000-000000000020', '01900000-0000-7000-8000-000000000010',
   '01900000-0000-7000-8000-000000000001', 'calm-rook-1', '{lead}', '2026-01-01T00:00:00Z'),
  ('01900000-0000-7000-8000-000000000021', '01900000-0000-7000-8000-000000000010',
   '01900000-0000-7000-8000-000000000002', 'calm-rook-2', '{demonstrator,rater}', '2026-01-01T00:00:00Z');
insert into questions (id, project_id, dataset, external_id, full_text, reference_answers, reference_pages, use, wanted,
  created_at, updated_at) values
  ('01900000-0000-7000-8000-000000000030', '01900000-0000-7000-8000-000000000010', 'eli5', '1', 'Why are crows clever?',
   '["They have large brains."]', '[]', 'bc', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z');
insert into pages (project_id, hash, page, created_at) values
  ('01900000-0000-7000-8000-000000000010', 'aa',
   '{"kind": "start", "url": "", "title": "Start page", "domain": "", "text": "", "links": []}', '2026-01-01T00:00:00Z');
insert into assignments (id, project_id, question_id, member_id, state, place, lease_token, lease_expires_at,
  settings_version, created_at) values
  ('01900000-0000-7000-8000-000000000040', '01900000-0000-7000-8000-000000000010',
   '01900000-0000-7000-8000-000000000030', '01900000-0000-7000-8000-000000000021', 'active', 1, 'lease',
   '2026-01-01T00:20:00Z', 1, '2026-01-01T00:00:00Z');
insert into episodes (id, project_id, question_id, kind, state, assignment_id, member_id, browser_version, settings,
  settings_version, question_text, browser_state, next_sequence, page_hash, start_page_hash, start_observation_sha256,
  created_at) values
  ('01900000-0000-7000-8000-000000000050', '01900000-0000-7000-8000-000000000010',
   '01900000-0000-7000-8000-000000000030', 'demonstration', 'browsing', '01900000-0000-7000-8000-000000000040',
   '01900000-0000-7000-8000-000000000021', '1', '{"actionLimit": 100, "quoteTokenBudget": 512, "windowCharacters": 2000}',
   1, 'Why are crows clever?', '{}', 2, 'aa', 'aa', 'bb', '2026-01-01T00:00:00Z');
insert into commands (project_id, episode_id, sequence, status, command, is_valid, page_hash, observation_sha256,
  requested_at, completed_at) values
  ('01900000-0000-7000-8000-000000000010', '01900000-0000-7000-8000-000000000050', 1, 'done', 'Search crows', true, 'aa',
   'cc', '2026-01-01T00:00:01Z', '2026-01-01T00:00:02Z');
insert into jobs (id, project_id, kind, state, input, attempt, created_at) values
  ('01900000-0000-7000-8000-000000000060', '01900000-0000-7000-8000-000000000010', 'import-questions', 'done', '{}', 1,
   '2026-01-01T00:00:00Z');
insert into library_pages (id, project_id, url, title, domain, page_hash, characters, links, search_text, search_vector,
  import_id, created_at, updated_at) values
  ('01900000-0000-7000-8000-000000000070', '01900000-0000-7000-8000-000000000010', 'https://crows.example', 'Crows',
   'crows.example', 'aa', 5, 0, 'Caw.', '''caw'':2 ''crow'':1A', '01900000-0000-7000-8000-000000000060',
   '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z');
insert into library_vocabularies (project_id, pages, mean_characters, renewed_at) values
  ('01900000-0000-7000-8000-000000000010', 1, 5, '2026-01-01T00:00:00Z');
insert into library_words (project_id, word, pages) values
  ('01900000-0000-7000-8000-000000000010', 'caw', 1), ('01900000-0000-7000-8000-000000000010', 'crow', 1);
update commands set search_version = 'imported-pages-2', censored =
  '[{"rule": "blocked-domain", "what": "result", "url": "https://reddit.com/r/crows", "title": "Crows", "detail": "reddit.com"}]';
update members set paused_at = '2026-01-02T00:00:00Z' where id = '01900000-0000-7000-8000-000000000020';
insert into questions (id, project_id, dataset, external_id, full_text, reference_answers, reference_pages, use, wanted,
  priority, created_at, updated_at)
select ('01900000-0000-7000-8000-00000000013' || n)::uuid, '01900000-0000-7000-8000-000000000010', 'eli5', 'more-' || n,
  'Why are crows clever?', '[]', '[]', 'bc', 1, n, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z'
from generate_series(1, 4) as n;
insert into assignments (id, project_id, question_id, member_id, state, falls_back_to, place, lease_token,
  lease_expires_at, open_in, settings_version, created_at, ended_at) values
  ('01900000-0000-7000-8000-000000000141', '01900000-0000-7000-8000-000000000010', '01900000-0000-7000-8000-000000000131',
   '01900000-0000-7000-8000-000000000021', 'paused', null, 1, 'lease-1', '2026-01-02T00:00:00Z', null, 1,
   '2026-01-01T00:00:00Z', null),
  ('01900000-0000-7000-8000-000000000142', '01900000-0000-7000-8000-000000000010', '01900000-0000-7000-8000-000000000132',
   '01900000-0000-7000-8000-000000000021', 'returned', null, 1, 'lease-2', '2026-01-01T00:20:00Z', null, 1,
   '2026-01-01T00:00:00Z', '2026-01-01T00:10:00Z'),
  ('01900000-0000-7000-8000-000000000143', '01900000-0000-7000-8000-000000000010', '01900000-0000-7000-8000-000000000133',
   '01900000-0000-7000-8000-000000000021', 'active', 'surplus', null, 'lease-3', '2026-01-01T00:20:00Z', 'window-1', 1,
   '2026-01-01T00:00:00Z', '2026-01-01T00:10:00Z'),
  ('01900000-0000-7000-8000-000000000144', '01900000-0000-7000-8000-000000000010', '01900000-0000-7000-8000-000000000134',
   '01900000-0000-7000-8000-000000000021', 'excluded', null, null, 'lease-4', '2026-01-01T00:20:00Z', null, 1,
   '2026-01-01T00:00:00Z', '2026-01-01T00:10:00Z');
update episodes set review_state = 'returned' where id = '01900000-0000-7000-8000-000000000050';
insert into reviews (id, project_id, episode_id, decision, comment, decided_by, answer_revision, created_at) values
  ('01900000-0000-7000-8000-000000000160', '01900000-0000-7000-8000-000000000010', '01900000-0000-7000-8000-000000000050', 'accepted', '',
   '01900000-0000-7000-8000-000000000001', 1, '2026-01-01T01:00:00Z'),
  ('01900000-0000-7000-8000-000000000161', '01900000-0000-7000-8000-000000000010', '01900000-0000-7000-8000-000000000050', 'returned',
   'Cite the second quote.', '01900000-0000-7000-8000-000000000001', 1, '2026-01-01T02:00:00Z');
update members set is_simulated = true where id = '01900000-0000-7000-8000-000000000021';
update questions set held = 1 where id in (select question_id from assignments where place is not null);
insert into answers (id, project_id, question_id, origin, source, episode_id, revision, author_id, text, quotes, content_hash,
  prefix_tokens, completion_tokens, prefix_token_ids, completion_token_ids, created_at) values
  ('01900000-0000-7000-8000-000000000170', '01900000-0000-7000-8000-000000000010', '01900000-0000-7000-8000-000000000030',
   'demonstration', 'demonstrations', '01900000-0000-7000-8000-000000000050', 1, '01900000-0000-7000-8000-000000000021',
   'Large brains [1].', '[{"title": "Crows", "domain": "crows.example", "extract": "Caw."}]', null, 40, 6, null, null,
   '2026-01-01T00:10:00Z'),
  ('01900000-0000-7000-8000-000000000171', '01900000-0000-7000-8000-000000000010', '01900000-0000-7000-8000-000000000030',
   'import', 'elsewhere', null, null, null, 'Nobody knows.', '[]', 'dd', 3, 3, '[1, 2, 3]', '[4, 5, 6]', '2026-01-01T00:11:00Z');
update episodes set review_draw = 0.25, decisions = 2, ending = 'answer', quotes = 1, invalid_commands = 1, censored_commands = 1,
  active_ms = 90000, answer_revision = 1, answer_characters = 17, answer_citations = 1
where id = '01900000-0000-7000-8000-000000000050';
update reviews set batch_id = '01900000-0000-7000-8000-000000000180' where id = '01900000-0000-7000-8000-000000000160';
insert into guidelines (project_id, version, text, note, created_by, created_at) values
  ('01900000-0000-7000-8000-000000000010', 1, '# How to answer', '', null, '2026-01-01T00:00:00Z'),
  ('01900000-0000-7000-8000-000000000010', 2, '# How to cite', 'Cite more', '01900000-0000-7000-8000-000000000001',
   '2026-01-02T00:00:00Z');
update assignments set guidelines_version = 1;
update members set practice = 'done', practice_question_id = '01900000-0000-7000-8000-000000000030', guidelines_seen = 2
  where id = '01900000-0000-7000-8000-000000000021';
insert into answer_draft_versions (project_id, episode_id, version, kind, text, saved_at) values
  ('01900000-0000-7000-8000-000000000010', '01900000-0000-7000-8000-000000000050', 1, 'typed', 'Crows', '2026-01-01T00:05:00Z'),
  ('01900000-0000-7000-8000-000000000010', '01900000-0000-7000-8000-000000000050', 2, 'chosen', '', '2026-01-01T00:06:00Z');
insert into episodes (id, project_id, question_id, kind, state, member_id, browser_version, settings, settings_version,
  question_text, browser_state, next_sequence, page_hash, start_page_hash, start_observation_sha256, created_at)
select '01900000-0000-7000-8000-000000000150', project_id, question_id, 'practice', state, member_id, browser_version,
  settings, settings_version, question_text, browser_state, 1, page_hash, start_page_hash, start_observation_sha256,
  created_at from episodes where id = '01900000-0000-7000-8000-000000000050';
update guidelines set kind = 'webgpt-five' where version = 2;
update members set rating_form = 'minimal', rating_practice = 'done', rating_guidelines_seen = 1
  where id = '01900000-0000-7000-8000-000000000021';
insert into pairings (id, project_id, method, options, seed, job_id, created_by, created_at) values
  ('01900000-0000-7000-8000-000000000200', '01900000-0000-7000-8000-000000000010', 'by-hand', null, 'seed', null,
   '01900000-0000-7000-8000-000000000001', '2026-01-03T00:00:00Z');
insert into pairs (id, project_id, question_id, form, first_answer_id, second_answer_id, pairing_id, probability, wanted, held,
  lot, created_at) values
  ('01900000-0000-7000-8000-000000000210', '01900000-0000-7000-8000-000000000010', '01900000-0000-7000-8000-000000000030',
   'webgpt-five', '01900000-0000-7000-8000-000000000170', '01900000-0000-7000-8000-000000000171',
   '01900000-0000-7000-8000-000000000200', null, 2, 1, 0.5, '2026-01-03T00:00:00Z');
insert into comparison_imports (id, project_id, name, job_id, created_at) values
  ('01900000-0000-7000-8000-000000000220', '01900000-0000-7000-8000-000000000010', 'old', '01900000-0000-7000-8000-000000000060',
   '2026-01-03T00:00:00Z');
insert into comparisons (id, project_id, pair_id, origin, state, form, form_version, member_id, import_id, occurrence, place,
  first_side, required_fields, lease_token, lease_expires_at, settings_version, guidelines_version, revision, submitted_at,
  active_ms, created_at, ended_at) values
  ('01900000-0000-7000-8000-000000000230', '01900000-0000-7000-8000-000000000010', '01900000-0000-7000-8000-000000000210',
   'rater', 'submitted', 'webgpt-five', 1, '01900000-0000-7000-8000-000000000020', null, null, 1, 'b', '{overall}', 'lease-9',
   '2026-01-03T00:30:00Z', 1, 1, 1, '2026-01-03T00:10:00Z', 60000, '2026-01-03T00:00:00Z', '2026-01-03T00:10:00Z'),
  ('01900000-0000-7000-8000-000000000231', '01900000-0000-7000-8000-000000000010', '01900000-0000-7000-8000-000000000210',
   'import', 'submitted', 'webgpt-five', null, null, '01900000-0000-7000-8000-000000000220', 1, null, null, null, null, null, null,
   null, 0, null, null, '2026-01-03T00:00:00Z', '2026-01-03T00:00:00Z');
insert into comparison_revisions (project_id, comparison_id, revision, judgement, active_ms, submitted_at) values
  ('01900000-0000-7000-8000-000000000010', '01900000-0000-7000-8000-000000000230', 1,
   '{"questionFlag": null, "options": {"a": {"spans": [], "trust": {}, "notes": ""}, "b": {"spans": [], "trust": {}, "notes": ""}},
     "ratings": {"overall": "b-better"}}', 60000, '2026-01-03T00:10:00Z');
insert into ratings (project_id, comparison_id, criterion, value) values
  ('01900000-0000-7000-8000-000000000010', '01900000-0000-7000-8000-000000000230', 'overall', 0.5),
  ('01900000-0000-7000-8000-000000000010', '01900000-0000-7000-8000-000000000231', 'overall', 0.333);
insert into activity_intervals (id, project_id, episode_id, comparison_id, member_id, started_at, ended_at, is_last) values
  ('01900000-0000-7000-8000-000000000240', '01900000-0000-7000-8000-000000000010', null, '01900000-0000-7000-8000-000000000230',
   '01900000-0000-7000-8000-000000000020', '2026-01-03T00:09:00Z', '2026-01-03T00:10:00Z', true);
insert into api_tokens (id, person_id, project_id, name, token_hash, scopes, created_at) values
  ('01900000-0000-7000-8000-000000000300', null, null, 'worker', 'ee', '{worker}', '2026-02-01T00:00:00Z');
insert into workers (id, token_id, name, kinds, version, device, models, endpoints, started_at, last_seen_at, ended_at) values
  ('01900000-0000-7000-8000-000000000301', '01900000-0000-7000-8000-000000000300', 'gpu-1', '[{"kind": "sample", "concurrency": 4}]', '0.4.0', 'cpu',
   '[{"name": "encoder", "sha256": "ab"}]', '["LOCAL"]', '2026-02-01T00:00:00Z', '2026-02-01T00:10:00Z', '2026-02-01T00:10:00Z');
insert into blobs (hash, size, created_at) values ('ff', 4, '2026-02-01T00:00:00Z');
insert into jobs (id, project_id, kind, state, input, attempt, worker_id, result, created_by, created_at, started_at, ended_at) values
  ('01900000-0000-7000-8000-000000000310', '01900000-0000-7000-8000-000000000010', 'train-ranker', 'done',
   '{"name": "ranker", "note": "", "settings": {"seed": 1}}', 1, '01900000-0000-7000-8000-000000000301', '{"version": 1}',
   '01900000-0000-7000-8000-000000000001', '2026-02-01T00:00:00Z', '2026-02-01T00:00:01Z', '2026-02-01T00:00:30Z'),
  ('01900000-0000-7000-8000-000000000311', '01900000-0000-7000-8000-000000000010', 'sample', 'running',
   '{"planId": "01900000-0000-7000-8000-000000000330"}', 1, '01900000-0000-7000-8000-000000000301', null, '01900000-0000-7000-8000-000000000001', '2026-02-01T01:00:00Z',
   '2026-02-01T01:00:01Z', null),
  ('01900000-0000-7000-8000-000000000312', '01900000-0000-7000-8000-000000000010', 'sample', 'held',
   '{"planId": "01900000-0000-7000-8000-000000000330"}', 1, null, null, '01900000-0000-7000-8000-000000000001', '2026-02-01T01:00:00Z', null, null);
insert into training_episodes (project_id, job_id, episode_id, question_id, revision) values
  ('01900000-0000-7000-8000-000000000010', '01900000-0000-7000-8000-000000000310', '01900000-0000-7000-8000-000000000050',
   '01900000-0000-7000-8000-000000000030', 1);
insert into policy_versions (id, project_id, name, version, source, kind, settings, note, model_blob, manifest, job_id, created_by,
  created_at) values
  ('01900000-0000-7000-8000-000000000320', '01900000-0000-7000-8000-000000000010', 'ranker', 1, 'ranker 1', 'ranker', '{"seed": 1}', '', 'ff', '{"kind": "ranker"}',
   '01900000-0000-7000-8000-000000000310', '01900000-0000-7000-8000-000000000001', '2026-02-01T00:00:30Z'),
  ('01900000-0000-7000-8000-000000000321', '01900000-0000-7000-8000-000000000010', 'served', 1, 'served 1', 'endpoint', '{"endpoint": "LOCAL", "model": "small"}', 'tried',
   null, null, null, null, '2026-02-01T00:01:00Z');
insert into sampling_plans (id, project_id, name, state, options, seed, settings_version, pairing_job_id, created_by, created_at,
  ended_at) values
  ('01900000-0000-7000-8000-000000000330', '01900000-0000-7000-8000-000000000010', 'first', 'running', '{"perQuestion": 2}', 'seed', 1, null,
   '01900000-0000-7000-8000-000000000001', '2026-02-01T01:00:00Z', null);
insert into questions (id, project_id, dataset, external_id, full_text, reference_answers, reference_pages, use, wanted,
  created_at, updated_at) values
  ('01900000-0000-7000-8000-000000000331', '01900000-0000-7000-8000-000000000010', 'eli5', 'rm-1', 'Why do crows gather?', '[]',
   '[{"url": "https://crows.example", "title": "Crows"}]', 'rm', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z');
insert into samples (id, project_id, plan_id, job_id, question_id, policy_version_id, number, state, draw, created_at, ended_at) values
  ('01900000-0000-7000-8000-000000000340', '01900000-0000-7000-8000-000000000010', '01900000-0000-7000-8000-000000000330',
   '01900000-0000-7000-8000-000000000311', '01900000-0000-7000-8000-000000000331', '01900000-0000-7000-8000-000000000320', 1, 'answered', 1,
   '2026-02-01T01:00:00Z', '2026-02-01T01:00:20Z'),
  ('01900000-0000-7000-8000-000000000341', '01900000-0000-7000-8000-000000000010', '01900000-0000-7000-8000-000000000330',
   '01900000-0000-7000-8000-000000000311', '01900000-0000-7000-8000-000000000331', '01900000-0000-7000-8000-000000000320', 2, 'waiting', 0,
   '2026-02-01T01:00:00Z', null);
insert into episodes (id, project_id, question_id, kind, state, sample_id, draw, seed, sampler, cites_reference, browser_version,
  settings, settings_version, question_text, browser_state, next_sequence, page_hash, start_page_hash, start_observation_sha256,
  created_at, browsed_at, ended_at, ending, quotes, answer_revision, answer_characters, answer_citations)
select '01900000-0000-7000-8000-000000000350', project_id, '01900000-0000-7000-8000-000000000331', 'sample', 'submitted',
  '01900000-0000-7000-8000-000000000340', 1, 'seed 1', '{"temperature": 0.8}', true, browser_version, settings, 1,
  'Why do crows gather?', browser_state, 2, page_hash, start_page_hash, start_observation_sha256, '2026-02-01T01:00:02Z',
  '2026-02-01T01:00:10Z', '2026-02-01T01:00:20Z', 'answer', 1, 1, 17, 1
from episodes where id = '01900000-0000-7000-8000-000000000050';
insert into commands (project_id, episode_id, sequence, status, command, is_valid, page_hash, observation_sha256, sampled,
  requested_at, completed_at) values
  ('01900000-0000-7000-8000-000000000010', '01900000-0000-7000-8000-000000000350', 1, 'done', 'Search crows', true, 'aa',
   'cc', '{"logProbability": -0.5}', '2026-02-01T01:00:03Z', '2026-02-01T01:00:04Z');
insert into answers (id, project_id, question_id, origin, source, episode_id, revision, text, quotes, prefix_tokens,
  completion_tokens, sampled, created_at) values
  ('01900000-0000-7000-8000-000000000360', '01900000-0000-7000-8000-000000000010', '01900000-0000-7000-8000-000000000331', 'sample',
   'ranker 1', '01900000-0000-7000-8000-000000000350', 1, 'They gather [1].', '[{"title": "Crows", "domain": "crows.example", "extract": "Caw."}]',
   40, 6, '{"logProbability": -1.5}', '2026-02-01T01:00:20Z');
update questions set is_held_out = false where id = '01900000-0000-7000-8000-000000000030';
update workers set encoders = '["MINI"]';
insert into jobs (id, project_id, kind, state, input, attempt, worker_id, result, created_by, created_at, started_at, ended_at) values
  ('01900000-0000-7000-8000-000000000400', '01900000-0000-7000-8000-000000000010', 'train-reward', 'done',
   '{"note": "", "settings": {"seed": 1}}', 1, '01900000-0000-7000-8000-000000000301', '{"version": 1}',
   '01900000-0000-7000-8000-000000000001', '2026-03-01T00:00:00Z', '2026-03-01T00:00:01Z', '2026-03-01T00:00:30Z'),
  ('01900000-0000-7000-8000-000000000401', '01900000-0000-7000-8000-000000000010', 'score-answers', 'done',
   '{"modelId": "01900000-0000-7000-8000-000000000410", "planId": null}', 1, '01900000-0000-7000-8000-000000000301', '{"scored": 1}',
   '01900000-0000-7000-8000-000000000001', '2026-03-01T00:01:00Z', '2026-03-01T00:01:01Z', '2026-03-01T00:01:30Z');
insert into reward_models (id, project_id, version, settings, note, model_blob, manifest, job_id, created_by, created_at) values
  ('01900000-0000-7000-8000-000000000410', '01900000-0000-7000-8000-000000000010', 1, '{"seed": 1}', '', 'ff', '{"kind": "reward"}',
   '01900000-0000-7000-8000-000000000400', '01900000-0000-7000-8000-000000000001', '2026-03-01T00:00:30Z');
insert into reward_training_comparisons (project_id, job_id, comparison_id, pair_id, revision, source, ratings, is_held_out)
select project_id, '01900000-0000-7000-8000-000000000400', id, pair_id, 1, 'people', '{"overall": 1}', false
from comparisons where id = '01900000-0000-7000-8000-000000000230';
insert into reward_zero_answers (project_id, job_id, answer_id)
select project_id, '01900000-0000-7000-8000-000000000400', id from answers where origin = 'demonstration';
insert into answer_scores (project_id, model_id, answer_id, score, uncertainty, first_half, second_half, job_id, created_at) values
  ('01900000-0000-7000-8000-000000000010', '01900000-0000-7000-8000-000000000410', '01900000-0000-7000-8000-000000000360', 0.5, 0.1, 0.4,
   0.6, '01900000-0000-7000-8000-000000000401', '2026-03-01T00:01:30Z');
insert into rounds (id, project_id, number, name, state, options, seed, plan_id, start_model_id, scoring_job_id, pairing_job_id,
  training_job_id, rescoring_job_id, model_id, created_by, created_at, closed_at) values
  ('01900000-0000-7000-8000-000000000420', '01900000-0000-7000-8000-000000000010', 1, 'Round 1', 'sampling', '{"comparisons": 10}', 'seed',
   '01900000-0000-7000-8000-000000000330', '01900000-0000-7000-8000-000000000410', null, null, null, null, null,
   '01900000-0000-7000-8000-000000000001', '2026-03-01T00:02:00Z', null);
update pairs set rule = 'random', probability = 0.5 where id in (select pair_id from comparisons where id = '01900000-0000-7000-8000-000000000230');
