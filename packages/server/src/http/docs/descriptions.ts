/** Written by `node scripts/descriptions.mjs` from the comments in `packages/core/src`. */
export const DESCRIPTIONS: Readonly<Record<string, string>> = {
	"AbandonReply.": "`POST /api/v2/session/{session_id}/abandon`",
	"AgeBasis.": "On whose word someone younger than the threshold may take part.",
	"Answer.": "Unknown fields are dropped.",
	"AnswerRecord.": "The standing answer to one question; `answer` is null after it was cleared.",
	"AnswerRecord.ever": "Whether the question ever had an answer: it then counts for XP, once.",
	"AnswerRecord.other":
		"Only after two devices answered without seeing each other's answer: the one that does not stand, null where it was taken back there. The next write to the question settles it.",
	"AnswerRecord.revision":
		"The server's number of the event within the session; 0 while the event is only on a device.",
	"AnsweredQuestionsReply.":
		"`GET /api/v2/session/{id}/answered-questions?page_id=`: of all pages where `page_id` is absent, and null in the reply.",
	"AnySyncReply.":
		"What `sync` replies: `SyncReply` under the session's id, `MovedSyncReply` under a former one.",
	"Assessment.":
		"One immutable version of an assessment, as the browser gets it. Scoring keys are not part of it: they are stored apart and never leave the server. Each session is pinned to one version.",
	"Assessment.attribution": "Sources and licences of the texts; licences ask that students can see them.",
	"Assessment.notices":
		"What a student should know before starting, for example that a translation is not validated.",
	"Assessment.version": "1, 2, 3 … within the key.",
	"AssessmentRef.": "Which version of which assessment a session is pinned to.",
	"AssessmentReply.": "`GET /api/v2/assessments/{version_id}`: one immutable version.",
	"Chapter.instruction": "Shown before the chapter's first question: how to answer.",
	"Chapter.title": "What the API calls the module's name.",
	"ChoiceResult.":
		"A choice or ranking as the student gave it; it enters no scale. The schemas are not in the modules of their types, because only the page of results parses them: the first load would grow.",
	"Command.": "What a client may ask of a session through `sync`.",
	"Consent.": "A declaration as it is stored.",
	"Consent.language": "In which language.",
	"Consent.version": "The notice that was on the screen.",
	"ConsentGiven.": "A declaration as a client gives it. It names no age and no guardian.",
	"ConsentGiven.language": "In which language.",
	"ConsentGiven.version": "The notice that was on the screen.",
	"ConsentKind.":
		"What was declared to a notice. `seen`: it was shown before the first answer. `consent`: the student agreed, being old enough. `guardian`, `school`: the student is younger than the threshold, and a guardian agreed or the school answers for it.",
	"ConsentRequest.": "`POST /api/v2/session/{id}/consent`",
	"ConsentRequest.language": "In which language.",
	"ConsentRequest.version": "The notice that was on the screen.",
	"Days.": "A number of days for which something is kept; null for ever.",
	"DeviceLabel.":
		'What a device calls itself to a person, for example "Chrome (Android)". It is shown as it comes and means nothing else.',
	"Domains.": "By domain. A domain with an unanswered item is absent from both records.",
	"DraftRecord.":
		"Something half-done: text not yet submitted, a ranking under way. Null when it was discarded.",
	"EraseRequest.": "`POST /api/v2/session/{id}/erase` and its `/undo`, and `GET` of it.",
	"ErasureReply.erase_at":
		"When everything of the session is erased; null when that was not asked for, or was undone.",
	"EssayQuestion.": "A text of the student's own.",
	"EssayQuestion.char_limit":
		"Longest accepted text in Unicode code points; null means no limit but the server's.",
	"EssayQuestion.id":
		"The row in `questions`; the same item keeps its id in later versions of the assessment.",
	"EssayQuestion.item_id":
		"What a database of the existing product calls the item, where that is no key; null where it has no name for it.",
	"ExistingProfile.":
		"The profile as the existing product's clients read it, for content adopted from that product. A missing answer never counts: what depends on one is absent, null or empty.",
	"ExistingProfile.riasec.holland_code":
		"The three highest domains by raw sum, ties in the order R I A S E C; empty unless all six have a sum.",
	"ExistingProfileScales.":
		"The scales that the profile of the existing product is made of, by the names that it uses. Only an adopted assessment has it: see `existingProfile`. Every scale named here is of method `points`.",
	"ExistingProfileScales.behavioral":
		"Scale keys by the existing product's names, for example `grit_persistence`.",
	"ExistingProfileScales.bigfive": "Scale keys by `O`, `C`, `E`, `A`, `N`.",
	"ExistingProfileScales.riasec": "Scale keys by `R`, `I`, `A`, `S`, `E`, `C`.",
	"FeedbackRequest.": "`POST /api/v2/feedback/submit`",
	"Flag.": "Null where an item that decides it is not answered.",
	"ForgetReply.": "`POST /api/v2/session/forget`",
	"HandOffReply.": "`POST /api/v2/session/{id}/handoff`",
	"HandOffReply.code":
		"In groups, to be read aloud: `7GK-2M9-XQ4`. Good for one use; the next code of the session makes it void.",
	"HealthReply.": "`GET /api/v2/health`",
	"HeldBack.": "Why a session takes nothing in until its student does something about it.",
	"Holder.":
		"The device on which the student goes on. All others are read-only until they take the session back.",
	"Holder.since": "By the server's clock.",
	"Incarnation.":
		"Names what the server's database holds. It changes when a backup is restored: a client that meets another one than before gives again what was acknowledged to it and may be missing now. Absent from servers before 0.1.0.",
	"Instant.": "A moment: UTC, ISO 8601 with milliseconds and `Z`, so that text order is time order.",
	"Instrument.": "The published work that scales are taken from.",
	"Instrument.source": "Where it is published, as a reader could look it up.",
	"Interests.":
		"The six interest types side by side. There is no three-letter code: answers of this length cannot order the types finely.",
	"Interests.differentiation": "Highest minus lowest mean, in raw units; 3 decimals.",
	"Interests.flat": "True when all six types are too close to tell apart.",
	"Interests.hexagon":
		"One corner for each type in the order R I A S E C, with the length of its spoke (0 to 1).",
	"Interests.ranking":
		"Groups of scale keys, highest first. Types in one group are too close to tell apart and stand in hexagon order.",
	"Interests.summary": "What can be said about the top, or that nothing stands out.",
	"Interests.top": "The first group; empty when the profile is flat.",
	"Key.":
		"A stable name for an item, page, chapter, choice or scale: lower case letters, digits, dots, dashes and underscores.",
	"Label.": "How far up its possible range a sum lies, in the existing product's words.",
	"Language.":
		"The languages every student-visible text may exist in. English is always there and is the fallback.",
	"LatestAssessmentReply.":
		"`GET /api/v2/assessments/latest?key=`: what a new session gets, and how long it is kept.",
	"LeaveOthersRequest.":
		"`POST /api/v2/session/{id}/leave-others`. The reply is a `SessionChangedReply`, whose session has the new id.",
	"LeaveOthersRequest.shared": "As in `session/start`.",
	"LocalizedText.":
		"One text in every language it exists in. A missing language falls back to English, field by field.",
	"McqChoice.selected": "In the order of the question's choices.",
	"McqQuestion.": "One or several options among some.",
	"McqQuestion.id": "The row in `questions`; the same item keeps its id in later versions of the assessment.",
	"McqQuestion.item_id":
		"What a database of the existing product calls the item, where that is no key; null where it has no name for it.",
	"ModulesReply.":
		"`GET /api/v2/modules`: one entry for the pages that share a module name; `id` is the first of them.",
	"ModulesReply.chapter_number": "From 1; 0 where the module has none.",
	"ModulesReply.description": "Of the module's first page.",
	"ModulesReply.estimated_minutes":
		"Minutes, summed over the pages; estimated from the number of questions where no page says any.",
	"ModulesReply.order_index": "Of the module's first page, from 1.",
	"ModulesReply.title": "`Chapter: ` and the name.",
	"MovedSyncReply.":
		"The reply to a `sync` under a former id of a session: what was brought is taken in, and nothing is told of the session.",
	"NewOperationId.":
		"An operation id that the writer brings along: any UUID but those that the server uses itself.",
	"NoticeText.": "What the controller says of an assessment's data. What is null or empty was not said.",
	"NoticeText.contact": "Where questions and complaints go.",
	"NoticeText.controller": "Who is responsible.",
	"NoticeText.more": "Further paragraphs.",
	"NoticeText.purpose": "What the answers are for.",
	"OperationId.": "An operation id as it is told: any UUID, folded to lower case.",
	"OperationRequest.": "A write without anything but its id.",
	"OperationResult.": "What became of one operation; results come in the order of the operations.",
	"OperationResult.conflict":
		"Another device's answer to the same question, given without seeing this one. `status` tells which stands.",
	"OrderingAnswer.": "The texts of all items, best first, in either language.",
	"OrderingChoice.ranked": "The student's first place first.",
	"OrderingQuestion.": "Items to put in order.",
	"OrderingQuestion.id":
		"The row in `questions`; the same item keeps its id in later versions of the assessment.",
	"OrderingQuestion.item_id":
		"What a database of the existing product calls the item, where that is no key; null where it has no name for it.",
	"OrderingQuestion.randomize": "Shown in an order of its own for each session; see `presentedOrder`.",
	"Page.id": "The row in `pages`.",
	"Position.": "Where the student is. Both ids are null before the first move.",
	"PreliminaryScale.":
		"Half of the items answered, or one missing of four: good for a band, not for a number.",
	"PreliminaryScale.group": "The key of one of the profile's groups.",
	"PreliminaryScale.method": "Absent for `mean`, the usual method.",
	"PrivacyNotice.": "The notice on an assessment's data, as a page shows it before the first answer.",
	"PrivacyNotice.age_gate": 'Asked as "that age or older?"; null where the page asks for no age.',
	"PrivacyNotice.consent_required": "Whether answers are taken only after the student has agreed.",
	"PrivacyNotice.contact": "Where questions and complaints go.",
	"PrivacyNotice.controller": "Who is responsible.",
	"PrivacyNotice.more": "Further paragraphs.",
	"PrivacyNotice.purpose": "What the answers are for.",
	"PrivacyNotice.version":
		"Another one when anything that the notice says has changed, the days of keeping included.",
	"PrivacyReply.": "`GET /api/v2/settings/privacy`: what a page may promise, as this server is set.",
	"PrivacyReply.erase_undo_days": "For how long the student can undo that everything is erased.",
	"PrivacyReply.kept_days": "For how long each kind is kept.",
	"PrivacyReply.kept_days.completed": "A completed session, after it was completed.",
	"PrivacyReply.kept_days.feedback": "Feedback, after it was given.",
	"PrivacyReply.kept_days.person": "Name, address and the like, after the session was completed.",
	"PrivacyReply.kept_days.set_aside": "A session that Start Fresh set aside, after that.",
	"PrivacyReply.kept_days.unfinished": "An unfinished session, after its last activity: the expiry included.",
	"PrivacyReply.notice":
		"What a page shows before the first answer. Absent from servers before it was there.",
	"PrivacyReply.personal_fields": "What of a person this server stores; a page asks for nothing else.",
	"PrivacyReply.session_expiry_days":
		"For how long an unfinished session can be continued after its last activity.",
	"PrivacyReply.shared_default":
		"Whether a page takes its computer for a shared one unless the student says otherwise.",
	"Problem.": "RFC 9457 `application/problem+json`; `detail` is a sentence a student can read.",
	"ProblemCode.":
		"Every code that a problem document may carry: refusals, and what goes wrong before a session is even looked at.",
	"ProblemTextsReply.":
		"`GET /api/v2/problem-texts`: for each code a sentence that a student can read, in every language.",
	"Profile.":
		"What a session's answers say, with all names and words in both languages. Scales, choices and groups stand in the order of the assessment; essays are not part of it. A result that is missing here was not answered enough.",
	"Profile.interests": "Null unless all six interest types have a number.",
	"Profile.notes": "How to read this profile; to be shown with it.",
	"Progress.": "How far a session is, as every reply reports it.",
	"Progress.percentage": "100 × answered ÷ total, one decimal.",
	"ProgressWithXp.": "Progress with the XP of the session.",
	"ProgressWithXp.percentage": "100 × answered ÷ total, one decimal.",
	"QuestionOnPage.": "A question as `GET /questions` gives it.",
	"QuestionsReply.": "`GET /api/v2/questions?page_id=&language=`",
	"RankScores.": "The part of a ranking that belongs to one scale.",
	"RankScores.items": "The English texts of the items that count for the scale.",
	"RankScores.points":
		"What an item counts in the first place, the second place, and so on: one number for each item of the ranking.",
	"RedeemRequest.": "`POST /api/v2/session/handoff/redeem`. The reply is the whole session.",
	"RedeemRequest.code":
		"As it was typed: case, spaces and hyphens do not matter, nor O for 0, I and L for 1.",
	"RedeemRequest.device_id": "The device that goes on, see `device_id` of `sync`; a new one when absent.",
	"RedeemRequest.label": 'What it calls itself to the student, for example "Chrome (Android)".',
	"RedeemRequest.operation_id": "The same id again, with the same code, gives the session again.",
	"RedeemRequest.shared": "As in `session/start`.",
	"RefusalCode.":
		"Why a request is refused. The codes are part of the API: clients decide by them, people read `detail`. The HTTP status of each code stands in one table on the server.",
	"RescueFile.":
		"A file in which a student carries to the operator what the server never got. It holds answers and the secret session id, so it is for one pair of eyes only.",
	"RescueFile.about": "A word to the person who opens the file.",
	"RescueFile.carhythm_rescue": "Tells the file from others, and the version of its form.",
	"RescueFile.device_id": "As in `sync`.",
	"RescueFile.operations":
		"What the server has not acknowledged, and what it refused, oldest first. Each is parsed as `SyncOperation` by itself.",
	"RescueFile.saved_at": "The device's clock when the file was saved.",
	"RescueFile.server_time": "The same moment by the server's clock, as well as the device knew it.",
	"ResendRequest.": "`POST /api/v2/resend-results`",
	"RestoreRequest.": "`POST /api/v2/session/{id}/restore`",
	"RestoreRequest.shared": "As in `session/start`.",
	"Scale.kind": "`riasec` scales also give the profile's `interests`; the other kinds are reported alike.",
	"Scale.low_phrase":
		'What follows "You describe yourself as" (Arabic: «تصف إجاباتك») when the result lies clearly low or high.',
	"Scale.low_text": "What a result in the lower, middle and higher part of the range says.",
	"Scale.overlaps":
		"Scales that ask about the same thing in part. Where two such scales point different ways, no sentence is made of either.",
	"Scale.poles": "A word or two for each end, shown beside the bar.",
	"Scale.reliability":
		"Internal consistency (Cronbach's alpha, 0 to 1) as published, and for which text and sample.",
	"Scale.riasec_type": "Only and always for scales of kind `riasec`.",
	"ScaleGroup.": "A heading under which scales are reported together.",
	"ScaleItem.":
		"One question's part in a scale. A slider counts with its value, a choice with `option_scores` (a number for each option value), a ranking with `rank_scores`. In a scale of method `mean`, an option without a score (\"I don't know\") counts as unanswered. In one of method `points`, it counts 0: the student chose something else.",
	"ScaleItem.reverse": "Reverse-keyed: counts as minimum + maximum − value.",
	"ScaleMethod.":
		"How the items of a scale make its score. - `mean`: the mean of the answered items, so the score keeps the range of one item. All items have one range. - `points`: the sum of the items. Items may have different ranges; the range of the sum follows from them.",
	"ScoredScale.":
		"All items answered (`complete`), or at least 80 % of a scale of more than four items (`prorated`).",
	"ScoredScale.group": "The key of one of the profile's groups.",
	"ScoredScale.mean":
		"Mean of the answered items in raw units, reverse-keyed items turned round; 3 decimals. For the method `points` the sum; where items are missing, the sum at the same share of the whole range.",
	"ScoredScale.method": "Absent for `mean`, the usual method.",
	"ScoredScale.min": "The lowest and the highest possible value of `mean`, in raw units.",
	"ScoredScale.phrase": "The same in a few words, for a sentence with others; absent in the middle.",
	"ScoredScale.share": "(mean − min) ÷ (max − min): 0 to 1, 3 decimals. Not a percentile.",
	"ScoredScale.text": "What this band says for this scale.",
	"ScoresReply.": "`GET /api/v2/scores/{id}`",
	"ScoresReply.cached": "True when the profile was stored by an earlier request.",
	"ScoresReply.profile":
		"What clients of the existing product read. For content adopted from it `ExistingProfile`, or what that product had stored, as it is; for all other content the same as `results`.",
	"ScoresReply.results":
		"A `Profile`, as CaRhythm's own pages show it, for whatever content. Who draws it parses it.",
	"ScoresSummaryReply.":
		"`GET /api/v2/scores/{id}/summary`. The optional fields are there for content adopted from the existing product.",
	"ScoresSummaryReply.behavioral_flags": "Null where an item that decides the flag is not answered.",
	"ScoresSummaryReply.holland_code":
		"The letters of the three leading interests; empty unless all six have a sum.",
	"ScoresSummaryReply.ikigai_zones":
		"The level of each zone: High, Medium, Low, or empty where an item that decides it is not answered.",
	"ScoresSummaryReply.top_bigfive_traits": "Up to three, the highest raw sum first.",
	"ScoresSummaryReply.top_riasec_domains": "Up to three, the highest raw sum first.",
	"Scoring.": "The scoring key of one assessment version. It never leaves the server.",
	"SessionChangedReply.": "The reply of `session/{id}/complete`, `/restore` and `/leave-others`.",
	"SessionExport.":
		"`GET /api/v2/session/{id}/export` and `carhythm session export`: everything of a session that its student gave, and what came of it. Neither the secret session id nor a scoring key is part of it.",
	"SessionExport.answers": "The standing answers, in the order in which the questions are asked.",
	"SessionExport.answers.answered_at": "Null for an answer that another program had taken in.",
	"SessionExport.consents": "What was declared to the notice, the oldest first.",
	"SessionExport.device": "The device on which the session went on since it was last handed over.",
	"SessionExport.drafts": "What was begun and not given.",
	"SessionExport.history":
		"Everything that was done, the oldest first. `late`: it came after the session's end, and was kept aside.",
	"SessionExport.history_left_out": "How many of the oldest events are left out, in a session of very many.",
	"SessionExport.person": "Empty where it was not told.",
	"SessionExport.result": "The result as it was last shown; null where none was.",
	"SessionExport.session.erase_at": "When it is erased, because the student asked for it.",
	"SessionNotice.":
		"The data of each event of `GET /api/v2/session/{id}/events`. It tells that something is new and not what: a page that lacks the revision fetches the session.",
	"SessionNotice.erase_at": "When everything of the session is erased; null while that is not asked for.",
	"SessionProgressReply.": "`GET /api/v2/session/{id}/progress`",
	"SessionSnapshot.":
		"`GET /api/v2/session/{id}` and `/session/current`: all that a resume needs. A GET never counts as activity.",
	"SessionSnapshot.consent": "What was declared last to the notice.",
	"SessionSnapshot.erase_at": "When everything of it is erased, because its student asked for it.",
	"SessionSnapshot.held_back": "Why every write is refused now, until the student does something about it.",
	"SessionSnapshot.restorable_until":
		"Until when Start Fresh can be undone; null unless the session was set aside by it.",
	"SessionSnapshot.resumable": "Active and not expired.",
	"SessionSnapshot.resume_at":
		"The question to show on return: where the student went last, and after an answer the next one without. Null for an assessment without questions; absent from servers before this field.",
	"SessionState.":
		"The present state of one session: a value, the same in the browser, on the wire and on the server. The server may hold a part of `answers` and `drafts` only (the questions at hand); the counts are of the whole.",
	"SessionState.answered": "Questions that have an answer now.",
	"SessionState.answers": "By question id.",
	"SessionState.drafts": "By question id.",
	"SessionState.ever_answered": "Distinct questions that ever had an answer: the base of XP and badges.",
	"SessionState.holder": "Null while every device may write: from the start to the first hand-off.",
	"SessionState.language_chosen":
		"When the student last chose the language; null while it is the one of the start.",
	"SessionState.revision": "The highest revision that is part of this state.",
	"SessionStatus.":
		"What the database stores. Expired is no status: it follows from `last_activity` and the clock.",
	"SessionSummary.": "What every reply to a write tells about the session.",
	"SessionSummary.holder": "The device on which the student goes on; null while every device may write.",
	"SliderAnswer.":
		"`as_shown` is true when the student confirmed the position or order that was shown, without moving it. An untouched slider or ranking is no answer at all.",
	"SliderQuestion.":
		"A number on a scale. With one label per step it is shown as a row of choices, otherwise as a slider.",
	"SliderQuestion.id":
		"The row in `questions`; the same item keeps its id in later versions of the assessment.",
	"SliderQuestion.item_id":
		"What a database of the existing product calls the item, where that is no key; null where it has no name for it.",
	"StartReply.": "The reply of `session/start`.",
	"StartRequest.": "`POST /api/v2/session/start`. The body may be absent.",
	"StartRequest.assessment": "The key of an assessment; the default one when absent.",
	"StartRequest.consent": "What was declared to the notice before; it may also be given later.",
	"StartRequest.language": "`en` or `ar`; anything else means English.",
	"StartRequest.operation_id": "The same id again returns the same session.",
	"StartRequest.replaces": "Start Fresh: this session is abandoned in the same transaction.",
	"StartRequest.shared":
		"A computer that others use too: this browser gets no cookie by which the session could be found again.",
	"StorableText.": "Text that both databases store and return unchanged: no NUL, no lone surrogate.",
	"StudentInfoRequest.": "`POST /api/v2/student/info`: completes the session and scores it.",
	"SubmitRequest.": "`POST /api/v2/answers/submit`",
	"SubmitRequest.submission_id": "The same id again replays the first reply; with another body it is 422.",
	"SyncOperation.": "One operation of a browser's outbox.",
	"SyncOperation.after":
		"The write that stood as the answer to the question in the student's eyes; null when there was none. This one is then later than that, whatever the clocks say, and an answer that was not seen is told as a `conflict`. Absent: only the clocks decide.",
	"SyncOperation.client_time": "The device's clock when it happened.",
	"SyncRequest.":
		"`POST /api/v2/session/{id}/sync`. Each operation is parsed as `SyncOperation` by itself, so that one which is broken is refused alone and never holds up the others.",
	"SyncRequest.device_id":
		"Any id that stays the same on a device, whose operations keep the order of its own clock.",
	"SyncRequest.ignore_unknown":
		"Fields that this server does not know are ignored instead of refused. A browser's page sends it: it may be newer than the server, or find in its outbox what a newer page has left there, and no answer is to be refused for that.",
	"SyncRequest.sent_at": "The device's clock when the request was sent.",
	"SyncRequest.shared": "As in `session/start`: the cookie is not renewed.",
	"ThemeReply.": "`GET /api/v2/settings/theme`",
	"UnscoredScale.": "Too few answers: there is no result, and nothing stands in for it.",
	"UnscoredScale.group": "The key of one of the profile's groups.",
	"UnscoredScale.method": "Absent for `mean`, the usual method.",
	"ValidateReply.": "`GET /api/v2/session/{session_id}/validate`: always 200, never counts as activity.",
	"WithdrawRequest.": "`POST /api/v2/session/{id}/consent/withdraw`",
	"Zone.": "`score` is null and `level` empty where an item that decides the zone is not answered.",
};
