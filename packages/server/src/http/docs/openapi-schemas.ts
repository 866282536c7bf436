import * as core from "@carhythm/core";
import type * as z from "zod/mini";

export type JsonSchema = { readonly [keyword: string]: unknown };

/** What the document calls the schemas that several endpoints share; all others stand where they are used. */
export const SHARED = {
	AbandonReply: core.AbandonReply,
	Answer: core.Answer,
	AnswerRecord: core.AnswerRecord,
	AnySyncReply: core.AnySyncReply,
	AnsweredQuestionsReply: core.AnsweredQuestionsReply,
	Assessment: core.Assessment,
	AssessmentRef: core.AssessmentRef,
	AssessmentReply: core.AssessmentReply,
	Chapter: core.Chapter,
	Command: core.Command,
	Consent: core.Consent,
	ConsentGiven: core.ConsentGiven,
	ConsentKind: core.ConsentKind,
	ConsentReply: core.ConsentReply,
	ConsentRequest: core.ConsentRequest,
	DraftRecord: core.DraftRecord,
	ErasureReply: core.ErasureReply,
	ExistingProfile: core.ExistingProfile,
	FeedbackReply: core.FeedbackReply,
	FeedbackRequest: core.FeedbackRequest,
	ForgetReply: core.ForgetReply,
	HandOffReply: core.HandOffReply,
	HeldBack: core.HeldBack,
	HealthReply: core.HealthReply,
	Holder: core.Holder,
	Instant: core.Instant,
	Interests: core.Interests,
	Language: core.Language,
	LatestAssessmentReply: core.LatestAssessmentReply,
	LeaveOthersRequest: core.LeaveOthersRequest,
	LocalizedText: core.LocalizedText,
	ModulesReply: core.ModulesReply,
	MovedSyncReply: core.MovedSyncReply,
	OperationId: core.OperationId,
	NewOperationId: core.NewOperationId,
	OperationRequest: core.OperationRequest,
	OperationResult: core.OperationResult,
	Page: core.Page,
	Place: core.Position,
	PrivacyNotice: core.PrivacyNotice,
	PrivacyReply: core.PrivacyReply,
	Problem: core.Problem,
	ProblemCode: core.ProblemCode,
	ProblemTextsReply: core.ProblemTextsReply,
	Profile: core.Profile,
	Progress: core.Progress,
	ProgressWithXp: core.ProgressWithXp,
	Question: core.Question,
	QuestionsReply: core.QuestionsReply,
	RedeemRequest: core.RedeemRequest,
	RefusalCode: core.RefusalCode,
	ResendReply: core.ResendReply,
	ResendRequest: core.ResendRequest,
	RestoreRequest: core.RestoreRequest,
	ScaleResult: core.ScaleResult,
	ScoresReply: core.ScoresReply,
	ScoresSummaryReply: core.ScoresSummaryReply,
	SessionChangedReply: core.SessionChangedReply,
	SessionExport: core.SessionExport,
	SessionNotice: core.SessionNotice,
	SessionProgressReply: core.SessionProgressReply,
	SessionSnapshot: core.SessionSnapshot,
	SessionState: core.SessionState,
	SessionStatus: core.SessionStatus,
	SessionSummary: core.SessionSummary,
	StartReply: core.StartReply,
	StartRequest: core.StartRequest,
	StudentInfoReply: core.StudentInfoReply,
	StudentInfoRequest: core.StudentInfoRequest,
	SubmitReply: core.SubmitReply,
	SubmitRequest: core.SubmitRequest,
	SyncOperation: core.SyncOperation,
	SyncReply: core.SyncReply,
	SyncRequest: core.SyncRequest,
	ThemeReply: core.ThemeReply,
	ValidateReply: core.ValidateReply,
	...ofQuestionTypes(),
} as const;

/** `SliderQuestion` and `SliderAnswer`, and so for every type. */
function ofQuestionTypes(): Record<string, z.ZodMiniType> {
	const named = Object.values(core.QUESTION_TYPES).flatMap(({ type, Question, Answer }) => {
		const name = type.charAt(0).toUpperCase() + type.slice(1);
		return [[`${name}Question`, Question] as const, [`${name}Answer`, Answer] as const];
	});
	return Object.fromEntries(named);
}

/** What zod cannot say by itself. */
export const IN_WORDS = new Map<z.core.$ZodType, JsonSchema>([
	[core.SessionState.shape.session_id, { type: "string", format: "uuid" }],
	[
		core.Instant,
		{
			format: "date-time",
			description:
				"A moment in UTC, with exactly three decimals and `Z`: `2026-11-22T08:46:19.123Z`. `toISOString()` writes it.",
		},
	],
	[
		core.OperationId,
		{ format: "uuid", description: "The id of one write, minted by the writer and kept over retries." },
	],
	[
		core.NewOperationId,
		{
			format: "uuid",
			description: "A random UUID made by the client. The same id again has one effect and the same reply.",
		},
	],
	[
		core.SyncRequest.shape.operations,
		{
			// Each one is judged by itself: a broken one is refused alone, in its own result.
			items: { $ref: reference("SyncOperation") },
		},
	],
	[
		core.ScoresReply.shape.profile,
		{
			description:
				"What clients of the existing product read: for content adopted from it `ExistingProfile`, or what that product had stored, as it is; for all other content the same as `results`.",
			anyOf: [{ $ref: reference("ExistingProfile") }, { $ref: reference("Profile") }, { type: "object" }],
		},
	],
	[core.ScoresReply.shape.results, { $ref: reference("Profile") }],
]);

/** How the document refers to one of its schemas. */
export function reference(name: string): string {
	return `#/components/schemas/${name}`;
}
