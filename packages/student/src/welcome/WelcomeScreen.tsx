import { type ConsentKind, inLanguage, rhythm } from "@carhythm/core";
import { Header, Notice, RhythmLine, useLanguage } from "@carhythm/ui";
import { useState } from "preact/hooks";
import { codeSheet } from "../hand-off/lazy-sheets.ts";
import { useMessages } from "../i18n/texts.ts";
import { Lazy } from "../lazy/Lazy.tsx";
import { noticeSheet } from "../own-data/lazy-sheet.ts";
import { Sources } from "../parts/Sources.tsx";
import { SetAsideOffer } from "../resume/SetAsideOffer.tsx";
import { SharedChoice } from "../shared-computer/SharedChoice.tsx";
import { begin, switchLanguage } from "../visit/actions.ts";
import { useAttempt } from "../visit/errors.ts";
import { useVisit } from "../visit/visit.ts";
import { ChapterList } from "./ChapterList.tsx";
import "./welcome.css";

/** What this is, how long it takes, and what is kept for how long. */
export function WelcomeScreen() {
	const m = useMessages();
	const language = useLanguage();
	const visit = useVisit();
	const attempt = useAttempt();
	const [shared, setShared] = useState(visit.shared_default);
	const [sheet, setSheet] = useState<"read" | "begin" | null>(null);
	const [hasCode, setHasCode] = useState(false);
	const { value: latest } = visit.latest;
	const { value: forgotten } = visit.forgotten;
	const index = visit.view.value?.index ?? latest?.index;
	if (index === undefined) return null;
	const { value: privacy } = visit.privacy;
	const notice = privacy?.notice;
	const { assessment, places } = index;
	const isNew = visit.session?.phase !== "active";
	const mustAsk = isNew && (notice?.consent_required || notice?.age_gate);
	const heights = rhythm(assessment.key, places.length);
	const beats = places.map((place, i) => ({
		height: heights[i] ?? 1,
		chapter: place.chapter_index,
		state: i === 0 ? ("now" as const) : ("answered" as const),
	}));
	return (
		<div class="screen">
			<Header onLanguage={(other) => switchLanguage(visit, other)} />
			<main class="welcome">
				<RhythmLine beats={beats} label={m.welcome.rhythm(places.length)} size="hero" plays="all" />
				<div class="welcome-title">
					<h1>{inLanguage(assessment.title, language)}</h1>
					{assessment.description && <p>{inLanguage(assessment.description, language)}</p>}
					<p class="quiet">{m.welcome.what(places.length, assessment.estimated_minutes)}</p>
				</div>
				{forgotten && <Notice>{forgotten === "left" ? m.shared_computer.left : m.not_you.done}</Notice>}
				{!visit.client.durable && <Notice>{m.welcome.memory_only}</Notice>}
				<SetAsideOffer />
				<ChapterList index={index} />
				<section aria-labelledby="kept">
					<h2 id="kept">{m.welcome.keep_title}</h2>
					<ul class="welcome-facts">
						<li>{m.welcome.keep_saved}</li>
						<li>{m.welcome.keep_leave}</li>
						{latest && <li>{m.welcome.keep_days(latest.session_expiry_days)}</li>}
						{privacy && <li>{m.welcome.kept(privacy.kept_days.unfinished, privacy.kept_days.completed)}</li>}
						{notice?.controller && <li>{m.welcome.responsible(inLanguage(notice.controller, language))}</li>}
					</ul>
					{privacy && (
						<button type="button" class="link" onClick={() => setSheet("read")}>
							{m.welcome.your_data}
						</button>
					)}
				</section>
				{assessment.notices.length > 0 && (
					<section aria-labelledby="notices">
						<h2 id="notices">{m.welcome.notices}</h2>
						<ul class="welcome-facts quiet">
							{assessment.notices.map((notice) => (
								<li key={notice.en}>{inLanguage(notice, language)}</li>
							))}
						</ul>
					</section>
				)}
				<Sources assessment={assessment} />
			</main>
			<footer class="foot">
				{attempt.trouble && <Notice alert>{attempt.trouble}</Notice>}
				<button
					type="button"
					class="primary"
					aria-disabled={attempt.busy}
					onClick={() => (mustAsk ? setSheet("begin") : attempt.run(() => begin(visit, shared)))}
				>
					{attempt.busy ? m.welcome.starting : m.welcome.start}
				</button>
				{isNew && (
					<div class="welcome-ways">
						<SharedChoice checked={shared} onChange={setShared} />
						<button type="button" class="ghost quiet" onClick={() => setHasCode(true)}>
							{m.enter_code.have}
						</button>
					</div>
				)}
				{sheet && privacy && (
					<Lazy
						screen={noticeSheet}
						props={{
							privacy,
							reason: sheet,
							onClose: () => setSheet(null),
							...(sheet === "begin" && { onAgree: (kind: ConsentKind) => begin(visit, shared, kind) }),
						}}
					/>
				)}
				{hasCode && (
					<Lazy screen={codeSheet} props={{ code: "", other: 0, onCancel: () => setHasCode(false) }} />
				)}
			</footer>
		</div>
	);
}
