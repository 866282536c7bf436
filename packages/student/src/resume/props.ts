import type { AssessmentIndex, ResumeChoice } from "@carhythm/core";

/** What the sheet of one case of resuming is given. */
export type ResumeSheetProps<Kind extends ResumeChoice["kind"]> = {
	choice: Extract<ResumeChoice, { kind: Kind }>;
	index: AssessmentIndex;
	onNotYou: () => void;
};
